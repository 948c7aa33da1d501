//! The rules for a client's struct.

use super::{credentials, fields, limits, pages};
use crate::diagnostics::{Diagnostic, Errors};
use crate::model::Api;
use crate::parse::constant::Constant;

pub(crate) fn api(api: &Api, errors: &mut Errors) {
    delays_are_in_order(api, errors);
    limits::of_a_client(&api.limits, errors);
    a_queue_that_is_full_has_a_length(api, errors);
    credentials::are_fields(api, errors);
    headers_are_declared_once(api, errors);
    query_parameters_are_declared_once(api, errors);
    if let Some(pages) = &api.pages {
        pages::of_a_client(pages, errors);
    }
    fields::leave_the_builder_its_names(&api.fields, errors);
    fields::leave_the_macro_its_names(&api.fields, errors);
    fields::do_not_depend_on_the_configuration(&api.fields, errors);
}

/// A delay could satisfy both bounds only by luck.
fn delays_are_in_order(api: &Api, errors: &mut Errors) {
    let delay = |name| match api.setting(name) {
        Some(setting) => match setting.value {
            Constant::Duration(time) => Some((&setting.key, time)),
            _ => None,
        },
        None => None,
    };
    if let (Some((key, minimum)), Some((_, maximum))) =
        (delay("minimum_delay"), delay("maximum_delay"))
        && minimum > maximum
    {
        errors.push(
            Diagnostic::new(key, "`minimum_delay` is longer than `maximum_delay`")
                .help("exchange the two, or change one"),
        );
    }
}

/// Without a maximum nothing is full.
fn a_queue_that_is_full_has_a_length(api: &Api, errors: &mut Errors) {
    if let (Some(setting), None) = (
        api.setting("when_full"),
        api.setting("maximum_queue_length"),
    ) {
        errors.push(
            Diagnostic::new(
                &setting.key,
                "`when_full` has no meaning for an unbounded queue",
            )
            .help("add `maximum_queue_length = 1000`, or take `when_full` out"),
        );
    }
}

/// Of two headers of one name a server takes either, or joins them.
fn headers_are_declared_once(api: &Api, errors: &mut Errors) {
    for (position, (name, _)) in api.headers.iter().enumerate() {
        let written = name.literal.value();
        let key = match (&api.bearer, &api.basic) {
            (Some(_), _) => Some("bearer"),
            (None, Some(_)) => Some("basic"),
            (None, None) => None,
        };
        if let Some(key) = key
            && name.is("authorization")
        {
            errors.push(
                Diagnostic::new(
                    &name.literal,
                    format_args!("`{key}` already sends the header `{written}`"),
                )
                .help("keep one of the two"),
            );
        }
        if api.headers[..position]
            .iter()
            .any(|(other, _)| other.same_as(name))
        {
            errors.push(
                Diagnostic::new(
                    &name.literal,
                    format_args!("the header `{written}` is declared twice"),
                )
                .help("keep one of the two"),
            );
        }
    }
}

/// Of two values of one name a server takes either.
fn query_parameters_are_declared_once(api: &Api, errors: &mut Errors) {
    for (position, (name, _)) in api.query.iter().enumerate() {
        let written = name.value();
        let of_the_pages = api.pages.as_ref().and_then(|pages| pages.parameter());
        if of_the_pages.is_some_and(|parameter| parameter.value() == written) {
            let what = format!("`pages` already sends the query parameter `{written}`");
            errors.push(
                Diagnostic::new(name, what)
                    .help("take this one out: each page is asked for in turn"),
            );
        } else if api.query[..position]
            .iter()
            .any(|(other, _)| other.value() == written)
        {
            errors.push(
                Diagnostic::new(
                    name,
                    format_args!("the query parameter `{written}` is declared twice"),
                )
                .help("keep one of the two"),
            );
        }
    }
}
