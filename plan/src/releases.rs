//! Releases of operating systems: which there are, what they are called, and how long they are
//! supported. Where each figure is from stands with the table. Whatever isn't in the table is
//! unknown, never unsupported.

mod table;

use std::fmt;

use chrono::NaiveDate;
use model::facts::OsRelease;

use table::RELEASES;

/// A distribution whose releases are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Distribution {
    Ubuntu,
    Debian,
    RedHat,
    CentOs,
    CentOsStream,
    Rocky,
    AlmaLinux,
}

impl fmt::Display for Distribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ubuntu => "Ubuntu",
            Self::Debian => "Debian",
            Self::RedHat => "Red Hat Enterprise Linux",
            Self::CentOs => "CentOS",
            Self::CentOsStream => "CentOS Stream",
            Self::Rocky => "Rocky Linux",
            Self::AlmaLinux => "AlmaLinux",
        })
    }
}

/// One release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Release {
    /// Whose.
    pub distribution: Distribution,
    /// Its number: `12.04`, `7`.
    pub number: &'static str,
    /// The first word of its code name, where releases have one.
    pub code_name: Option<&'static str>,
    /// Whether it is called LTS.
    pub lts: bool,
    released: (i32, u32, u32),
    support_ends: (i32, u32, u32),
}

impl Release {
    /// The day it came out.
    pub fn released(&self) -> Option<NaiveDate> {
        day(self.released)
    }

    /// The last day of its standard support.
    pub fn support_ends(&self) -> Option<NaiveDate> {
        day(self.support_ends)
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.distribution, self.number)?;
        if self.lts {
            f.write_str(" LTS")?;
        }
        match self.code_name {
            Some(name) => write!(f, " {name}"),
            None => Ok(()),
        }
    }
}

fn day((year, month, day): (i32, u32, u32)) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day)
}

/// A release as somebody stated it, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
    /// Whose.
    pub distribution: Distribution,
    /// Its number, without the point release.
    pub number: String,
    /// The release of a code name that is stated.
    pub named: Option<&'static Release>,
    /// Whether it is called LTS.
    pub lts: bool,
}

impl Stated {
    /// Takes a stated release apart; none where the distribution isn't known, or no number is
    /// stated.
    pub fn of(os: &OsRelease) -> Option<Self> {
        let words: Vec<String> = os
            .stated()
            .split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | '/' | '"'))
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect();
        let distribution = distribution(&words)?;
        let version = words
            .iter()
            .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
        let mut parts = version.split('.');
        let major = parts.next()?;
        let number = match (distribution, parts.next()) {
            (Distribution::Ubuntu, Some(minor)) => format!("{major}.{minor}"),
            (Distribution::Ubuntu, None) => return None,
            _ => major.to_owned(),
        };
        let named = of(distribution).find(|release| {
            let name = release.code_name.map(str::to_lowercase);
            name.is_some_and(|name| words.contains(&name))
        });
        Some(Self {
            distribution,
            number,
            named,
            lts: words.iter().any(|word| word == "lts"),
        })
    }

    /// The release of that number; none where there is no such release.
    pub fn numbered(&self) -> Option<&'static Release> {
        of(self.distribution).find(|release| release.number == self.number)
    }

    /// Whether a release of that number, had it come, would be in the table.
    pub fn would_be_known(&self) -> bool {
        let number = |text: &str| -> Option<(u32, u32)> {
            let (major, minor) = text.split_once('.').unwrap_or((text, "0"));
            Some((major.parse().ok()?, minor.parse().ok()?))
        };
        let known: Vec<_> = of(self.distribution)
            .filter_map(|release| number(release.number))
            .collect();
        let (Some(first), Some(last)) = (known.iter().min(), known.iter().max()) else {
            return false;
        };
        number(&self.number).is_some_and(|number| *first <= number && number <= *last)
    }

    /// The release that is meant, where nothing about it is in doubt.
    pub fn release(&self) -> Option<&'static Release> {
        let release = self.numbered()?;
        let fits = self.named.is_none_or(|named| named == release);
        (fits && (release.lts || !self.lts)).then_some(release)
    }
}

