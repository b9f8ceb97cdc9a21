//! What came of a scenario, in sentences: `fits at minimum; at maximum 14 vCPU short`.

use model::count::Sizing;
use model::quota::QuotaKind;
use model::unit::{Gib, Mib};

use super::{Bound, Broken, Held, Largest, Limit, Limited, Outcome};
use crate::headroom::Fit;

impl Limited {
    /// The words for it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Quota(QuotaKind::Vcpus) => "vCPU",
            Self::Quota(QuotaKind::RamMib) => "RAM",
            Self::Quota(QuotaKind::VolumeGib) => "volume storage",
            Self::Quota(kind) => kind.words(),
            Self::AddressPool => "addresses in the pool",
        }
    }

    /// An amount of it with its unit: `14 vCPU`, `8 GiB RAM`, `1 instance`.
    pub fn amount(self, amount: u64) -> String {
        let plural = |word: &str, ending: &str| {
            let ending = if amount == 1 { "" } else { ending };
            format!("{amount} {word}{ending}")
        };
        match self {
            Self::Quota(QuotaKind::Vcpus) => format!("{amount} vCPU"),
            Self::Quota(QuotaKind::RamMib) => format!("{} RAM", Mib(amount)),
            Self::Quota(QuotaKind::VolumeGib) => format!("{} of volumes", Gib(amount)),
            Self::Quota(QuotaKind::Instances) => plural("instance", "s"),
            Self::Quota(QuotaKind::Volumes) => plural("volume", "s"),
            Self::Quota(QuotaKind::FloatingIps) => plural("public address", "es"),
            Self::Quota(kind) => format!("{amount} {kind}"),
            Self::AddressPool => format!("{} in the pool", plural("address", "es")),
        }
    }
}

/// How a sizing is called within a sentence.
pub const fn at(sizing: &Sizing) -> &'static str {
    match sizing {
        Sizing::Min => "at minimum",
        Sizing::Planned => "as planned",
        Sizing::Max => "at maximum",
        Sizing::Explicit(_) => "with the counts named",
    }
}

/// `a`, `a and b`, `a, b and c`.
fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// How some limits come out at a sizing.
#[derive(PartialEq, Eq)]
enum Case {
    /// All that is needed fits.
    Fits,
    /// All that can be judged fits.
    FitsSoFar,
    /// Nothing can be judged.
    Open,
    /// Too little of this.
    Short(String),
}

impl Case {
    fn words(&self, sizings: &str) -> Option<String> {
        let space = if sizings.is_empty() { "" } else { " " };
        match self {
            Self::Fits => Some(format!("fits{space}{sizings}")),
            Self::FitsSoFar => Some(format!("fits{space}{sizings} as far as is known")),
            Self::Short(what) => Some(format!("{sizings}{space}{what} short")),
            Self::Open => None,
        }
    }
}

/// Where a limit is, if there are several clouds.
fn place(limit: &Limit, several: bool) -> String {
    match &limit.cloud {
        Some(cloud) if several => format!(" on {cloud}"),
        None if several => " on a cloud that nobody named".to_owned(),
        _ => String::new(),
    }
}

fn case(limits: &[Limit], sizing: &Sizing, several: bool) -> Case {
    let mut short = Vec::new();
    let (mut fits, mut open) = (false, false);
    for limit in limits {
        let Held { need, fit } = limit.at(sizing);
        match fit {
            Fit::Fits => fits |= need.known > 0,
            Fit::Unknown(_) => open = true,
            Fit::Short(by) => {
                short.push(format!(
                    "{}{}",
                    limit.what.amount(*by),
                    place(limit, several)
                ));
            }
        }
    }
    match (short.is_empty(), open, fits) {
        (false, ..) => Case::Short(listed(&short)),
        (true, false, _) => Case::Fits,
        (true, true, true) => Case::FitsSoFar,
        (true, true, false) => Case::Open,
    }
}

fn sentence(limits: &[Limit], several: bool) -> String {
    let same = |a: &Sizing, b: &Sizing| limits.iter().all(|limit| limit.at(a) == limit.at(b));
    let mut sizings = Sizing::REPORTED.to_vec();
    // What is planned is mostly one of the two ends, and then no third case.
    if same(&Sizing::Planned, &Sizing::Max) || same(&Sizing::Planned, &Sizing::Min) {
        sizings.retain(|sizing| *sizing != Sizing::Planned);
    }
    let one = same(&Sizing::Min, &Sizing::Max);
    let mut cases: Vec<(Vec<String>, Case)> = Vec::new();
    for sizing in &sizings {
        let case = case(limits, sizing, several);
        match cases.last_mut() {
            Some((words, last)) if *last == case => words.push(at(sizing).to_owned()),
            _ => cases.push((vec![at(sizing).to_owned()], case)),
        }
    }
    let mut parts: Vec<String> = cases
        .iter()
        .filter_map(|(sizings, case)| {
            let sizings = if one { String::new() } else { listed(sizings) };
            case.words(&sizings)
        })
        .collect();
    let open = |limit: &&Limit| {
        let fits = Sizing::REPORTED.map(|sizing| limit.at(&sizing).fit);
        fits.iter().any(|fit| matches!(fit, Fit::Unknown(_)))
    };
    let open: Vec<String> = limits
        .iter()
        .filter(open)
        .map(|limit| format!("{}{}", limit.what.words(), place(limit, several)))
        .collect();
    if !open.is_empty() {
        parts.push(format!("{} can't be judged", listed(&open)));
    }
    parts.join("; ")
}

impl Limit {
    /// How it comes out, in a sentence.
    pub fn sentence(&self) -> String {
        sentence(std::slice::from_ref(self), false)
    }
}

impl Broken {
    /// In words: `at maximum 14 vCPU short`.
    pub fn sentence(&self) -> String {
        format!(
            "{} {} short",
            at(&self.sizing),
            self.what.amount(self.short)
        )
    }
}

impl Largest {
    /// In words: `at most 3, then vCPU is short`.
    pub fn sentence(&self) -> String {
        let limit = self.limit.map_or("something", Limited::words);
        let known = match self.bound {
            Bound::NotEvenNone => format!("none fits: the limit of {limit} is passed already"),
            Bound::Number(number) => {
                format!("at most {number}; one more passes the limit of {limit}")
            }
            Bound::NoLimit => "nothing limits it".to_owned(),
        };
        if self.unjudged.is_empty() {
            return known;
        }
        let unjudged: Vec<String> = self
            .unjudged
            .iter()
            .map(|it| it.words().to_owned())
            .collect();
        format!(
            "{known} as far as is known; {} can't be judged, so that it may be fewer",
            listed(&unjudged)
        )
    }
}

impl Outcome {
    /// Whether all of it fits, in a sentence: `fits at minimum; at maximum 14 vCPU short`.
    pub fn sentence(&self) -> String {
        let first = self.limits.first().map(|limit| &limit.cloud);
        let several = self.limits.iter().any(|limit| Some(&limit.cloud) != first);
        sentence(&self.limits, several)
    }
}
