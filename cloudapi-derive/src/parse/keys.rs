//! The arguments of an attribute: `"path", key = value, flag, key(..)`.
//!
//! The keys an attribute knows are those that are [taken](Keys::take); what is
//! left over is reported by [`Keys::finish`]. So a new key is one more `take`.

use proc_macro2::{TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{Ident, LitStr, Token, Type};

use crate::diagnostics::{Diagnostic, Errors};
use crate::parse::entry::{Entry, Form};
use crate::parse::leading_path;
use crate::parse::suggestion::{meant, suggest};

/// The keys of one attribute that have not been taken yet.
#[derive(Debug)]
#[must_use]
pub(crate) struct Keys {
    attribute: &'static str,
    entries: Vec<Entry>,
    known: Vec<&'static str>,
}

impl Keys {
    /// Reads `key = value, ..`. What makes no sense is reported and skipped.
    pub(crate) fn parse(
        attribute: &'static str,
        arguments: TokenStream,
        errors: &mut Errors,
    ) -> Self {
        let parser = |input: ParseStream<'_>| Ok(Self::read(attribute, input, errors));
        // The parser itself takes everything and reports what it cannot use.
        let entries = parser.parse2(arguments).unwrap_or_default();
        Self::new(attribute, entries)
    }

    /// Reads `"path", key = value, ..`. A path that is missing is reported.
    pub(crate) fn parse_after_path(
        attribute: &'static str,
        arguments: TokenStream,
        errors: &mut Errors,
    ) -> (Option<LitStr>, Self) {
        let parser = |input: ParseStream<'_>| {
            let path = leading_path::read(attribute, input, errors);
            Ok((path, Self::read(attribute, input, errors)))
        };
        let (path, entries) = parser.parse2(arguments).unwrap_or_default();
        (path, Self::new(attribute, entries))
    }

    fn new(attribute: &'static str, entries: Vec<Entry>) -> Self {
        Self {
            attribute,
            entries,
            known: Vec::new(),
        }
    }

    fn read(attribute: &str, input: ParseStream<'_>, errors: &mut Errors) -> Vec<Entry> {
        let mut entries = Vec::new();
        while !input.is_empty() {
            match entry(attribute, input, errors) {
                Ok(entry) => entries.push(entry),
                Err(error) => {
                    errors.push(error);
                    skip_to_comma(input);
                }
            }
            if !input.is_empty() {
                expect_comma(input, errors);
            }
        }
        entries
    }

    /// Takes the key, if it was given. A second time is an error.
    pub(crate) fn take(&mut self, name: &'static str, errors: &mut Errors) -> Option<Entry> {
        self.known.push(name);
        self.take_misplaced(name, errors)
    }

    /// Takes a key that has no place here, and so is suggested to nobody.
    pub(crate) fn take_misplaced(
        &mut self,
        name: &'static str,
        errors: &mut Errors,
    ) -> Option<Entry> {
        let (mut given, rest): (Vec<_>, _) = std::mem::take(&mut self.entries)
            .into_iter()
            .partition(|entry| entry.key == name);
        self.entries = rest;
        for repeated in given.drain(1.min(given.len())..) {
            errors.push(
                Diagnostic::new(&repeated.key, format_args!("`{name}` is given twice"))
                    .help("keep one of the two"),
            );
        }
        given.pop()
    }

    /// Takes the key and reads its value.
    pub(crate) fn read_with<T>(
        &mut self,
        name: &'static str,
        read: fn(&Entry) -> Result<T, Diagnostic>,
        errors: &mut Errors,
    ) -> Option<T> {
        let entry = self.take(name, errors)?;
        errors.ok(read(&entry))
    }

    /// Whether a key that nobody knows may be meant as this one.
    pub(crate) fn misspell(&self, name: &str) -> bool {
        self.misspelt(name).is_some()
    }

    /// The key that nobody knows and that may be meant as this one.
    pub(crate) fn misspelt(&self, name: &str) -> Option<&Entry> {
        let mut entries = self.entries.iter();
        entries.find(|entry| meant(&entry.key.to_string(), &self.known) == Some(name))
    }

    /// Whether all keys were taken.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The keys that were not taken, where none besides is known.
    pub(crate) fn into_keys(self) -> Vec<Ident> {
        self.entries.into_iter().map(|entry| entry.key).collect()
    }

    /// Reports every key that nobody knows.
    pub(crate) fn finish(self, errors: &mut Errors) {
        for entry in self.entries {
            let name = entry.key.to_string();
            let what = format!("`{}` has no key `{name}`", self.attribute);
            let diagnostic = Diagnostic::new(&entry.key, what);
            errors.push(suggest(diagnostic, &name, &self.known));
        }
    }
}

