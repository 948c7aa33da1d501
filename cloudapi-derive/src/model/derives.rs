//! Derives below the attribute, which see the struct with its hidden field.

use syn::punctuated::Punctuated;
use syn::{ItemStruct, Meta, Path, Token};

use crate::diagnostics::{Diagnostic, Errors};

/// Those that would make a client out of nothing but its fields.
const MAKERS: &[&str] = &["Args", "Default", "Deserialize", "FromArgs", "Parser"];

/// Those of which the hidden field has none: it is a connection to an API and no value.
const OF_VALUES: &[&str] = &[
    "Copy",
    "Eq",
    "Hash",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Serialize",
];

/// The crates whose derives these are, where they are named.
const CRATES: &[&str] = &["argh", "clap", "core", "serde", "std"];

/// Reports the derives that cannot be, and takes them out, since what they make would be
/// refused in words about the hidden field.
pub(crate) fn take_those_that_fail(item: &mut ItemStruct, errors: &mut Errors) {
    for attribute in &mut item.attrs {
        if !attribute.path().is_ident("derive") {
            continue;
        }
        let Meta::List(list) = &mut attribute.meta else {
            continue;
        };
        // What is not read is the compiler's to judge.
        let parser = Punctuated::<Path, Token![,]>::parse_terminated;
        let Ok(derives) = list.parse_args_with(parser) else {
            continue;
        };
        let all = derives.len();
        let mut kept = Punctuated::<Path, Token![,]>::new();
        for derive in derives {
            match problem(&derive) {
                Some(problem) => errors.push(problem),
                None => kept.push(derive),
            }
        }
        if kept.len() < all {
            list.tokens = quote::quote!(#kept);
        }
    }
}

fn problem(derive: &Path) -> Option<Diagnostic> {
    let (first, last) = (derive.segments.first()?, derive.segments.last()?);
    let is_known = derive.segments.len() == 1 || CRATES.iter().any(|name| first.ident == name);
    let is_one_of = |names: &[&str]| is_known && names.iter().any(|name| last.ident == name);
    let help = if is_one_of(MAKERS) {
        "take it out: a client is made by `new` or `builder`; what is read from a file or from \
         arguments is a struct of its own, from which the client is made"
    } else if is_one_of(OF_VALUES) {
        "take it out: a client is no value but the way to an API, and its clones are the same \
         client; `Clone` and `Debug` can be derived"
    } else {
        return None;
    };
    let name = &last.ident;
    let what = format!("`{name}` cannot be derived for a client");
    Some(Diagnostic::new(derive, what).help(help))
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::quote;

    use super::*;

    fn left(attributes: &TokenStream) -> (String, usize) {
        let item = quote!(#attributes struct Example;);
        let mut item = syn::parse2(item).unwrap();
        let mut errors = Errors::new();
        take_those_that_fail(&mut item, &mut errors);
        let attributes = item.attrs.iter();
        let attributes: TokenStream = attributes.map(quote::ToTokens::to_token_stream).collect();
        (attributes.to_string(), errors.finish().len())
    }

    #[test]
    fn what_cannot_be_derived_is_told_and_taken_out() {
        for (attributes, kept, mistakes) in [
            (
                quote!(#[derive(Clone, Debug)]),
                quote!(#[derive(Clone, Debug)]),
                0,
            ),
            (
                quote!(#[derive(Default, Clone)] #[derive(std::hash::Hash,)]),
                quote!(#[derive(Clone)] #[derive()]),
                2,
            ),
            (
                quote!(#[derive(PartialEq, Eq, serde::Deserialize)]),
                quote!(#[derive()]),
                3,
            ),
            (
                quote!(#[derive(mine::Default)]),
                quote!(#[derive(mine::Default)]),
                0,
            ),
            (
                quote!(#[derive(Default, 7)]),
                quote!(#[derive(Default, 7)]),
                0,
            ),
        ] {
            let expected = (kept.to_string(), mistakes);
            assert_eq!(left(&attributes), expected, "{attributes}");
        }
    }
}
