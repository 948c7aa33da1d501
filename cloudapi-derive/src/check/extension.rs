//! The rules for a struct that extends another client.

use quote::ToTokens as _;

use super::{fields, pages};
use crate::diagnostics::{Diagnostic, Errors, shown};
use crate::model::Extension;

pub(crate) fn extension(extension: &Extension, errors: &mut Errors) {
    the_parent_declares_how_the_api_is_reached(extension, errors);
    it_has_a_constructor(extension, errors);
    it_extends_another(extension, errors);
    the_parent_can_make_it(extension, errors);
    if let Some(pages) = &extension.pages {
        pages::of_a_client(pages, errors);
    }
    fields::leave_the_macro_its_names(&extension.fields, errors);
    fields::do_not_depend_on_the_configuration(&extension.fields, errors);
}

/// Both go through one gate, which has one set of limits.
fn the_parent_declares_how_the_api_is_reached(extension: &Extension, errors: &mut Errors) {
    let parent = match &extension.parent {
        Some(parent) => format!("`{}`", shown(parent)),
        None => String::from("the parent"),
    };
    for key in &extension.inherited {
        let mut help = format!("declare it on {parent}, or leave `extends` out");
        if key == "baseurl" {
            help = String::from("take it out; what follows the parent's goes into `path`");
        }
        errors.push(Diagnostic::new(key, format_args!("`{key}` comes from {parent}")).help(help));
    }
}

/// There is no builder, since there is nothing that it could change.
fn it_has_a_constructor(extension: &Extension, errors: &mut Errors) {
    if let Some(key) = &extension.constructor {
        errors.push(
            Diagnostic::new(key, "without `new` nobody could make this client")
                .help("take `constructor` out; a client that extends another has no builder"),
        );
    }
}

/// An accessor knows its client, and nothing else.
fn the_parent_can_make_it(extension: &Extension, errors: &mut Errors) {
    let (Some(accessor), Some(parent)) = (&extension.accessor, &extension.parent) else {
        return;
    };
    let ident = &extension.item.ident;
    let mut arguments = vec!["&parent"];
    arguments.extend(extension.fields.iter().map(|field| field.name.as_str()));
    let help = format!(
        "take `accessor` out; a `{ident}` is made by `{ident}::new({})`",
        arguments.join(", ")
    );
    if let [first, ..] = &extension.fields[..] {
        let name = &first.name;
        let what = format!("the accessor has nothing to fill the field `{name}` with");
        errors.push(Diagnostic::new(accessor, what).help(&help));
    }
    for name in extension.parameters_of_its_own() {
        let parent = shown(parent);
        let what =
            format!("the accessor does not know `{name}`, which is no parameter of `{parent}`");
        errors.push(Diagnostic::new(accessor, what).help(&help));
    }
    if extension.accessor_is_taken() {
        let what = format!("a client has a method `{accessor}` already");
        errors.push(Diagnostic::new(accessor, what).help("give the accessor another name"));
    }
}

/// None could ever be made, since making one takes one.
fn it_extends_another(extension: &Extension, errors: &mut Errors) {
    if let (Some(parent), true) = (&extension.parent, extension.extends_itself()) {
        let ident = &extension.item.ident;
        errors.push(
            Diagnostic::new(
                parent.to_token_stream(),
                format_args!("`{ident}` extends itself"),
            )
            .help("name the client that has the base URL"),
        );
    }
}
