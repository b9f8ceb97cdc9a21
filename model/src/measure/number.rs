//! Numbers as monitors write them (`0.42`, `1.2e+09`), read as whole numbers of a unit. No float is made
//! on the way, so that the same text is the same figure everywhere.

use super::MOST;

/// Digits that are read; what stands behind them changes no figure that is kept.
const DIGITS: usize = 30;

/// `text` times 10^`places`, divided by `divisor`, rounded to the nearest whole number; none where it is
/// no number, below zero, or beyond what is believed.
pub(super) fn scaled(text: &str, places: i32, divisor: u64) -> Option<u64> {
    let number = whole(text, places)?;
    let divisor = u128::from(divisor.max(1));
    let rounded = number.checked_add(divisor / 2)? / divisor;
    u64::try_from(rounded).ok().filter(|value| *value <= MOST)
}

/// `text` times 10^`places`, rounded; none where it is no number or below zero.
pub(super) fn whole(text: &str, places: i32) -> Option<u128> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (negative, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
    };
    let (before, behind) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if before.is_empty() && behind.is_empty() || !is_digits(before) || !is_digits(behind) {
        return None;
    }
    let before = before.trim_start_matches('0');
    if before.len() > DIGITS {
        return None;
    }
    let behind = behind.get(..behind.len().min(DIGITS - before.len()))?;
    let digits = format!("{before}{behind}");
    let digits: u128 = if digits.is_empty() {
        0
    } else {
        digits.parse().ok()?
    };
    if digits == 0 {
        return Some(0);
    }
    if negative {
        return None;
    }
    let shift = exponent
        .checked_add(places)?
        .checked_sub(i32::try_from(behind.len()).ok()?)?;
    let power = |by: u32| 10_u128.checked_pow(by);
    if shift >= 0 {
        digits.checked_mul(power(shift.unsigned_abs())?)
    } else {
        // Less than any figure that has a place here.
        let Some(power) = power(shift.unsigned_abs()) else {
            return Some(0);
        };
        Some(digits.checked_add(power / 2)? / power)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for (text, places, divisor, read) in [
            ("0.42", 2, 1, Some(42)),
            ("0.425", 2, 1, Some(43)),
            ("-0", 2, 1, Some(0)),
            ("-0.0", 2, 1, Some(0)),
            ("1.073741824e+09", 0, 1 << 20, Some(1024)),
            ("1073741824", 0, 1 << 20, Some(1024)),
            ("1e-300", 2, 1, Some(0)),
            ("1E3", 0, 1, Some(1000)),
            ("+5.", 0, 1, Some(5)),
            (".5", 1, 1, Some(5)),
            ("0.1000000000000000055511151231257827", 2, 1, Some(10)),
            ("-1", 2, 1, None),
            ("NaN", 2, 1, None),
            ("+Inf", 2, 1, None),
            ("1e300", 2, 1, None),
            ("1e99999999999", 2, 1, None),
            ("1e2147483647", 2, 1, None),
            ("1e30", 0, 1, None),
            ("", 2, 1, None),
            (".", 2, 1, None),
            ("1.2.3", 2, 1, None),
            ("é", 2, 1, None),
        ] {
            assert_eq!(scaled(text, places, divisor), read, "{text}");
        }
    }
}
