//! The rules for an endpoint.

use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::{FnArg, ReceiverKind, ReturnType, Safety, Signature, Type};

use super::{body, limits, names, pages};
use crate::diagnostics::{Diagnostic, Errors, find_keyword};
use crate::model::{Endpoint, Verb};

pub(crate) fn endpoint(endpoint: &Endpoint, errors: &mut Errors) {
    let signature = &endpoint.method.signature;
    it_has_no_body(endpoint, errors);
    it_has_no_modifier(signature, errors);
    it_takes_a_shared_self(signature, errors);
    it_returns_something_nameable(endpoint, errors);
    every_parameter_has_one_use(endpoint, errors);
    body::there_is_one_if_the_method_allows(endpoint, errors);
    names::are_sent_once(endpoint, errors);
    an_idempotency_key_makes_a_difference(endpoint, errors);
    a_part_of_a_body_needs_a_body(endpoint, errors);
    pages::are_read_one_way(endpoint, errors);
    limits::of_an_endpoint(&endpoint.limits, errors);
}

/// The macro writes the body.
fn it_has_no_body(endpoint: &Endpoint, errors: &mut Errors) {
    if let Some(body) = &endpoint.method.body {
        errors.push(
            Diagnostic::new(body, "an endpoint has no body of its own")
                .help("end the declaration with `;` in place of the braces"),
        );
    }
}

/// A request cannot be made in a constant, and there is nothing unsafe or
/// foreign about it.
fn it_has_no_modifier(signature: &Signature, errors: &mut Errors) {
    let mut modifier = |tokens: TokenStream, name: &str| {
        errors.push(
            Diagnostic::new(tokens, format_args!("an endpoint cannot be `{name}`"))
                .help(format_args!("take `{name}` out")),
        );
    };
    if let Some(constness) = &signature.constness {
        modifier(constness.to_token_stream(), "const");
    }
    if let Safety::Unsafe(unsafety) = &signature.safety {
        modifier(unsafety.to_token_stream(), "unsafe");
    }
    if let Some(abi) = &signature.abi {
        modifier(abi.to_token_stream(), "extern");
    }
}

/// A client is shared: any number of calls may be under way.
fn it_takes_a_shared_self(signature: &Signature, errors: &mut Errors) {
    let wrong = match signature.inputs.first() {
        Some(FnArg::Receiver(receiver)) => match &receiver.kind {
            ReceiverKind::Reference(_, _, None) => return,
            ReceiverKind::Typed(_, ty) if is_shared_self(ty) => return,
            _ => Diagnostic::new(receiver, "an endpoint takes `self` by shared reference"),
        },
        _ => Diagnostic::new(&signature.ident, "an endpoint takes the client, `&self`"),
    };
    errors.push(wrong.help(format_args!("write `fn {}(&self, ..)`", signature.ident)));
}

fn is_shared_self(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) => {
            reference.mutability.is_none()
                && matches!(&*reference.elem, Type::Path(path) if path.path.is_ident("Self"))
        }
        _ => false,
    }
}

/// How a response is read follows from the type, so it has to be named.
fn it_returns_something_nameable(endpoint: &Endpoint, errors: &mut Errors) {
    let signature = &endpoint.method.signature;
    let form = match (&endpoint.pages, signature.asyncness) {
        (Some(_), _) => "`fn .. -> Pages<T>`",
        (None, Some(_)) => "`async fn .. -> Result<T>`",
        (None, None) => "`fn .. -> Call<T>`, or `async fn .. -> Result<T>`",
    };
    let (error, help) = match &signature.output {
        ReturnType::Default => (
            Diagnostic::new(&signature.ident, "an endpoint returns what the API answers"),
            match (&endpoint.pages, signature.asyncness) {
                (Some(_), _) => "write `-> Pages<T>`, with the type of one item",
                (None, Some(_)) => "if the answer does not matter, write `-> Result<()>`",
                (None, None) => "if the answer does not matter, write `-> Call<()>`",
            },
        ),
        ReturnType::Type(_, ty) => match find_keyword(ty.to_token_stream(), "impl") {
            Some(place) => (
                Diagnostic::new(place, "an endpoint cannot return `impl Trait`"),
                "name the type that the response is read as",
            ),
            None => return,
        },
    };
    errors.push(error.expected(form).help(help));
}

/// A parameter that goes nowhere is a request that lacks something.
fn every_parameter_has_one_use(endpoint: &Endpoint, errors: &mut Errors) {
    for parameter in &endpoint.parameters {
        let name = &parameter.name;
        match &parameter.uses[..] {
            // Without a path nobody knows.
            [] if parameter.broken || endpoint.path.is_none() => {}
            [] => {
                let what = format!("the parameter `{name}` is not used in the request");
                let help = match endpoint.verb.takes_body() {
                    true => format!(
                        "put `{{{name}}}` in the path, or mark it `#[query]`, \
                         `#[header(\"X-Name\")]`, `#[json]`, `#[form]`, `#[body]` or `#[part]`"
                    ),
                    false => format!(
                        "put `{{{name}}}` in the path, or mark it `#[query]` or \
                         `#[header(\"X-Name\")]`"
                    ),
                };
                errors.push(Diagnostic::new(&parameter.ident, what).help(help));
            }
            [_] => {}
            [_, others @ ..] => {
                for (_, origin) in others {
                    let what = format!("the parameter `{name}` is used twice");
                    errors.push(
                        Diagnostic::new(origin, what)
                            .help("keep one use, or add another parameter"),
                    );
                }
            }
        }
    }
}

/// It is there for requests that may not be repeated without it.
fn an_idempotency_key_makes_a_difference(endpoint: &Endpoint, errors: &mut Errors) {
    let Some((key, _)) = &endpoint.idempotency_key else {
        return;
    };
    if matches!(endpoint.verb, Verb::Get | Verb::Head | Verb::Options) {
        let what = format!("{} requests need no idempotency key", endpoint.verb.name());
        errors.push(
            Diagnostic::new(key, what).help("take it out: to repeat the request does no harm"),
        );
    } else if let Some(idempotent) = &endpoint.idempotent {
        errors.push(
            Diagnostic::new(
                idempotent,
                "`idempotency_key` already makes the request idempotent",
            )
            .help("take `idempotent` out"),
        );
    }
}

/// The answer to a HEAD has none (RFC 9110 9.3.2).
fn a_part_of_a_body_needs_a_body(endpoint: &Endpoint, errors: &mut Errors) {
    if let (Verb::Head, Some((key, _))) = (endpoint.verb, &endpoint.unwrap) {
        errors.push(
            Diagnostic::new(key, "the answer to a HEAD request has no body to unwrap")
                .help("declare the endpoint as `#[get]`, or take `unwrap` out"),
        );
    }
}