fn entry(
    attribute: &str,
    input: ParseStream<'_>,
    errors: &mut Errors,
) -> Result<Entry, syn::Error> {
    if !input.peek(Ident::peek_any) {
        let token: TokenTree = input.parse()?;
        let what = format!("`{attribute}` takes keys here, and `{token}` is none");
        return Err(Diagnostic::new(&token, what)
            .expected("`key = value`, separated by commas")
            .into());
    }
    let key = input.call(Ident::parse_any)?;
    let is_colon = input.peek(Token![:]) && !input.peek(Token![::]);
    let form = if input.peek(Token![=]) || is_colon {
        let equals: TokenTree = input.parse()?;
        if is_colon {
            let what = format!("the value of `{key}` comes after `=`");
            errors.push(Diagnostic::new(&equals, what).help("write `=` in place of `:`"));
        }
        if input.is_empty() || input.peek(Token![,]) {
            let what = format!("`{key} {equals}` has no value");
            return Err(Diagnostic::new(equals, what)
                .expected("`key = value`")
                .into());
        }
        value(input)?
    } else if input.peek(syn::token::Paren) {
        let content;
        syn::parenthesized!(content in input);
        Form::List(content.parse()?)
    } else {
        Form::Flag
    };
    Ok(Entry { key, form })
}

/// A type where one may stand, else an expression: as an expression `A<B, C>`
/// is a comparison that ends at the comma.
fn value(input: ParseStream<'_>) -> syn::Result<Form> {
    let ahead = input.fork();
    match ahead.parse::<Type>() {
        Ok(_) if ahead.is_empty() || ahead.peek(Token![,]) => input.parse().map(Form::Type),
        _ => input.parse().map(Form::Value),
    }
}

pub(super) fn expect_comma(input: ParseStream<'_>, errors: &mut Errors) {
    if input
        .parse::<Option<Token![,]>>()
        .is_ok_and(|comma| comma.is_some())
    {
        return;
    }
    let next = input.fork().parse::<TokenTree>();
    if let Ok(next) = next {
        let what = format!("a comma is missing before `{next}`");
        errors.push(Diagnostic::new(&next, what));
        if !input.peek(Ident::peek_any) {
            skip_to_comma(input);
            let _ = input.parse::<Option<Token![,]>>();
        }
    }
}

pub(super) fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) && input.parse::<TokenTree>().is_ok() {}
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    fn messages(arguments: TokenStream) -> Vec<String> {
        let mut errors = Errors::new();
        let mut keys = Keys::parse("#[x]", arguments, &mut errors);
        for name in ["number", "flag", "list", "crate"] {
            keys.take(name, &mut errors);
        }
        keys.finish(&mut errors);
        errors.finish().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_form_is_read() {
        assert!(messages(quote!()).is_empty());
        assert!(messages(quote!(number = -1, flag, list("a" = "b"), crate = a::b,)).is_empty());
        assert!(
            messages(quote!(number = A<B, C>, flag = <A as B>::C, list = &'a [A; 2])).is_empty()
        );
    }

    #[test]
    fn all_problems_are_told() {
        for (arguments, why) in [
            (quote!(number = 1, number = 2), vec!["given twice"]),
            (
                quote!(nubmer = 1, flags),
                vec!["did you mean `number`", "did you mean `flag`"],
            ),
            (quote!(1, number = 1), vec!["takes keys here"]),
            (quote!(number =, flag), vec!["has no value"]),
            (
                quote!(number = 1 flag),
                vec!["comma is missing before `flag`"],
            ),
            (
                quote!(number = 1 2, flag),
                vec!["comma is missing before `2`"],
            ),
            (quote!(, flag), vec!["takes keys here"]),
            (quote!(number: 1, flag), vec!["write `=` in place of `:`"]),
            (quote!(number: -1, list: "a"), vec!["in place of `:`"; 2]),
        ] {
            let messages = messages(arguments.clone());
            assert_eq!(messages.len(), why.len(), "{arguments}: {messages:?}");
            for (message, why) in messages.iter().zip(why) {
                assert!(message.contains(why), "{arguments}: {message}");
            }
        }
    }

    #[test]
    fn a_path_may_come_first() {
        let mut errors = Errors::new();
        let (path, keys) = Keys::parse_after_path("#[get]", quote!("a/{b}", flag), &mut errors);
        assert_eq!(path.map(|path| path.value()).as_deref(), Some("a/{b}"));
        assert_eq!(keys.entries.len(), 1);
        assert!(errors.finish().is_empty());
    }
}
