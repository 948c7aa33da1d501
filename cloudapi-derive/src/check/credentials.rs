//! The rules for what tells the API who calls.

use crate::diagnostics::{Diagnostic, Errors};
use crate::model::{Api, FilledPiece};
use crate::parse::header;

pub(super) fn are_fields(api: &Api, errors: &mut Errors) {
    bearer_names_a_field(api, errors);
    bearer_text_is_a_header(api, errors);
    basic_names_a_field(api, errors);
    basic_user_ends_at_the_colon(api, errors);
    credentials_are_a_field(api, errors);
    there_is_one_way_to_sign_in(api, errors);
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

/// As for `bearer`, but either of the two may be constant: many APIs take a key
/// as the one and want a certain word, or nothing, as the other.
fn basic_names_a_field(api: &Api, errors: &mut Errors) {
    let Some((user, password)) = &api.basic else {
        return;
    };
    let texts = [&user.literal, &password.literal];
    let mut told = false;
    for literal in texts {
        let text = literal.value();
        if api.fields.iter().any(|field| field.name == text) {
            let what = format!("`basic` sends the word `{text}`, not the field");
            let error = Diagnostic::new(literal, what);
            errors.push(error.help(format_args!("write `\"{{{text}}}\"`")));
            told = true;
        }
    }
    if !told && !texts.iter().any(|literal| literal.value().contains('{')) {
        errors.push(
            Diagnostic::new(&password.literal, "`basic` names no field").help(
                "keep the password in a field, and write `basic(\"{user}\", \"{password}\")`",
            ),
        );
    }
}

/// What the server takes for the user ends there (RFC 7617 2).
fn basic_user_ends_at_the_colon(api: &Api, errors: &mut Errors) {
    let Some((user, _)) = &api.basic else { return };
    if user.literal.value().contains(':') {
        errors.push(
            Diagnostic::new(&user.literal, "the user has a `:`, which ends it")
                .expected("`basic(\"{user}\", \"{password}\")`")
                .help("put what follows the `:` in the second text"),
        );
    }
}

/// They are asked of the field; there is no text to put together.
fn credentials_are_a_field(api: &Api, errors: &mut Errors) {
    let Some(credentials) = &api.credentials else {
        return;
    };
    if matches!(credentials.pieces[..], [FilledPiece::Field(_)]) {
        return;
    }
    let text = credentials.literal.value();
    // A field that does not exist was reported.
    if credentials.pieces.is_empty() && text.starts_with('{') && text.ends_with('}') {
        return;
    }
    let error = Diagnostic::new(
        &credentials.literal,
        "`credentials` is one field, in braces",
    );
    errors.push(match api.fields.iter().any(|field| field.name == text) {
        true => error.help(format_args!("write `credentials = \"{{{text}}}\"`")),
        false => error.help(
            "keep what implements `cloudapi::Credentials` in a field, and write \
             `credentials = \"{login}\"`; a token that never changes is `bearer = \"{token}\"`",
        ),
    });
}

/// Both would write the header `Authorization`.
fn there_is_one_way_to_sign_in(api: &Api, errors: &mut Errors) {
    let other = match (&api.bearer, &api.basic) {
        (Some(_), _) => Some("bearer"),
        (None, Some(_)) => Some("basic"),
        (None, None) => None,
    };
    if let (Some(credentials), Some(other)) = (&api.credentials, other) {
        let what = format!("`credentials` and `{other}` both say who calls");
        let error = Diagnostic::new(&credentials.literal, what);
        errors
            .push(error.help(
                "keep `credentials` if they are renewed, and the other if they never change",
            ));
    }
    if let (Some(_), Some((user, _))) = (&api.bearer, &api.basic) {
        errors.push(
            Diagnostic::new(
                &user.literal,
                "`basic` and `bearer` send the same header, `Authorization`",
            )
            .help("keep the one that the API asks for"),
        );
    }
}
