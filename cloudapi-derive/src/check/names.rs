//! The rules for what a request sends under a name: headers, query parameters and
//! fields of the body.

use proc_macro2::TokenStream;
use quote::ToTokens as _;

use crate::diagnostics::{Diagnostic, Errors};
use syn::LitStr;

use crate::model::{Endpoint, FixedFields, Use};
use crate::parse::header::Name;

/// Of two values of one name a server takes either, or joins them.
pub(super) fn are_sent_once(endpoint: &Endpoint, errors: &mut Errors) {
    headers(endpoint, errors);
    query(endpoint, errors);
    parts(endpoint, errors);
    fields(endpoint, &endpoint.json, json_field, errors);
    fields(endpoint, &endpoint.form, form_field, errors);
}

fn headers(endpoint: &Endpoint, errors: &mut Errors) {
    let declared = endpoint.headers.iter();
    let declared = declared.map(|(name, _)| (name, name.literal.to_token_stream()));
    let parameters = parameters(endpoint).filter_map(|(usage, origin)| match usage {
        Use::Header(name) => Some((name, origin)),
        _ => None,
    });
    let form = self::parameters(endpoint).find_map(|(usage, _)| match usage {
        Use::Multipart => Some("#[multipart]"),
        Use::Part(_) => Some("#[part]"),
        _ => None,
    });
    let mut sent: Vec<&Name> = Vec::new();
    for (name, origin) in declared.chain(parameters) {
        let written = name.literal.value();
        if let Some((key, header)) = &endpoint.idempotency_key
            && name.same_as(header)
        {
            let what = format!("`{key}` already sends the header `{written}`");
            errors.push(Diagnostic::new(origin, what).help("keep one of the two"));
        } else if sent.iter().any(|other| name.same_as(other)) {
            let what = format!("the header `{written}` is sent twice");
            errors.push(Diagnostic::new(origin, what).help("keep one of the two"));
        } else if name.is("content-type")
            && let Some(form) = form
        {
            let what = format!("`{form}` already sends the header `{written}`");
            errors.push(Diagnostic::new(origin, what).help(
                "take this one out: the header of a form of several parts names what is between \
                 them; a part has a media type of its own, as in `Part::media_type`",
            ));
        }
        sent.push(name);
    }
}

/// Several parts of one name are several files of one field, and not a mistake of
/// HTTP; but of parameters each has a name of its own.
fn parts(endpoint: &Endpoint, errors: &mut Errors) {
    let mut sent = Vec::new();
    for (usage, origin) in parameters(endpoint) {
        let Use::Part(name) = usage else { continue };
        let name = name.value();
        if sent.contains(&name) {
            let what = format!("the part `{name}` is sent twice");
            errors.push(Diagnostic::new(origin, what).help(
                "rename one; to send several files under one name, take a `Multipart` as \
                 `#[multipart]`",
            ));
        }
        sent.push(name);
    }
}

fn query(endpoint: &Endpoint, errors: &mut Errors) {
    let declared = endpoint.query.iter();
    let declared = declared.map(|(name, _)| (name.value(), name.to_token_stream(), false));
    let parameters = parameters(endpoint).filter_map(|(usage, origin)| match usage {
        Use::Query(name) | Use::QueryList(name, _) => Some((name.value(), origin, true)),
        _ => None,
    });
    let of_the_pages = endpoint.pages.as_ref().and_then(|pages| pages.parameter());
    let mut sent = Vec::new();
    for (name, origin, is_parameter) in declared.chain(parameters) {
        if let Some((key, _)) = of_the_pages.filter(|(_, parameter)| parameter.value() == name) {
            let what = format!("`{key}` already sends the query parameter `{name}`");
            errors.push(
                Diagnostic::new(origin, what)
                    .help("take this one out: each page is asked for in turn"),
            );
        } else if let Some((_, other)) = sent.iter().find(|(other, _)| *other == name) {
            let what = format!("the query parameter `{name}` is sent twice");
            errors.push(
                Diagnostic::new(origin, what).help(match is_parameter && *other {
                    true => "rename one, or give a slice to send several values",
                    false => "keep one of the two",
                }),
            );
        }
        sent.push((name, is_parameter));
    }
}

fn json_field(usage: &Use) -> Option<&LitStr> {
    match usage {
        Use::JsonField(name) => Some(name),
        _ => None,
    }
}

fn form_field(usage: &Use) -> Option<&LitStr> {
    match usage {
        Use::FormField(name) => Some(name),
        _ => None,
    }
}

fn fields(
    endpoint: &Endpoint,
    declared: &Option<FixedFields>,
    of: fn(&Use) -> Option<&LitStr>,
    errors: &mut Errors,
) {
    let declared = declared.iter().flat_map(|(_, fields)| fields);
    let declared = declared.map(|(name, _)| (name.value(), name.to_token_stream()));
    let parameters =
        parameters(endpoint).filter_map(|(usage, origin)| Some((of(usage)?.value(), origin)));
    let mut sent = Vec::new();
    for (name, origin) in declared.chain(parameters) {
        if sent.contains(&name) {
            let what = format!("the field `{name}` is sent twice");
            errors.push(Diagnostic::new(origin, what).help("keep one of the two"));
        }
        sent.push(name);
    }
}

/// What becomes of the parameters, and the tokens that say so.
fn parameters(endpoint: &Endpoint) -> impl Iterator<Item = (&Use, TokenStream)> {
    let uses = endpoint.parameters.iter();
    let uses = uses.flat_map(|parameter| &parameter.uses);
    uses.map(|(usage, origin)| (usage, origin.to_token_stream()))
}
