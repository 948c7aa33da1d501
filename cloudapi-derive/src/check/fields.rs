//! The rules for the fields of a client.

use crate::diagnostics::{Diagnostic, Errors};
use crate::model::{Field, is_builder_method};

/// The builder has a method for each field beside its own.
pub(super) fn leave_the_builder_its_names(fields: &[Field], errors: &mut Errors) {
    for field in fields {
        let name = field.name.as_str();
        if is_builder_method(name) {
            let what = format!("the builder has a method `{name}` of its own");
            errors.push(
                Diagnostic::new(&field.ident, what)
                    .help(format_args!("rename the field, as in `my_{name}`")),
            );
        }
    }
}

/// One of them is the name of the hidden field.
pub(super) fn leave_the_macro_its_names(fields: &[Field], errors: &mut Errors) {
    for field in fields {
        if field.name.starts_with("__cloudapi") {
            errors.push(
                Diagnostic::new(&field.ident, "names that begin with `__cloudapi` are taken")
                    .help("rename the field"),
            );
        }
    }
}

/// The type of the builder has one parameter for each field, and there is no
/// way to make a type parameter depend on the configuration.
pub(super) fn do_not_depend_on_the_configuration(fields: &[Field], errors: &mut Errors) {
    for field in fields {
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
