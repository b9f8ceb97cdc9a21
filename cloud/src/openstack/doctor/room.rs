//! What the project has room for: quotas with their use, flavors, images.

use std::collections::BTreeMap;

use plan::offers::{Offer, Quota, QuotaKind};

use super::super::OpenStack;
use super::{About, Check};

const REFUSED: &str = "a plan that exceeds it is refused beforehand";
const SIZES: &str = "environment files name them for their groups";

impl OpenStack {
    pub(super) async fn examine_room(&self) -> Vec<Check> {
        let mut room = Offer::every();
        room.retain(|offer| !matches!(offer, Offer::Flavors | Offer::Images));
        let (flavors, images, offers) =
            futures::join!(self.flavors(), self.images(), self.offered(&room));
        let mut checks = Vec::new();
        match offers {
            Ok(offers) => checks.extend(of_quotas(&offers.quotas)),
            Err(error) => checks.push(Check::limited(
                About::Quotas,
                error.to_string(),
                REFUSED,
                "ask again later, and then the cloud's administrators",
            )),
        }
        // Where a service doesn't answer, its own line has said so.
        if let Ok(rows) = flavors {
            let names: Vec<String> = rows.into_iter().map(|row| row.name).collect();
            checks.push(of_names(
                About::Flavors,
                "flavor",
                &names,
                "ask the cloud's administrators to share flavors with this project",
            ));
        }
        if let Ok(rows) = images {
            let names: Vec<String> = rows.into_iter().filter_map(|row| row.name).collect();
            checks.push(of_names(
                About::Images,
                "image",
                &names,
                "upload an image, or ask the cloud's administrators to share one",
            ));
        }
        checks
    }
}

fn of_quotas(quotas: &BTreeMap<QuotaKind, Quota>) -> Vec<Check> {
    let mut checks = Vec::new();
    let mut untold = Vec::new();
    for kind in QuotaKind::ALL {
        let Some(quota) = quotas.get(kind) else {
            untold.push(kind.words());
            continue;
        };
        let about = About::Quota(*kind);
        let used = quota.used;
        checks.push(match (quota.limit, quota.free()) {
            (Some(limit), Some(0)) => Check::limited(
                about,
                format!("{used} of {limit} used, none free"),
                REFUSED,
                "remove what isn't needed, or ask the cloud's administrators for more",
            ),
            (Some(limit), _) => Check::ok(about, format!("{used} of {limit} used"), REFUSED),
            (None, _) => Check::ok(about, format!("{used} used, no limit"), REFUSED),
        });
    }
    if !untold.is_empty() {
        checks.push(Check::limited(
            About::Quotas,
            format!("not told: {}", untold.join(", ")),
            REFUSED,
            "plans say that these weren't checked, and one that exceeds them fails while it is \
             carried out",
        ));
    }
    checks
}

fn of_names(about: About, what: &str, names: &[String], remedy: &str) -> Check {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    let twice: Vec<&str> = counts
        .iter()
        .filter(|(_, count)| **count > 1)
        .map(|(name, _)| *name)
        .collect();
    let found = match names.len() {
        0 => return Check::missing(about, "none", SIZES, remedy),
        1 => format!("1 {what}"),
        many => format!("{many} {what}s"),
    };
    if twice.is_empty() {
        Check::ok(about, found, SIZES)
    } else {
        Check::limited(
            about,
            format!("{found}; more than one is called {}", twice.join(", ")),
            SIZES,
            "rename all but one, or don't use these names in environment files",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;

    #[test]
    fn quotas_tell_their_use_and_what_is_not_told() {
        let quota = |limit, used| Quota { limit, used };
        let checks = of_quotas(&BTreeMap::from([
            (QuotaKind::Instances, quota(Some(10), 9)),
            (QuotaKind::Vcpus, quota(Some(20), 20)),
            (QuotaKind::RamMib, quota(None, 5)),
        ]));
        let found: Vec<(Verdict, &str)> = checks
            .iter()
            .map(|check| (check.verdict, check.found.as_str()))
            .collect();
        assert_eq!(
            found[..3],
            [
                (Verdict::Ok, "9 of 10 used"),
                (Verdict::Limited, "20 of 20 used, none free"),
                (Verdict::Ok, "5 used, no limit"),
            ]
        );
        assert!(found[3].1.starts_with("not told: volumes"));
    }

    #[test]
    fn names_used_twice_are_told() {
        let of = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(ToString::to_string).collect();
            of_names(About::Images, "image", &names, "upload one")
        };
        assert_eq!(of(&[]).verdict, Verdict::Missing);
        assert_eq!(of(&["a", "b"]).found, "2 images");
        assert!(of(&["a", "a"]).found.ends_with("called a"));
    }
}
