//! The path at the beginning of an endpoint's arguments: `"path", key = value, ..`.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::{Expr, Ident, LitStr, Token};

use super::keys::expect_comma;
use crate::diagnostics::{Diagnostic, Errors, nearest};

/// The keys of an endpoint that may stand alone, without a value.
const FLAGS: &[&str] = &[
    "durable",
    "idempotency_key",
    "idempotent",
    "items",
    "items_optional",
];

/// Reads the path and the comma after it. One that is missing, or is not in quotes, is
/// reported.
pub(super) fn read(attribute: &str, input: ParseStream<'_>, errors: &mut Errors) -> Option<LitStr> {
    let path = path(attribute, input, errors);
    if path.is_ok() && !input.is_empty() {
        expect_comma(input, errors);
    }
    path.ok().flatten()
}

/// None stands there, which was reported.
struct Missing;

fn path(
    attribute: &str,
    input: ParseStream<'_>,
    errors: &mut Errors,
) -> Result<Option<LitStr>, Missing> {
    if input.peek(LitStr) {
        return Ok(input.parse().ok());
    }
    let write = |path: &str| format!("`{}(\"{path}\")]`", attribute.trim_end_matches(']'));
    let example = write("droplets/{id}");
    // A slip that is easily understood.
    let has_a_value = input.peek2(Token![=]) || input.peek2(Token![:]);
    if input.peek(Ident) && has_a_value && input.peek3(LitStr) {
        let key = input.fork().parse::<Ident>();
        if let Some(key) = key.ok().filter(|key| key == "path") {
            let what = "the path of an endpoint comes first, without a key";
            errors.push(Diagnostic::new(key, what).help(format_args!("write {example}")));
            let _ = (input.parse::<TokenTree>(), input.parse::<TokenTree>());
            return Ok(input.parse().ok());
        }
    }
    if input.is_empty() || begins_with_a_key(&input.fork()) {
        errors.push(
            Diagnostic::on_attribute(format_args!("`{attribute}` needs the path of the endpoint"))
                .help(format_args!("begin with it: {example}")),
        );
        return Err(Missing);
    }
    let given = up_to_comma(input);
    let help = match (has_a_value_elsewhere(&given), as_path(&given)) {
        (true, _) => format!(
            "a macro cannot see the value of a constant, nor of another macro: write the path \
             itself, as in {example}"
        ),
        (false, Some(path)) => format!("write {}", write(&path)),
        (false, None) => format!("write it as in {example}"),
    };
    errors.push(Diagnostic::new(given, "the path of an endpoint is a text in quotes").help(help));
    Ok(None)
}

/// Whether it is `key = ..`, `key(..)`, or a key that may stand alone.
fn begins_with_a_key(ahead: ParseStream<'_>) -> bool {
    if ahead.peek(Token![,]) {
        return true;
    }
    let Ok(key) = ahead.call(Ident::parse_any) else {
        return false;
    };
    if ahead.is_empty() || ahead.peek(Token![,]) {
        // A name in capitals is that of a constant.
        let key = key.to_string();
        return key.to_lowercase() == key && nearest(&key, FLAGS).is_some();
    }
    let has_a_value = ahead.peek(Token![=]) || ahead.peek(syn::token::Paren);
    has_a_value || (ahead.peek(Token![:]) && !ahead.peek(Token![::]))
}

fn up_to_comma(input: ParseStream<'_>) -> TokenStream {
    let mut tokens = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        if let Ok(token) = input.parse::<TokenTree>() {
            token.to_tokens(&mut tokens);
        }
    }
    tokens
}

/// Whether it is a constant or what a macro makes.
fn has_a_value_elsewhere(given: &TokenStream) -> bool {
    match syn::parse2(given.clone()) {
        Ok(Expr::Macro(_)) => true,
        Ok(Expr::Path(path)) => {
            let segments = &path.path.segments;
            let last = segments.last().map(|last| last.ident.to_string());
            segments.len() > 1 || last.is_some_and(|last| last.to_lowercase() != last)
        }
        _ => false,
    }
}

/// The path that it would be in quotes.
fn as_path(given: &TokenStream) -> Option<String> {
    let text = given.to_string();
    let text: String = text.split_whitespace().collect();
    let is_usual =
        |character: char| character.is_ascii_alphanumeric() || "_-./{}".contains(character);
    let text = text.trim_start_matches('/');
    (!text.is_empty() && text.chars().all(is_usual)).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;
    use crate::parse::keys::Keys;

    #[test]
    fn a_path_that_is_not_in_quotes_is_told_once() {
        for (arguments, why) in [
            (quote!(PATH, idempotent), "value of a constant"),
            (
                quote!(paths::droplets, retry = "never"),
                "value of a constant",
            ),
            (quote!(concat!("a", "b")), "nor of another macro"),
            (quote!(droplets), "write `#[get(\"droplets\")]`"),
            (
                quote!(/droplets/{id}, idempotent),
                "write `#[get(\"droplets/{id}\")]`",
            ),
            (quote!({ self.id }), "write `#[get(\"{self.id}\")]`"),
            (quote!(&droplets()), "write it as in"),
            (quote!(7), "write `#[get(\"7\")]`"),
        ] {
            let mut errors = Errors::new();
            let (path, mut keys) = Keys::parse_after_path("#[get]", arguments.clone(), &mut errors);
            for name in ["idempotent", "retry"] {
                keys.take(name, &mut errors);
            }
            keys.finish(&mut errors);
            assert!(path.is_none());
            let errors = errors.finish();
            assert_eq!(errors.len(), 1, "{arguments}");
            // Quotes inside of the literal of the message are escaped.
            let message = errors[0].to_string().replace('\\', "");
            assert!(
                message.contains("a text in quotes"),
                "{arguments}: {message}"
            );
            assert!(message.contains(why), "{arguments}: {message}");
        }
    }

    #[test]
    fn a_path_that_is_missing_is_told_and_the_keys_are_read() {
        for (arguments, keys_read) in [
            (quote!(), 0),
            (quote!(idempotent), 1),
            (quote!(items_optional, items = "a"), 2),
            (quote!(retry = "never", idempotent), 2),
            (quote!(query("a" = "b")), 1),
        ] {
            let mut errors = Errors::new();
            let (path, keys) = Keys::parse_after_path("#[get]", arguments.clone(), &mut errors);
            assert!(path.is_none());
            assert_eq!(keys.into_keys().len(), keys_read, "{arguments}");
            let errors = errors.finish();
            assert_eq!(errors.len(), 1, "{arguments}");
            assert!(
                errors[0].to_string().contains("needs the path"),
                "{arguments}"
            );
        }
    }
}
