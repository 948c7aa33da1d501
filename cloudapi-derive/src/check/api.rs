//! The rules for a client's struct.

use crate::diagnostics::{Diagnostic, Errors};
use crate::model::Api;
use crate::parse::constant::Constant;
use crate::parse::header;

pub(crate) fn api(api: &Api, errors: &mut Errors) {
    delays_are_in_order(api, errors);
    bearer_names_a_field(api, errors);
    bearer_text_is_a_header(api, errors);
    headers_are_declared_once(api, errors);
    fields_leave_the_builder_its_names(api, errors);
    fields_do_not_depend_on_the_configuration(api, errors);
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

/// Without a field the token would stand in the source; most often the braces
/// were forgotten.
fn bearer_names_a_field(api: &Api, errors: &mut Errors) {
    let Some(bearer) = &api.bearer else { return };
    let text = bearer.literal.value();
    if text.contains('{') {
        return;
    }
    let error = Diagnostic::new(&bearer.literal, "`bearer` names no field");
    errors.push(match api.fields.iter().any(|field| field.name == text) {
        true => error.help(format_args!("write `bearer = \"{{{text}}}\"`")),
        false => error.help("keep the token in a field, and write `bearer = \"{token}\"`"),
    });
}

/// It becomes the value of a header, where a line break would begin another.
fn bearer_text_is_a_header(api: &Api, errors: &mut Errors) {
    let Some(bearer) = &api.bearer else { return };
    let text = bearer.literal.value();
    if text.to_ascii_lowercase().starts_with("bearer ") {
        let rest = text["bearer ".len()..].trim_start();
        errors.push(
            Diagnostic::new(&bearer.literal, "`bearer` writes the word `Bearer` itself")
                .help(format_args!("write `bearer = \"{rest}\"`")),
        );
    } else if !header::is_value(&text) {
        errors.push(
            Diagnostic::new(
                &bearer.literal,
                "the text has a character that no header may have",
            )
            .expected("one line of printable ASCII"),
        );
    }
}

/// Of two headers of one name a server takes either, or joins them.
fn headers_are_declared_once(api: &Api, errors: &mut Errors) {
    for (position, (name, _)) in api.headers.iter().enumerate() {
        let written = name.literal.value();
        if api.bearer.is_some() && name.is("authorization") {
            errors.push(
                Diagnostic::new(
                    &name.literal,
                    format_args!("`bearer` already sends the header `{written}`"),
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

/// The builder has a method for each field beside its own.
fn fields_leave_the_builder_its_names(api: &Api, errors: &mut Errors) {
    for field in &api.fields {
        let name = field.name.as_str();
        if field.meets_the_builder() {
            let what = format!("the builder has a method `{name}` of its own");
            errors.push(
                Diagnostic::new(&field.ident, what)
                    .help(format_args!("rename the field, as in `my_{name}`")),
            );
        } else if name.starts_with("__cloudapi") {
            errors.push(
                Diagnostic::new(&field.ident, "names that begin with `__cloudapi` are taken")
                    .help("rename the field"),
            );
        }
    }
}

/// The type of the builder has one parameter for each field, and there is no
/// way to make a type parameter depend on the configuration.
fn fields_do_not_depend_on_the_configuration(api: &Api, errors: &mut Errors) {
    for field in &api.fields {
        for attribute in &field.attributes {
            if attribute.path().is_ident("cfg") {
                errors.push(
                    Diagnostic::new(
                        attribute,
                        "a field of an API cannot depend on the configuration",
                    )
                    .help("declare the struct twice, each with a `#[cfg]` of its own"),
                );
            }
        }
    }
}
