//! Lengths of time as people type them: `30m`, `8h`, `2d`.

use std::str::FromStr;

/// The longest: ten years, far more than anything here means.
const MAX_MINUTES: i64 = 10 * 366 * 24 * 60;

/// How long something lives: one minute at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lifetime(chrono::Duration);

impl Lifetime {
    /// So many hours.
    pub(super) const fn hours(hours: i64) -> Self {
        Self(chrono::Duration::hours(hours))
    }

    /// So many days.
    pub(super) const fn days(days: i64) -> Self {
        Self(chrono::Duration::days(days))
    }

    /// The length of time.
    pub(super) const fn length(self) -> chrono::Duration {
        self.0
    }
}

impl FromStr for Lifetime {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` is no length of time; write a number and its unit, as in `30m`, `8h` or `2d`"
            )
        };
        let split = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let (number, unit) = text.split_at(split);
        let number: i64 = number.parse().map_err(|_| wrong())?;
        let minutes = match unit.trim() {
            "m" | "min" => 1,
            "h" => 60,
            "d" => 24 * 60,
            "w" => 7 * 24 * 60,
            _ => return Err(wrong()),
        };
        match number.checked_mul(minutes) {
            Some(0) => Err(format!("`{text}` is no time at all; write `1m` or more")),
            Some(minutes) if minutes <= MAX_MINUTES => Ok(Self(chrono::Duration::minutes(minutes))),
            _ => Err(format!(
                "`{text}` is longer than ten years; write a shorter time"
            )),
        }
    }
}

/// How often something is done: a length of time, or never.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Every(Option<Lifetime>);

impl Every {
    /// The length of time; none where it is never done.
    pub(super) fn period(self) -> Option<std::time::Duration> {
        self.0.and_then(|every| every.length().to_std().ok())
    }
}

impl FromStr for Every {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "never" => Ok(Self(None)),
            text => text
                .parse()
                .map(|every| Self(Some(every)))
                .map_err(|why: String| format!("{why}; or `never`")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_hours_days_and_weeks_are_read() {
        for (text, minutes) in [("30m", 30), ("8h", 480), ("2d", 2880), ("1w", 10080)] {
            let lifetime: Lifetime = text.parse().unwrap();
            assert_eq!(lifetime.length().num_minutes(), minutes, "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused_with_an_example() {
        for text in [
            "",
            "8",
            "h",
            "-1h",
            "1.5h",
            "8 hours",
            "0h",
            "99999999999999d",
        ] {
            let error = text.parse::<Lifetime>().unwrap_err();
            assert!(error.contains("write"), "{text}: {error}");
        }
    }
}
