//! Lists of limits: `limits(rate(5000, per = "1h"), ..)`.

use std::time::Duration;

use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::parse::{ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Expr, Ident, Token};

use crate::diagnostics::{Diagnostic, Errors};
use crate::parse::constant::{self, Constant};
use crate::parse::entry::{Entry, Form};
use crate::parse::keys::Keys;

const FORM: &str = "`limits(rate(5000, per = \"1h\"), rate(250, per = \"1m\", burst = 20))`";

/// One limit, as written.
#[derive(Clone, Debug)]
pub(crate) struct Rate {
    /// Where errors about it stand.
    pub(crate) at: TokenStream,
    pub(crate) calls: u32,
    pub(crate) per: Duration,
    /// Where it stands, and how much it is.
    pub(crate) burst: Option<(TokenStream, u32)>,
}

/// `limits(rate(n, per = "..", burst = b), ..)`
pub(crate) fn limits(entry: &Entry, errors: &mut Errors) -> Vec<Rate> {
    let Form::List(list) = &entry.form else {
        errors.push(entry.wrong_type(FORM));
        return Vec::new();
    };
    if list.is_empty() {
        let key = &entry.key;
        errors.push(Diagnostic::new(key, format_args!("`{key}` declares none")).expected(FORM));
    }
    let items = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(list.clone());
    let items = match items {
        Ok(items) => items,
        Err(_) => {
            let what = "`limits` takes rates";
            errors.push(Diagnostic::new(&entry.key, what).expected(FORM));
            return Vec::new();
        }
    };
    items
        .into_iter()
        .filter_map(|item| rate(&item, errors))
        .collect()
}

/// `rate(n, per = "..", burst = b)`, which as an expression is a call.
fn rate(item: &Expr, errors: &mut Errors) -> Option<Rate> {
    let call = match item {
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) if path.path.is_ident("rate") => Some((path.path.get_ident()?, call)),
            _ => None,
        },
        _ => None,
    };
    let Some((name, call)) = call else {
        errors.push(Diagnostic::new(item, "`limits` takes rates, and this is none").expected(FORM));
        return None;
    };
    let arguments = call.args.to_token_stream();
    let parser = |input: ParseStream<'_>| {
        let calls: Expr = input.parse()?;
        let _ = input.parse::<Option<Token![,]>>()?;
        Ok((calls, input.parse::<TokenStream>()?))
    };
    let parsed = parser.parse2(arguments).ok();
    let parsed = parsed.filter(|(calls, _)| !matches!(calls, Expr::Assign(_)));
    let Some((calls, keys)) = parsed else {
        let what = "a rate begins with how many attempts it allows";
        errors.push(Diagnostic::new(name, what).expected(FORM));
        return None;
    };
    let mut keys = Keys::parse("rate(..)", keys, errors);
    let calls = positive(name, calls, errors);
    let per = keys.take("per", errors);
    let burst = keys.take("burst", errors);
    if per.is_none() && !keys.misspell("per") {
        let what = "the rate does not say for how long it counts";
        errors.push(Diagnostic::new(name, what).help("add `per`, as in `rate(250, per = \"1m\")`"));
    }
    let per = per.and_then(|entry| errors.ok(constant::period(&entry)));
    let burst = burst.map(|entry| {
        let at = entry.to_token_stream();
        let burst = errors.ok(constant::positive(&entry));
        burst.and_then(|burst| Some((at, number(burst)?)))
    });
    keys.finish(errors);
    Some(Rate {
        at: name.to_token_stream(),
        calls: calls?,
        per: per?,
        burst: match burst {
            Some(burst) => Some(burst?),
            None => None,
        },
    })
}

/// Read as if it were the value of a key.
fn positive(name: &Ident, value: Expr, errors: &mut Errors) -> Option<u32> {
    let entry = Entry {
        key: name.clone(),
        form: Form::Value(value),
    };
    number(errors.ok(constant::positive(&entry))?)
}

const fn number(constant: Constant) -> Option<u32> {
    match constant {
        Constant::U32(number) => Some(number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    /// How many, in how many seconds, and the burst.
    type Plain = (u32, u64, Option<u32>);

    fn read(tokens: TokenStream) -> (Vec<Plain>, Vec<String>) {
        let mut errors = Errors::new();
        let entry = Keys::parse("#[x]", tokens, &mut errors).take("key", &mut errors);
        let limits = limits(&entry.unwrap(), &mut errors);
        let plain = |rate: Rate| {
            (
                rate.calls,
                rate.per.as_secs(),
                rate.burst.map(|burst| burst.1),
            )
        };
        let limits = limits.into_iter().map(plain).collect();
        let errors = errors.finish();
        (limits, errors.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn rates_are_read() {
        let (limits, errors) = read(quote!(key(
            rate(5_000, per = "1h"),
            rate(250, per = "1m", burst = 20),
            rate(1, burst = 1, per = "10s",),
        )));
        let expected = [(5_000, 3_600, None), (250, 60, Some(20)), (1, 10, Some(1))];
        assert_eq!(limits, expected);
        assert!(errors.is_empty(), "{errors:?}");
    }

    #[test]
    fn each_mistake_is_told_once() {
        for (tokens, why) in [
            (quote!(key), "has no value"),
            (quote!(key = 5), "does not take this value"),
            (quote!(key()), "declares none"),
            (quote!(key(5)), "this is none"),
            (quote!(key(rates(5, per = "1h"))), "this is none"),
            (quote!(key(rate 5)), "takes rates"),
            (quote!(key(rate())), "how many attempts"),
            (quote!(key(rate(0, per = "1h"))), "from 1 to"),
            (quote!(key(rate(per = "1h"))), "begins with how many"),
            (quote!(key(rate(5))), "for how long"),
            (quote!(key(rate(5, per = "0s"))), "is zero"),
            (quote!(key(rate(5, per = "8785h"))), "366 days"),
            (quote!(key(rate(5, per = 3600))), "no unit"),
            (quote!(key(rate(5, pre = "1h"))), "did you mean `per`"),
            (quote!(key(rate(5, per = "1h", burst = 0))), "from 1 to"),
            (quote!(key(rate(5, per = "1h", per = "1m"))), "given twice"),
        ] {
            let (_, errors) = read(tokens.clone());
            assert_eq!(errors.len(), 1, "{tokens}: {errors:?}");
            assert!(errors[0].contains(why), "{tokens}: {errors:?}");
        }
    }
}
