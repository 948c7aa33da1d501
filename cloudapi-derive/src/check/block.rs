//! The rules for an `impl` block of a client.

use crate::diagnostics::{Diagnostic, Errors, nearest};
use crate::model::{Block, Undeclared};

pub(crate) fn block(block: &Block, errors: &mut Errors) {
    the_struct_has_the_keys(block, errors);
    it_is_the_clients_own(block, errors);
    methods_are_declared(block, errors);
    something_is_durable(block, errors);
    what_is_durable_is_seen(block, errors);
    endpoints_ask_for_different_things(block, errors);
}

/// They are about the client, and a client has any number of blocks.
fn the_struct_has_the_keys(block: &Block, errors: &mut Errors) {
    for key in &block.misplaced {
        if nearest(&key.to_string(), &["durable"]).is_some() {
            let what = format!("an `impl` block has no key `{key}`");
            errors.push(Diagnostic::new(key, what).help("did you mean `durable`?"));
            continue;
        }
        let what = format!("`{key}` belongs on the struct, not on an `impl` block");
        errors.push(
            Diagnostic::new(key, what)
                .help("move it to the `#[rest_api(..)]` of the struct; on the block write `#[rest_api]` alone"),
        );
    }
}

/// The methods of a trait are those that the trait has.
fn it_is_the_clients_own(block: &Block, errors: &mut Errors) {
    if let Some((path, _)) = &block.item.trait_ {
        errors.push(
            Diagnostic::new(path, "`#[rest_api]` is on the `impl` of a trait")
                .expected("an `impl` block of the client itself")
                .help(
                    "take it out; endpoints in a trait or its `impl` need no attribute around them",
                ),
        );
    }
}

/// Otherwise there is nothing to work on.
fn something_is_durable(block: &Block, errors: &mut Errors) {
    if let Some(durable) = &block.durable
        && durable.endpoints.is_empty()
        && durable.unseen.is_empty()
        && !durable.has_mistakes
    {
        errors.push(
            Diagnostic::new(&durable.key, "no endpoint of this block can be `durable`")
                .expected("a `fn name(&self, ..) -> Call<T>;`, whose calls can be enqueued")
                .help("take `async` from an endpoint and have it return `Call<T>`; it is awaited as before"),
        );
    }
}

/// A worker would not know it, which is found out when a call of it is enqueued.
fn what_is_durable_is_seen(block: &Block, errors: &mut Errors) {
    for method in block.durable.iter().flat_map(|durable| &durable.unseen) {
        let what = format!("the `durable` block does not see which endpoint `{method}` is");
        errors.push(Diagnostic::new(method, what).help(
            "declare it with `#[cloudapi::post(..)]` or another verb, under its own name and not in \
             a `cfg_attr`, or put the method into another block",
        ));
    }
}

/// Without a body there is nothing that could be called.
fn methods_are_declared(block: &Block, errors: &mut Errors) {
    for Undeclared { method, .. } in &block.undeclared {
        let ident = &method.signature.ident;
        let what = format!("the method `{ident}` has no body, and is not declared as an endpoint");
        errors.push(
            Diagnostic::new(ident, what)
                .help("add `#[get(\"path\")]` or another verb above it, or a body in braces"),
        );
    }
}

/// Most often one was copied from the other, and its path was forgotten.
fn endpoints_ask_for_different_things(block: &Block, errors: &mut Errors) {
    for (position, route) in block.routes.iter().enumerate() {
        let mut before = block.routes[..position].iter();
        if let Some(first) = before.find(|first| route.same_as(first)) {
            let what = format!(
                "`{}` asks for the same as `{}`: `{} {}`",
                route.method,
                first.method,
                first.verb.name(),
                first.path.value()
            );
            errors.push(Diagnostic::new(&route.path, what).help(
                "change the path or the verb; if both are meant, put one into an `impl` block of its own",
            ));
        }
    }
}
