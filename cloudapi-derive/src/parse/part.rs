//! The path of a part of a JSON document: `links.pages.next`.

use syn::LitStr;

use crate::diagnostics::Diagnostic;

/// What such a path looks like.
pub(crate) const FORM: &str =
    "the keys on the way through the JSON, with dots, as in \"data.droplet\"";

/// Reads a path; it stays as it was written.
pub(crate) fn read(literal: &LitStr) -> Result<LitStr, Diagnostic> {
    match problem(&literal.value()) {
        None => Ok(literal.clone()),
        Some((what, Some(help))) => Err(Diagnostic::new(literal, what).help(help)),
        Some((what, None)) => Err(Diagnostic::new(literal, what).expected(FORM)),
    }
}

/// What is wrong, and what to do about it if that is known.
fn problem(text: &str) -> Option<(String, Option<String>)> {
    let write = |keys: &str| Some(format!("write `{keys}`"));
    if text.is_empty() {
        return Some((String::from("the path is empty"), None));
    }
    if let Some(keys) = text.strip_prefix('/') {
        return Some((
            format!("`{text}` is a JSON pointer"),
            write(&keys.replace('/', ".")),
        ));
    }
    if let Some(keys) = text.strip_prefix("$.") {
        return Some((String::from("the path begins with `$`"), write(keys)));
    }
    if text.contains(['[', ']']) {
        return Some((
            String::from("the path goes into a list"),
            Some(String::from("name the list itself, by its key")),
        ));
    }
    if text.split('.').any(str::is_empty) {
        let keys: Vec<_> = text.split('.').filter(|key| !key.is_empty()).collect();
        let help = (!keys.is_empty()).then(|| write(&keys.join("."))).flatten();
        return Some((String::from("the path has an empty key"), help));
    }
    let wrong = |character: &char| !(character.is_alphanumeric() || "._-".contains(*character));
    text.chars().find(wrong).map(|character| {
        let character = character.escape_debug();
        (format!("`{character}` has no place in a key"), None)
    })
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;

    use super::*;

    fn read(text: &str) -> Result<LitStr, Diagnostic> {
        super::read(&LitStr::new(text, Span::call_site()))
    }

    #[test]
    fn keys_are_separated_by_dots() {
        for text in ["droplets", "links.pages.next", "next_page-token", "0"] {
            assert_eq!(read(text).unwrap().value(), text);
        }
    }

    #[test]
    fn everything_else_says_why() {
        for (text, why) in [
            ("", "the path is empty"),
            (".", "an empty key\nexpected"),
            (".links", "an empty key\nhelp: write `links`"),
            ("links..next", "an empty key\nhelp: write `links.next`"),
            ("/links/next", "a JSON pointer\nhelp: write `links.next`"),
            ("$.links.next", "begins with `$`\nhelp: write `links.next`"),
            ("droplets[0]", "into a list"),
            ("links next", "` ` has no place"),
            ("links/next", "`/` has no place"),
            ("{links}", "`{` has no place"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.message().contains(why), "{text}: {}", error.message());
        }
    }
}
