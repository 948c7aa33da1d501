//! The settings that are one constant each, and how they are read.

use std::ops::RangeInclusive;
use std::time::Duration;

use syn::Lit;

use crate::diagnostics::Diagnostic;
use crate::parse::duration;
use crate::parse::entry::Entry;
use crate::parse::number::{self, integer};

/// The value of a setting, as a constant of the generated code.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Constant {
    U16(u16),
    U32(u32),
    U64(u64),
    F64(f64),
    /// What is otherwise a number.
    None,
    Duration(Duration),
    Retry(Retry),
    Priority(Priority),
    WhenFull(WhenFull),
}

/// How much a call matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Priority {
    High,
    Normal,
    Low,
}

/// What becomes of a call for which the queue has no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WhenFull {
    Refuse,
    Wait,
    DropOldest,
}

/// When a call that did not succeed is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    Standard,
    Always,
    Never,
}

/// How many of something; none is possible.
pub(crate) fn count(entry: &Entry) -> Result<Constant, Diagnostic> {
    integer(entry, 0..=u16::MAX).map(Constant::U16)
}

/// After how many of something; never, if 0.
pub(crate) fn threshold(entry: &Entry) -> Result<Constant, Diagnostic> {
    integer(entry, 0..=1_000).map(Constant::U16)
}

/// How many of something, at least one.
pub(crate) fn positive(entry: &Entry) -> Result<Constant, Diagnostic> {
    integer(entry, 1..=u32::MAX).map(Constant::U32)
}

/// A size in bytes.
pub(crate) fn bytes(entry: &Entry) -> Result<Constant, Diagnostic> {
    integer(entry, 1..=u64::MAX).map(Constant::U64)
}

/// What a delay is multiplied by; it may be a fraction.
pub(crate) fn multiplier(entry: &Entry) -> Result<Constant, Diagnostic> {
    const FORM: &str = "a number from 1 to 1000, as in `= 2` or `= 1.5`";
    fraction(entry, 1.0..=1000.0, FORM)
}

/// How many retries for each first attempt, or `none` for no limit.
pub(crate) fn budget(entry: &Entry) -> Result<Constant, Diagnostic> {
    const FORM: &str = "a number from 0 to 100, as in `= 0.2`, or `none` for no limit";
    match entry.path() {
        Some(path) if path.is_ident("none") => Ok(Constant::None),
        _ => fraction(entry, 0.0..=100.0, FORM),
    }
}

/// A part of something.
pub(crate) fn part(entry: &Entry) -> Result<Constant, Diagnostic> {
    const FORM: &str = "a number from 0 to 1, as in `= 0.1`";
    fraction(entry, 0.0..=1.0, FORM)
}

fn fraction(entry: &Entry, range: RangeInclusive<f64>, form: &str) -> Result<Constant, Diagnostic> {
    number::fraction(entry, range, form).map(Constant::F64)
}

/// How long something may take; zero would forbid it.
pub(crate) fn timeout(entry: &Entry) -> Result<Constant, Diagnostic> {
    let time = time(entry)?;
    if time.is_zero() {
        let what = format!("`{}` of zero lets nothing through", entry.key);
        return Err(Diagnostic::new(entry, what).help("leave the key out, or give a longer time"));
    }
    Ok(Constant::Duration(time))
}

/// How long something is counted.
pub(crate) fn period(entry: &Entry) -> Result<Duration, Diagnostic> {
    const LONGEST: Duration = Duration::from_secs(366 * 86_400);
    let time = time(entry)?;
    let wrong = match time {
        Duration::ZERO => "is zero, and nothing can be counted in no time",
        time if time > LONGEST => "is longer than 366 days",
        time => return Ok(time),
    };
    let what = format!("`{}` {wrong}", entry.key);
    Err(Diagnostic::new(entry, what).help("write for instance `per = \"1m\"`"))
}

/// How long to wait.
pub(crate) fn delay(entry: &Entry) -> Result<Constant, Diagnostic> {
    time(entry).map(Constant::Duration)
}

fn time(entry: &Entry) -> Result<Duration, Diagnostic> {
    const FORM: &str = "a time in `h`, `m`, `s` and `ms`, as in \"30s\", \"500ms\" or \"1h 30m\"";
    match entry.literal() {
        Some(Lit::Str(text)) => duration::parse(&text.value())
            .map_err(|what| Diagnostic::new(entry, what).expected(FORM)),
        Some(Lit::Int(number)) if duration::parse(&number.to_string()).is_ok() => {
            let what = format!("the time `{number}` is not in quotes");
            let help = format!("write `{} = \"{number}\"`", entry.key);
            Err(Diagnostic::new(entry, what).help(help))
        }
        Some(Lit::Int(number)) => {
            let what = format!("the time `{number}` has no unit");
            let number = number.base10_digits();
            let help = format!("for seconds write `{} = \"{number}s\"`", entry.key);
            Err(Diagnostic::new(entry, what).help(help))
        }
        _ => Err(entry.wrong_type(FORM)),
    }
}

/// The retry rule.
pub(crate) fn retry(entry: &Entry) -> Result<Constant, Diagnostic> {
    let words = [
        ("standard", Retry::Standard),
        ("always", Retry::Always),
        ("never", Retry::Never),
    ];
    word(entry, "a retry rule", words).map(Constant::Retry)
}

/// How much calls matter.
pub(crate) fn priority(entry: &Entry) -> Result<Constant, Diagnostic> {
    let words = [
        ("high", Priority::High),
        ("normal", Priority::Normal),
        ("low", Priority::Low),
    ];
    word(entry, "a priority", words).map(Constant::Priority)
}

