//! The values that are not a constant: each reader takes what stands after a
//! key and gives it its meaning.

use syn::parse::{ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{LitStr, Path, Token};

use crate::diagnostics::{Diagnostic, Errors};
use crate::parse::keys::{Entry, Form};
use crate::parse::text::Text;
use crate::parse::{baseurl, header};

/// The base URL.
pub(crate) fn base_url(entry: &Entry) -> Result<LitStr, Diagnostic> {
    let text = entry.string("a URL, as in \"https://api.example.com/v1/\"")?;
    match baseurl::problem(&text.value()) {
        None => Ok(text.clone()),
        Some((what, help)) => Err(Diagnostic::new(text, what).help(help)),
    }
}

/// A text with the client's fields.
pub(crate) fn text(entry: &Entry) -> Result<Text, Diagnostic> {
    Text::parse(entry.string("a text with fields in braces, as in \"{token}\"")?)
}

/// A key that is given or not.
pub(crate) fn flag(entry: &Entry) -> Result<(), Diagnostic> {
    match entry.form {
        Form::Flag => Ok(()),
        _ => Err(
            Diagnostic::new(entry, format_args!("`{}` takes no value", entry.key))
                .help(format_args!("write `{}` alone, or leave it out", entry.key)),
        ),
    }
}

/// `none`, for what is otherwise made.
pub(crate) fn none(entry: &Entry) -> Result<(), Diagnostic> {
    match entry.path() {
        Some(path) if path.is_ident("none") => Ok(()),
        _ => Err(entry.wrong_type("`none`, to leave the name to you")),
    }
}

/// The path of the runtime crate.
pub(crate) fn module(entry: &Entry) -> Result<Path, Diagnostic> {
    entry
        .path()
        .filter(|path| {
            path.segments
                .iter()
                .all(|segment| segment.arguments.is_none())
        })
        .cloned()
        .ok_or_else(|| entry.wrong_type("a path, as in `crate = my_crate::cloudapi`"))
}

/// `headers("X-Name" = "text {field}", ..)`
pub(crate) fn headers(entry: &Entry, errors: &mut Errors) -> Vec<(header::Name, Text)> {
    const FORM: &str = "`headers(\"X-Name\" = \"text {field}\")`";
    let Form::List(list) = &entry.form else {
        errors.push(entry.wrong_type(FORM));
        return Vec::new();
    };
    if list.is_empty() {
        errors.push(Diagnostic::new(&entry.key, "`headers` declares none").expected(FORM));
    }
    let pair = |input: ParseStream<'_>| -> syn::Result<(LitStr, LitStr)> {
        let name: LitStr = input.parse()?;
        let equals = input.parse::<Token![=]>();
        match equals.and_then(|_| input.parse()) {
            Ok(text) => Ok((name, text)),
            Err(_) => {
                let what = format!("the header `{}` has no text", name.value());
                Err(Diagnostic::new(name, what).expected(FORM).into())
            }
        }
    };
    let parser =
        |input: ParseStream<'_>| Punctuated::<_, Token![,]>::parse_terminated_with(input, pair);
    let Some(pairs) = errors.ok(parser.parse2(list.clone())) else {
        return Vec::new();
    };
    pairs
        .into_iter()
        .filter_map(|(name, text)| {
            let name = errors.ok(header::Name::parse(name));
            let text = errors.ok(Text::parse(&text).and_then(|text| {
                let is_value = text.literals().all(header::is_value);
                match is_value {
                    true => Ok(text),
                    false => Err(Diagnostic::new(
                        &text.literal,
                        "the text has a character that no header may have",
                    )
                    .expected("one line of printable ASCII")),
                }
            }));
            name.zip(text)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::quote;

    use super::*;
    use crate::parse::keys::Keys;

    fn entry(tokens: TokenStream) -> Entry {
        let mut errors = Errors::new();
        let entry = Keys::parse("#[x]", tokens, &mut errors).take("key", &mut errors);
        assert!(errors.finish().is_empty());
        entry.unwrap()
    }

    #[test]
    fn words_and_paths_are_no_strings() {
        assert!(flag(&entry(quote!(key))).is_ok());
        assert!(flag(&entry(quote!(key = true))).is_err());
        assert!(none(&entry(quote!(key = none))).is_ok());
        assert!(none(&entry(quote!(key = "none"))).is_err());
        assert!(module(&entry(quote!(key = a::b))).is_ok());
        assert!(module(&entry(quote!(key = a::<u8>))).is_err());
        assert!(module(&entry(quote!(key = "a"))).is_err());
    }

    #[test]
    fn headers_are_pairs() {
        let read = |tokens| {
            let mut errors = Errors::new();
            let headers = headers(&entry(tokens), &mut errors).len();
            (headers, errors.finish().len())
        };
        assert_eq!(read(quote!(key("A" = "1", "B" = "{b}",))), (2, 0));
        assert_eq!(
            read(quote!(key("A b" = "1", "B" = "{b", "C" = "ä", "D" = "d"))),
            (1, 3)
        );
        for tokens in [
            quote!(key),
            quote!(key()),
            quote!(key = "a"),
            quote!(key("A")),
            quote!(key(A = "1")),
        ] {
            assert_eq!(read(tokens), (0, 1));
        }
    }
}
