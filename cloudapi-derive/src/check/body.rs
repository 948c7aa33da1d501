//! The rules for the body of a request.

use proc_macro2::TokenStream;
use quote::ToTokens as _;

use crate::diagnostics::{Diagnostic, Errors};
use crate::model::{Endpoint, Use};

/// What a part of the declaration makes of the body.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Body {
    /// All of it, by this attribute.
    Whole(&'static str),
    /// Fields of it, by this attribute or key.
    Fields(&'static str),
}

impl Body {
    /// Whether it is a form of several parts, or one of them.
    fn is_of_parts(self) -> bool {
        matches!(self, Self::Whole("multipart") | Self::Fields("part"))
    }
}

/// A part of the declaration with the tokens that say so.
struct Source {
    body: Body,
    origin: TokenStream,
    is_key: bool,
}

/// A request carries one body, and servers may refuse one where HTTP gives it
/// no meaning.
pub(super) fn there_is_one_if_the_method_allows(endpoint: &Endpoint, errors: &mut Errors) {
    let sources = sources(endpoint);
    if !endpoint.verb.takes_body() {
        let verb = endpoint.verb.name();
        for source in sources {
            let what = format!("{verb} requests have no body");
            errors.push(
                Diagnostic::new(&source.origin, what).help(match source.is_key {
                    true => "send it by `query(..)`, or declare the endpoint as `#[post]`",
                    false => "make it `#[query]`, or declare the endpoint as `#[post]`",
                }),
            );
        }
        return;
    }
    let Some((first, others)) = sources.split_first() else {
        return;
    };
    for other in others {
        if let Some(error) = conflict(first.body, other) {
            errors.push(error);
        }
    }
}

fn sources(endpoint: &Endpoint) -> Vec<Source> {
    let keys = [("json", &endpoint.json), ("form", &endpoint.form)];
    let keys = keys.into_iter().filter_map(|(name, fields)| {
        let (key, _) = fields.as_ref()?;
        Some(Source {
            body: Body::Fields(name),
            origin: key.to_token_stream(),
            is_key: true,
        })
    });
    let parameters = endpoint.parameters.iter().filter_map(|parameter| {
        parameter.uses.iter().find_map(|(usage, origin)| {
            let body = match usage {
                Use::Json => Body::Whole("json"),
                Use::Form => Body::Whole("form"),
                Use::Body => Body::Whole("body"),
                Use::JsonField(_) => Body::Fields("json"),
                Use::FormField(_) => Body::Fields("form"),
                Use::Multipart => Body::Whole("multipart"),
                Use::Part(_) => Body::Fields("part"),
                Use::Path | Use::Query(_) | Use::QueryList(..) | Use::Header(_) => return None,
            };
            Some(Source {
                body,
                origin: origin.to_token_stream(),
                is_key: false,
            })
        })
    });
    keys.chain(parameters).collect()
}

fn conflict(first: Body, other: &Source) -> Option<Diagnostic> {
    const TWO: &str = "a request has one body, and this is another";
    let error = |what: &str| Diagnostic::new(&other.origin, what);
    match (first, other.body) {
        (Body::Fields(one), Body::Fields(other)) if one == other => None,
        (one, other) if one.is_of_parts() && other.is_of_parts() => {
            Some(error(TWO).help("make all of them `#[part]`, or put all into one `Multipart`"))
        }
        (Body::Whole("multipart"), _) | (_, Body::Whole("multipart")) => {
            Some(error(TWO).help("put it into the `Multipart` as well, JSON as `Part::json(..)`"))
        }
        (one, other) if one.is_of_parts() || other.is_of_parts() => {
            Some(error(TWO).help("make the other one a `#[part]` too, JSON as `Part::json(..)`"))
        }
        (Body::Whole(_), Body::Whole(_)) => Some(
            error(TWO)
                .help("put both into one struct, or make each a field, as in `#[json(\"name\")]`"),
        ),
        (Body::Whole(one), Body::Fields(other)) | (Body::Fields(one), Body::Whole(other))
            if one == other =>
        {
            let what = format!("a body is one `#[{one}]` value or fields, and here it is both");
            Some(error(&what).help(format_args!(
                "name each of them, as in `#[{one}(\"name\")]`, or put all fields into one struct"
            )))
        }
        _ => Some(error(TWO).help(
            "make each of them a field of one kind: `#[json(\"name\")]`, or `#[form(\"name\")]`",
        )),
    }
}