/// What becomes of a call for which there is no place.
pub(crate) fn when_full(entry: &Entry) -> Result<Constant, Diagnostic> {
    let words = [
        ("refuse", WhenFull::Refuse),
        ("wait", WhenFull::Wait),
        ("drop_oldest", WhenFull::DropOldest),
    ];
    word(entry, "a way out of a full queue", words).map(Constant::WhenFull)
}

/// One of three words in quotes.
fn word<T: Copy>(entry: &Entry, what: &str, words: [(&str, T); 3]) -> Result<T, Diagnostic> {
    let [first, second, third] = words.map(|(word, _)| word);
    let form = format!("\"{first}\", \"{second}\" or \"{third}\"");
    let text = entry.string(&form)?;
    let given = text.value();
    match words.iter().find(|(word, _)| *word == given) {
        Some((_, meaning)) => Ok(*meaning),
        None => Err(
            Diagnostic::new(text, format_args!("`{given}` is not {what}"))
                .suggest(&given, &[first, second, third]),
        ),
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::quote;

    use super::*;
    use crate::diagnostics::Errors;
    use crate::parse::keys::Keys;

    fn read(
        tokens: TokenStream,
        reader: fn(&Entry) -> Result<Constant, Diagnostic>,
    ) -> Result<Constant, String> {
        let mut errors = Errors::new();
        let entry = Keys::parse("#[x]", tokens, &mut errors).take("key", &mut errors);
        assert!(errors.finish().is_empty());
        reader(&entry.unwrap()).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn numbers_are_in_range() {
        assert_eq!(read(quote!(key = 0), count), Ok(Constant::U16(0)));
        assert_eq!(read(quote!(key = 5_000), positive), Ok(Constant::U32(5000)));
        assert_eq!(read(quote!(key = 1.5), multiplier), Ok(Constant::F64(1.5)));
        assert_eq!(read(quote!(key = 2), multiplier), Ok(Constant::F64(2.0)));
        for tokens in [
            quote!(key = 0),
            quote!(key = -1),
            quote!(key = 1.5),
            quote!(key = 4294967296),
        ] {
            let message = read(tokens, positive).unwrap_err();
            assert!(message.contains("from 1 to 4294967295"), "{message}");
        }
        for tokens in [quote!(key = 0.5), quote!(key = 1001), quote!(key = -2)] {
            assert!(
                read(tokens, multiplier)
                    .unwrap_err()
                    .contains("out of range")
            );
        }
    }

    #[test]
    fn a_budget_is_a_number_or_none() {
        assert_eq!(read(quote!(key = none), budget), Ok(Constant::None));
        assert_eq!(read(quote!(key = 0), budget), Ok(Constant::F64(0.0)));
        assert_eq!(read(quote!(key = 0.5), budget), Ok(Constant::F64(0.5)));
        for tokens in [quote!(key = 101), quote!(key = -1), quote!(key = off)] {
            let message = read(tokens, budget).unwrap_err();
            assert!(message.contains("or `none` for no limit"), "{message}");
        }
        assert_eq!(read(quote!(key = 1), part), Ok(Constant::F64(1.0)));
        for tokens in [quote!(key = 1.5), quote!(key = none), quote!(key = "10%")] {
            let message = read(tokens, part).unwrap_err();
            assert!(message.contains("from 0 to 1"), "{message}");
        }
    }

    #[test]
    fn another_type_is_told_what_is_expected() {
        for tokens in [
            quote!(key = "5"),
            quote!(key),
            quote!(key(5)),
            quote!(key = 5 * 2),
            quote!(key = A),
        ] {
            let message = read(tokens, positive).unwrap_err();
            assert!(message.contains("expected: a whole number"), "{message}");
        }
    }

    #[test]
    fn times_have_units() {
        let second = Constant::Duration(Duration::from_secs(1));
        assert_eq!(read(quote!(key = "1s"), timeout), Ok(second));
        assert!(
            read(quote!(key = "0s"), timeout)
                .unwrap_err()
                .contains("zero")
        );
        assert_eq!(
            read(quote!(key = "0s"), delay),
            Ok(Constant::Duration(Duration::ZERO))
        );
        assert!(
            read(quote!(key = 30), delay)
                .unwrap_err()
                .contains("`key = \"30s\"`")
        );
        for (tokens, why) in [
            (
                quote!(key = 30s),
                "not in quotes\nhelp: write `key = \"30s\"`",
            ),
            (
                quote!(key = 30u64),
                "no unit\nhelp: for seconds write `key = \"30s\"`",
            ),
        ] {
            let message = read(tokens, delay).unwrap_err();
            assert!(message.ends_with(why), "{message}");
        }
    }

    #[test]
    fn words_are_known() {
        assert_eq!(
            read(quote!(key = "low"), priority),
            Ok(Constant::Priority(Priority::Low))
        );
        assert_eq!(
            read(quote!(key = "drop_oldest"), when_full),
            Ok(Constant::WhenFull(WhenFull::DropOldest))
        );
        for (tokens, why) in [
            (quote!(key = "hihg"), "did you mean `high`"),
            (quote!(key = "urgently"), "`high`, `normal` and `low`"),
            (
                quote!(key = low),
                "expected: \"high\", \"normal\" or \"low\"",
            ),
        ] {
            assert!(read(tokens, priority).unwrap_err().contains(why));
        }
    }

    #[test]
    fn retry_rules_are_known() {
        assert_eq!(
            read(quote!(key = "never"), retry),
            Ok(Constant::Retry(Retry::Never))
        );
        assert!(
            read(quote!(key = "alway"), retry)
                .unwrap_err()
                .contains("`always`")
        );
    }
}
