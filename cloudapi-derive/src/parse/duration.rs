//! Durations as people write them: `"500ms"`, `"30s"`, `"1h 30m"`.

use std::time::Duration;

/// The units, largest first, in milliseconds.
const UNITS: &[(&str, u64)] = &[("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// Reads a duration. Each unit may occur once, the largest first.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let mut rest = text.trim();
    let mut units = UNITS;
    let mut total: u64 = 0;
    if rest.is_empty() {
        return Err(String::from("an empty text is no duration"));
    }
    while !rest.is_empty() {
        let (number, after) = take(rest, |character| character.is_ascii_digit());
        let (unit, after) = take(after.trim_start(), char::is_alphabetic);
        if number.is_empty() {
            return Err(format!("`{rest}` does not begin with a whole number"));
        }
        if unit.is_empty() {
            return Err(match after.starts_with(['.', ',']) {
                true => format!("`{text}` has a fraction; use a smaller unit"),
                false => format!("the number `{number}` has no unit"),
            });
        }
        let Some(&(_, factor)) = UNITS.iter().find(|(known, _)| *known == unit) else {
            return Err(format!("`{unit}` is not a unit of time here"));
        };
        let Some(position) = units.iter().position(|(known, _)| *known == unit) else {
            return Err(format!("`{unit}` comes after the same or a smaller unit"));
        };
        units = &units[position + 1..];
        total = number
            .parse::<u64>()
            .ok()
            .and_then(|number| number.checked_mul(factor))
            .and_then(|part| part.checked_add(total))
            .ok_or_else(|| format!("`{text}` is too long a time"))?;
        rest = after.trim_start();
    }
    Ok(Duration::from_millis(total))
}

fn take(text: &str, wanted: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text
        .find(|character| !wanted(character))
        .unwrap_or(text.len());
    text.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_add_up() {
        for (text, milliseconds) in [
            ("500ms", 500),
            ("30s", 30_000),
            ("2m", 120_000),
            ("1h", 3_600_000),
            ("1h 30m", 5_400_000),
            ("1h30m", 5_400_000),
            (" 1 m 5 ms ", 60_005),
            ("0s", 0),
        ] {
            assert_eq!(
                parse(text),
                Ok(Duration::from_millis(milliseconds)),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_duration_says_why() {
        for (text, why) in [
            ("", "empty"),
            ("30", "`30` has no unit"),
            ("s", "whole number"),
            ("-1s", "whole number"),
            ("1.5s", "fraction"),
            ("30x", "`x` is not a unit"),
            ("30 seconds", "`seconds` is not a unit"),
            ("30m 1h", "`h` comes after"),
            ("1s 1s", "`s` comes after"),
            ("99999999999999999999s", "too long"),
            ("18446744073709551615h", "too long"),
        ] {
            let message = parse(text).unwrap_err();
            assert!(message.contains(why), "{text}: {message}");
        }
    }
}
