//! The rules for an endpoint whose answer comes in pages.

use crate::diagnostics::{Diagnostic, Errors};
use crate::model::{ClientPages, Endpoint, Pages, Turn, Verb};

pub(super) fn are_read_one_way(endpoint: &Endpoint, errors: &mut Errors) {
    let Some(pages) = &endpoint.pages else { return };
    // Nobody knows yet whether pages are meant at all.
    if pages.misspelt || !the_items_are_declared(pages, errors) {
        return;
    }
    the_next_page_is_found_one_way(&pages.turns, errors);
    they_are_the_answer_to_a_get(endpoint, pages, errors);
    they_are_a_stream(endpoint, errors);
    they_are_not_unwrapped(endpoint, errors);
    they_can_be_left_out(pages, errors);
}

/// The rules for what a client says of all its lists.
pub(super) fn of_a_client(pages: &ClientPages, errors: &mut Errors) {
    if pages.turns.is_empty() && !pages.broken {
        errors.push(
            Diagnostic::new(
                &pages.key,
                "`pages` does not say how the next page is found",
            )
            .expected(
                "one of `next = \"path.of.a.url\"`, `next = link`, `page = \"page\"` and \
                 `cursor = \"path.of.the.cursor\"`",
            ),
        );
    }
    the_next_page_is_found_one_way(&pages.turns, errors);
}

/// How the next page is found makes no sense without them. The other way round
/// the client may say it.
fn the_items_are_declared(pages: &Pages, errors: &mut Errors) -> bool {
    let others = pages.turns.iter().map(|turn| &turn.key);
    let mut others = others.chain(&pages.items_optional);
    if let (None, Some(key)) = (&pages.items, others.next()) {
        let what = format!("`{key}` does not say where the items are");
        errors.push(
            Diagnostic::new(key, what).help(
                "add `items = \"path.of.the.list\"`, or `items` if the whole body is the list",
            ),
        );
    }
    pages.items.is_some()
}

/// Two ways may lead to different pages.
fn the_next_page_is_found_one_way(turns: &[Turn], errors: &mut Errors) {
    if let [first, others @ ..] = turns {
        for other in others {
            let what = format!(
                "`{}` and `{}` both say how the next page is found",
                first.key, other.key
            );
            errors.push(Diagnostic::new(&other.key, what).help("keep the one that the API has"));
        }
    }
}

/// Each page is asked for with the request of the first, which had better change
/// nothing.
fn they_are_the_answer_to_a_get(endpoint: &Endpoint, pages: &Pages, errors: &mut Errors) {
    if let (Some(items), false) = (&pages.items, endpoint.verb == Verb::Get) {
        let attribute = endpoint.verb.attribute();
        errors.push(
            Diagnostic::new(&items.key, format_args!("`{attribute}` reads no pages"))
                .help("declare the endpoint as `#[get]`, or take the keys about pages out"),
        );
    }
}

/// There is a request for each page, so there is no one future to wait for.
fn they_are_a_stream(endpoint: &Endpoint, errors: &mut Errors) {
    if let Some(asyncness) = &endpoint.method.signature.asyncness {
        errors.push(
            Diagnostic::new(asyncness, "an endpoint with `items` is no `async fn`")
                .expected("`fn .. -> Pages<T>`, with the type of one item")
                .help("take `async` out; `Pages` is awaited item by item or page by page"),
        );
    }
}

/// `items` says already which part is read.
fn they_are_not_unwrapped(endpoint: &Endpoint, errors: &mut Errors) {
    if let Some((key, _)) = &endpoint.unwrap {
        errors.push(
            Diagnostic::new(key, "`items` already says which part of the body is read")
                .help("take `unwrap` out"),
        );
    }
}

/// Of a body that is the list nothing is left if the list is left out.
fn they_can_be_left_out(pages: &Pages, errors: &mut Errors) {
    let are_all = pages.items.as_ref().is_some_and(|items| items.are_all);
    if let (Some(key), true) = (&pages.items_optional, are_all) {
        errors.push(
            Diagnostic::new(key, "the whole body is the list, so it cannot be left out")
                .help("take `items_optional` out; `null` and `[]` are empty lists anyway"),
        );
    }
}
