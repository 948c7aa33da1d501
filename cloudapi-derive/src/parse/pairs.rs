//! Lists of names with their values: `headers("X-Name" = "text {field}", ..)`.

use syn::parse::{ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{LitStr, Token};

use crate::diagnostics::{Diagnostic, Errors};
use crate::parse::entry::{Entry, Form};
use crate::parse::header;
use crate::parse::keys::skip_to_comma;
use crate::parse::text::{Fields, Text};

/// `headers("X-Name" = "text {field}", ..)`
pub(crate) fn headers(
    entry: &Entry,
    fields: Fields,
    errors: &mut Errors,
) -> Vec<(header::Name, Text)> {
    let form = match fields {
        Fields::Bare => "`headers(\"X-Name\" = \"text {field}\")`",
        Fields::OfSelf => "`headers(\"X-Name\" = \"text {self.field}\")`",
    };
    read(entry, ("the header", "text"), form, errors)
        .into_iter()
        .filter_map(|(name, text)| {
            let name = errors.ok(header::Name::parse(name));
            let text = errors.ok(Text::parse_header(&text, fields));
            name.zip(text)
        })
        .collect()
}

/// `query("name" = "text {field}", ..)`
pub(crate) fn query(entry: &Entry, fields: Fields, errors: &mut Errors) -> Vec<(LitStr, Text)> {
    let form = match fields {
        Fields::Bare => "`query(\"name\" = \"text {field}\")`",
        Fields::OfSelf => "`query(\"name\" = \"text {self.field}\")`",
    };
    read(entry, ("the query parameter", "text"), form, errors)
        .into_iter()
        .filter_map(|(name, text)| {
            let name = errors.ok(query_name(name));
            // Some parameters say all by being there.
            let text = errors.ok(Text::parse(&text, fields));
            name.zip(text)
        })
        .collect()
}

/// `json("name" = "text {self.field}")`, and the same for a form.
pub(crate) fn fields(entry: &Entry, errors: &mut Errors) -> Vec<(LitStr, Text)> {
    let key = &entry.key;
    let form = format!(
        "`{key}(\"name\" = \"text {{self.field}}\")`; what is no text is sent by a parameter, as \
         in `#[{key}(\"name\")] value: bool`"
    );
    read(entry, ("the field", "text"), &form, errors)
        .into_iter()
        .filter_map(|(name, text)| {
            let name = match name.value().is_empty() {
                true => Err(Diagnostic::new(&name, "the name is empty").expected(&form)),
                false => Ok(name),
            };
            let name = errors.ok(name);
            let text = errors.ok(Text::parse(&text, Fields::OfSelf));
            name.zip(text)
        })
        .collect()
}

/// The name of a query parameter: anything, since it is encoded.
pub(crate) fn query_name(name: LitStr) -> Result<LitStr, Diagnostic> {
    match name.value().is_empty() {
        true => Err(Diagnostic::new(&name, "the name is empty")
            .expected("the name of a query parameter, as in \"page\"")),
        false => Ok(name),
    }
}

/// The pairs of a list; `what` and `value` name the two halves of one.
pub(crate) fn read(
    entry: &Entry,
    (what, value): (&str, &str),
    form: &str,
    errors: &mut Errors,
) -> Vec<(LitStr, LitStr)> {
    let Form::List(list) = &entry.form else {
        errors.push(entry.wrong_type(form));
        return Vec::new();
    };
    if list.is_empty() {
        let key = &entry.key;
        errors.push(Diagnostic::new(key, format_args!("`{key}` declares none")).expected(form));
    }
    let parser =
        |input: ParseStream<'_>| Punctuated::<_, Token![,]>::parse_terminated_with(input, pair);
    let pairs = errors.ok(parser.parse2(list.clone()));
    pairs
        .into_iter()
        .flatten()
        .filter_map(|(name, text)| match text {
            Some(text) => Some((name, text)),
            None => {
                let what = format!("{what} `{}` has no {value}", name.value());
                errors.push(Diagnostic::new(name, what).expected(form));
                None
            }
        })
        .collect()
}

/// A name, and its value if there is one.
fn pair(input: ParseStream<'_>) -> syn::Result<(LitStr, Option<LitStr>)> {
    let name = input.parse()?;
    let equals = input.parse::<Token![=]>();
    let value = equals.and_then(|_| input.parse());
    if value.is_err() {
        skip_to_comma(input);
    }
    Ok((name, value.ok()))
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
    fn headers_are_pairs() {
        let read = |tokens| {
            let mut errors = Errors::new();
            let headers = headers(&entry(tokens), Fields::Bare, &mut errors).len();
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
            quote!(key("A" = "")),
            quote!(key("A" = 1)),
        ] {
            assert_eq!(read(tokens), (0, 1));
        }
    }

    #[test]
    fn query_parameters_are_pairs() {
        let read = |tokens| {
            let mut errors = Errors::new();
            let query = query(&entry(tokens), Fields::OfSelf, &mut errors).len();
            (query, errors.finish().len())
        };
        assert_eq!(
            read(quote!(key("a b" = "ä", "b[]" = "{self.b}", "c" = ""))),
            (3, 0)
        );
        assert_eq!(read(quote!(key("" = "1", "a" = "{a}"))), (0, 2));
    }

    #[test]
    fn fields_are_pairs() {
        let read = |tokens| {
            let mut errors = Errors::new();
            let fields = fields(&entry(tokens), &mut errors).len();
            (fields, errors.finish().len())
        };
        assert_eq!(read(quote!(key("a.b" = "{self.a}", "c" = ""))), (2, 0));
        assert_eq!(read(quote!(key("" = "1", "a" = "{a}", "b" = true))), (0, 3));
    }
}