fn distribution(words: &[String]) -> Option<Distribution> {
    let has = |wanted: &str| words.iter().any(|word| word == wanted);
    Some(match words.first()?.as_str() {
        "ubuntu" => Distribution::Ubuntu,
        "debian" => Distribution::Debian,
        "rhel" => Distribution::RedHat,
        "red" if has("hat") && has("enterprise") => Distribution::RedHat,
        "centos" if has("stream") => Distribution::CentOsStream,
        "centos" => Distribution::CentOs,
        "rocky" => Distribution::Rocky,
        "almalinux" => Distribution::AlmaLinux,
        _ => return None,
    })
}

fn of(distribution: Distribution) -> impl Iterator<Item = &'static Release> {
    RELEASES
        .iter()
        .filter(move |release| release.distribution == distribution)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stated(text: &str) -> Option<Stated> {
        Stated::of(&OsRelease::new(text))
    }

    #[test]
    fn the_table_holds_days_and_is_in_order() {
        for release in RELEASES {
            let (out, end) = (release.released(), release.support_ends());
            assert!(out.is_some() && out < end, "{release}");
        }
        for pair in RELEASES.windows(2) {
            if pair[0].distribution == pair[1].distribution {
                assert!(pair[0].released() <= pair[1].released(), "{}", pair[1]);
            }
        }
    }

    #[test]
    fn releases_are_known_however_they_are_stated() {
        for (text, number) in [
            ("Ubuntu 12.04.2 LTS Precise", "12.04"),
            ("Ubuntu 12.04 LTS (Precise Pangolin)", "12.04"),
            ("Debian GNU/Linux 12 (bookworm)", "12"),
            ("Debian 11.7", "11"),
            ("CentOS Linux release 7.9.2009 (Core)", "7"),
            ("CentOS Stream 9", "9"),
            ("Red Hat Enterprise Linux 8.6", "8"),
            ("Rocky Linux 9.3 (Blue Onyx)", "9"),
            ("AlmaLinux 8.10", "8"),
        ] {
            let stated = stated(text).unwrap();
            assert_eq!(stated.release().unwrap().number, number, "{text}");
        }
    }

    #[test]
    fn days_are_those_that_their_makers_tell() {
        for (text, out, end) in [
            ("Ubuntu 26.10", "2026-10-15", "2027-07-15"),
            ("Debian 12", "2023-06-10", "2026-07-11"),
            ("RHEL 9.4", "2022-05-18", "2032-05-31"),
            ("CentOS Stream 9", "2021-12-03", "2027-05-31"),
            // Until RHEL 10 leaves full support.
            ("CentOS Stream 10", "2024-12-12", "2030-05-31"),
            ("Rocky Linux 8.4", "2021-06-21", "2029-05-31"),
            ("AlmaLinux 8.10", "2021-03-30", "2029-05-31"),
        ] {
            let release = stated(text).unwrap().release().unwrap();
            let day = |day: Option<NaiveDate>| day.unwrap().to_string();
            assert_eq!(day(release.released()), out, "{text}");
            assert_eq!(day(release.support_ends()), end, "{text}");
        }
    }

    #[test]
    fn what_is_not_known_is_not_judged() {
        for text in [
            "",
            "FreeBSD 14",
            "Ubuntu",
            "Ubuntu Precise",
            "12.04",
            "Ubuntu 12",
        ] {
            assert_eq!(stated(text), None, "{text}");
        }
        let coming = stated("Ubuntu 99.04").unwrap();
        assert!(coming.numbered().is_none() && !coming.would_be_known());
        let never = stated("Ubuntu 12.05").unwrap();
        assert!(never.numbered().is_none() && never.would_be_known());
    }

    #[test]
    fn lucid_is_not_11_04() {
        let stated = stated("Ubuntu 11.04 LTS Lucid").unwrap();
        assert_eq!(stated.release(), None);
        assert_eq!(stated.named.unwrap().number, "10.04");
        assert_eq!(stated.numbered().unwrap().code_name, Some("Natty"));
    }
}
