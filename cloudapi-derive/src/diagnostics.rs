//! Errors as people read them: what is wrong, the expected form, what to type;
//! and the collector that lets one item report all its errors at once.

use std::fmt::Display;
use std::thread;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Type;

/// One error, at the tokens it is about.
#[derive(Debug)]
pub(crate) struct Diagnostic {
    at: TokenStream,
    message: String,
}

impl Diagnostic {
    /// Says what is wrong with some tokens.
    pub(crate) fn new(at: impl ToTokens, what: impl Display) -> Self {
        Self {
            at: at.into_token_stream(),
            message: what.to_string(),
        }
    }

    /// Says what the attribute as a whole is missing.
    pub(crate) fn on_attribute(what: impl Display) -> Self {
        Self::new(TokenStream::new(), what)
    }

    /// Shows the form that was expected.
    pub(crate) fn expected(self, form: impl Display) -> Self {
        self.line("expected", form)
    }

    /// Says what to type.
    pub(crate) fn help(self, what: impl Display) -> Self {
        self.line("help", what)
    }

    /// Suggests the known name that is nearest to `name`, or lists them all.
    pub(crate) fn suggest(self, name: &str, known: &[&str]) -> Self {
        match nearest(name, known) {
            Some(nearest) => self.help(format_args!("did you mean `{nearest}`?")),
            None => self.help(format_args!("there is {}", listed(known, "and"))),
        }
    }

    fn line(mut self, label: &str, text: impl Display) -> Self {
        self.message.push_str(&format!("\n{label}: {text}"));
        self
    }

    #[cfg(test)]
    pub(crate) fn message(&self) -> &str {
        &self.message
    }
}

impl From<Diagnostic> for syn::Error {
    fn from(diagnostic: Diagnostic) -> Self {
        syn::Error::new_spanned(diagnostic.at, diagnostic.message)
    }
}

/// Collects the errors of one item. Dropping it without [`finish`](Self::finish)
/// is a bug in this crate, since errors would be lost, and panics.
#[derive(Debug)]
#[must_use]
pub(crate) struct Errors {
    found: Option<Vec<syn::Error>>,
}

impl Errors {
    pub(crate) fn new() -> Self {
        Self {
            found: Some(Vec::new()),
        }
    }

    pub(crate) fn push(&mut self, error: impl Into<syn::Error>) {
        self.found.get_or_insert_default().push(error.into());
    }

    /// Keeps the error, so that the caller can go on without the value.
    pub(crate) fn ok<T, E: Into<syn::Error>>(&mut self, result: Result<T, E>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// All errors as code that reports them; nothing, if there are none.
    pub(crate) fn finish(mut self) -> Vec<TokenStream> {
        self.found
            .take()
            .unwrap_or_default()
            .iter()
            .map(syn::Error::to_compile_error)
            .collect()
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        assert!(
            self.found.is_none() || thread::panicking(),
            "the errors of an item were dropped unread"
        );
    }
}

/// The nearest of the known names, if one is near enough to be meant.
pub(crate) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let lower = name.to_lowercase();
    known
        .iter()
        .map(|known| {
            (
                strsim::damerau_levenshtein(&lower, &known.to_lowercase()),
                *known,
            )
        })
        .filter(|(distance, known)| *distance <= known.len().max(name.len()).div_ceil(3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// The names as words: "`a`, `b` and `c`".
pub(crate) fn listed(names: &[&str], conjunction: &str) -> String {
    match names {
        [] => String::from("none"),
        [only] => format!("`{only}`"),
        [first @ .., last] => {
            let first: Vec<_> = first.iter().map(|name| format!("`{name}`")).collect();
            format!("{} {conjunction} `{last}`", first.join(", "))
        }
    }
}

/// A type as people write it; tokens alone have spaces everywhere.
pub(crate) fn shown(ty: &Type) -> String {
    let mut text = ty.to_token_stream().to_string();
    for (from, to) in [
        (" < ", "<"),
        (" >", ">"),
        ("& ", "&"),
        (" :: ", "::"),
        (" ,", ","),
    ] {
        text = text.replace(from, to);
    }
    text
}

/// A span for generated tokens that points at the user's code. It keeps the
/// macro's own hygiene, so that lints do not take the tokens for the user's.
pub(crate) fn pointing_at(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

/// The first place where the keyword occurs, at any depth.
pub(crate) fn find_keyword(tokens: TokenStream, keyword: &str) -> Option<TokenStream> {
    tokens.into_iter().find_map(|token| match token {
        proc_macro2::TokenTree::Group(group) => find_keyword(group.stream(), keyword),
        proc_macro2::TokenTree::Ident(ident) if ident == keyword => {
            Some(quote_spanned!(ident.span()=> #ident))
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: &[&str] = &["baseurl", "callrateperhour", "retry", "scope"];

    #[test]
    fn the_nearest_name_is_one_that_may_be_meant() {
        assert_eq!(nearest("callrateperhuor", KEYS), Some("callrateperhour"));
        assert_eq!(nearest("BaseUrl", KEYS), Some("baseurl"));
        assert_eq!(nearest("base_url", KEYS), Some("baseurl"));
        assert_eq!(nearest("retires", KEYS), Some("retry"));
        assert_eq!(nearest("timeout", KEYS), None);
        assert_eq!(nearest("x", &[]), None);
    }

    #[test]
    fn names_are_listed_as_words() {
        assert_eq!(listed(&[], "or"), "none");
        assert_eq!(listed(&["a"], "or"), "`a`");
        assert_eq!(listed(&["a", "b", "c"], "or"), "`a`, `b` or `c`");
    }

    #[test]
    fn a_message_has_a_line_for_each_part() {
        let error: syn::Error = Diagnostic::on_attribute("wrong")
            .expected("right")
            .help("type it")
            .into();
        assert_eq!(error.to_string(), "wrong\nexpected: right\nhelp: type it");
    }

    #[test]
    fn every_error_is_reported() {
        let mut errors = Errors::new();
        assert_eq!(errors.ok::<u8, Diagnostic>(Ok(1)), Some(1));
        assert_eq!(errors.ok::<u8, _>(Err(Diagnostic::on_attribute("a"))), None);
        errors.push(Diagnostic::on_attribute("b"));
        assert_eq!(errors.finish().len(), 2);
    }

    #[test]
    #[should_panic(expected = "dropped unread")]
    fn errors_cannot_be_dropped_unread() {
        drop(Errors::new());
    }
}
