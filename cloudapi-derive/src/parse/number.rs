//! Numbers, with the type of Rust at their end or without.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use syn::{Expr, ExprLit, ExprUnary, Lit, UnOp};

use crate::diagnostics::Diagnostic;
use crate::parse::entry::Entry;

const INTEGERS: &[&str] = &[
    "", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize",
];
const FLOATS: &[&str] = &["", "f32", "f64"];

/// A number as written.
enum Written<'a> {
    Integer(&'a str),
    Float(&'a str),
    /// It has a sign, and nothing here is below zero.
    Negative,
}

/// A whole number.
pub(super) fn integer<N>(entry: &Entry, range: RangeInclusive<N>) -> Result<N, Diagnostic>
where
    N: Copy + FromStr<Err: Display> + PartialOrd + Display,
{
    let form = format!("a whole number from {} to {}", range.start(), range.end());
    let number = match written(entry, &form)? {
        Written::Integer(digits) => digits.parse().ok(),
        Written::Float(digits) => return Err(not_whole(entry, digits, &form)),
        Written::Negative => None,
    };
    match number {
        Some(number) if range.contains(&number) => Ok(number),
        _ => Err(out_of_range(entry, &form)),
    }
}

/// A number that may have a fraction; `form` says what it should be.
pub(super) fn fraction(
    entry: &Entry,
    range: RangeInclusive<f64>,
    form: &str,
) -> Result<f64, Diagnostic> {
    let number = match written(entry, form)? {
        Written::Integer(digits) | Written::Float(digits) => digits.parse().ok(),
        Written::Negative => None,
    };
    match number {
        Some(number) if range.contains(&number) => Ok(number),
        _ => Err(out_of_range(entry, form)),
    }
}

fn written<'a>(entry: &'a Entry, form: &str) -> Result<Written<'a>, Diagnostic> {
    let is_number = |expr: &Expr| {
        matches!(
            expr,
            Expr::Lit(ExprLit {
                lit: Lit::Int(_) | Lit::Float(_),
                ..
            })
        )
    };
    let (digits, suffix, is_whole) = match (entry.literal(), entry.value()) {
        (Some(Lit::Int(number)), _) => (number.base10_digits(), number.suffix(), true),
        (Some(Lit::Float(number)), _) => (number.base10_digits(), number.suffix(), false),
        (
            _,
            Some(Expr::Unary(ExprUnary {
                op: UnOp::Neg(_),
                expr,
                ..
            })),
        ) if is_number(expr) => return Ok(Written::Negative),
        _ => return Err(entry.wrong_type(form)),
    };
    match (is_whole, suffix) {
        (true, suffix) if INTEGERS.contains(&suffix) => Ok(Written::Integer(digits)),
        (_, suffix) if FLOATS.contains(&suffix) => Ok(Written::Float(digits)),
        _ => {
            let what = format!("`{suffix}` at the end of the number is no type of Rust's");
            Err(Diagnostic::new(entry, what).expected(form))
        }
    }
}

/// Says how a float is written that is a whole number all the same.
fn not_whole(entry: &Entry, digits: &str, form: &str) -> Diagnostic {
    let key = &entry.key;
    let error = Diagnostic::new(entry, format_args!("`{key}` takes a whole number"));
    match digits.parse::<f64>() {
        Ok(number) if number.fract() == 0.0 && number < 1e15 => {
            error.help(format_args!("write `{key} = {number:.0}`"))
        }
        _ => error.expected(form),
    }
}

fn out_of_range(entry: &Entry, form: &str) -> Diagnostic {
    Diagnostic::new(entry, format_args!("`{}` is out of range", entry.key)).expected(form)
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::quote;

    use super::*;
    use crate::diagnostics::Errors;
    use crate::parse::keys::Keys;

    fn entry(tokens: &TokenStream) -> Entry {
        let mut errors = Errors::new();
        let mut keys = Keys::parse("#[x]", quote!(key = #tokens), &mut errors);
        let entry = keys.take("key", &mut errors);
        assert!(errors.finish().is_empty());
        entry.unwrap()
    }

    #[test]
    fn a_number_may_have_its_type() {
        for tokens in [
            quote!(5000),
            quote!(5_000u32),
            quote!(5000_usize),
            quote!(0x1388),
        ] {
            assert_eq!(
                integer(&entry(&tokens), 1..=9999_u32).ok(),
                Some(5000),
                "{tokens}"
            );
        }
        for tokens in [
            quote!(2),
            quote!(2u8),
            quote!(2.0),
            quote!(2f64),
            quote!(2.0f32),
        ] {
            let number = fraction(&entry(&tokens), 1.0..=9.0, "a number");
            assert_eq!(number.ok(), Some(2.0), "{tokens}");
        }
    }

    #[test]
    fn a_whole_number_that_is_written_otherwise_is_told_how() {
        for (tokens, why) in [
            (quote!(5000.0), "write `key = 5000`"),
            (quote!(5e3), "write `key = 5000`"),
            (quote!(2f64), "write `key = 2`"),
            (quote!(0.5), "expected: a whole number from 1 to 9999"),
            (quote!(64MB), "`MB` at the end of the number"),
            (quote!(-1), "out of range"),
            (quote!(10000), "out of range"),
            (quote!(99999999999999999999), "out of range"),
        ] {
            let error = integer(&entry(&tokens), 1..=9999_u32).unwrap_err();
            assert!(
                error.message().contains(why),
                "{tokens}: {}",
                error.message()
            );
        }
    }
}
