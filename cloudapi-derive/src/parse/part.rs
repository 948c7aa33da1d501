//! The path of a part of a JSON document: `links.pages.next`, or the JSON Pointer
//! `/links/pages/next` (RFC 6901), which reaches every key and into lists.

use syn::LitStr;

use crate::diagnostics::Diagnostic;

/// What such a path looks like.
pub(crate) const FORM: &str = "the keys on the way through the JSON, with dots, as in \
                               \"data.droplet\", or a JSON Pointer, as in \"/data/droplet\"";

/// What is wrong, and what to do about it if that is known.
type Problem = (String, Option<String>);

/// Reads a path; it stays as it was written.
pub(crate) fn read(literal: &LitStr) -> Result<LitStr, Diagnostic> {
    let text = literal.value();
    let problem = match text.strip_prefix('/') {
        Some(pointer) => problem_of_pointer(&text, pointer),
        None => problem_of_keys(&text),
    };
    match problem {
        None => Ok(literal.clone()),
        Some((what, Some(help))) => Err(Diagnostic::new(literal, what).help(help)),
        Some((what, None)) => Err(Diagnostic::new(literal, what).expected(FORM)),
    }
}

fn problem_of_pointer(text: &str, pointer: &str) -> Option<Problem> {
    let keys = pointer.split('/');
    if keys.clone().any(str::is_empty) {
        let keys: Vec<_> = keys.filter(|key| !key.is_empty()).collect();
        let help = (!keys.is_empty()).then(|| write(&format!("/{}", keys.join("/"))));
        return Some((String::from("the path has an empty key"), help));
    }
    let mut tildes = pointer.split('~').skip(1);
    if tildes.any(|after| !after.starts_with(['0', '1'])) {
        return Some((
            format!("`{text}` has a `~` that stands for nothing"),
            Some(String::from(
                "in a JSON Pointer write `~0` for `~`, and `~1` for `/`",
            )),
        ));
    }
    None
}

fn problem_of_keys(text: &str) -> Option<Problem> {
    if text.is_empty() {
        return Some((String::from("the path is empty"), None));
    }
    if let Some(keys) = text.strip_prefix("$.") {
        return Some((String::from("the path begins with `$`"), Some(write(keys))));
    }
    if text.contains(['[', ']']) {
        let keys = text.replace('[', ".").replace(']', "");
        return Some((
            String::from("the path goes into a list"),
            Some(format!(
                "name the list itself, by its key, or {} for the element",
                write(&pointer(&keys))
            )),
        ));
    }
    if text.split('.').any(str::is_empty) {
        let keys: Vec<_> = text.split('.').filter(|key| !key.is_empty()).collect();
        let help = (!keys.is_empty()).then(|| write(&keys.join(".")));
        return Some((String::from("the path has an empty key"), help));
    }
    if text.contains('/') {
        let what = String::from("a path with slashes is a JSON Pointer, which begins with one");
        return Some((what, Some(write(&format!("/{text}")))));
    }
    let wrong = |character: &char| !(character.is_alphanumeric() || "._-@$".contains(*character));
    if let Some(character) = text.chars().find(wrong) {
        let what = format!("`{}` has no place in a key", character.escape_debug());
        let is_key = !text.contains(['{', '}']);
        return Some((what, is_key.then(|| write(&pointer(text)))));
    }
    annotation(text)
}

/// OData and its like have keys with a dot, such as `@odata.nextLink`. Nobody but
/// the author knows whether that is one key or two.
fn annotation(text: &str) -> Option<Problem> {
    let at = text.find('@').filter(|at| text[*at..].contains('.'))?;
    let start = text[..at].rfind('.').map_or(0, |dot| dot + 1);
    let (before, key) = text.split_at(start);
    let before = match before.strip_suffix('.') {
        Some(before) => pointer(before),
        None => String::new(),
    };
    let what = format!("the dot in `{key}` may be a part of the key");
    let help = format!(
        "write `{before}{}` if it is one key, and `{}` if it is not",
        escaped(key),
        pointer(text)
    );
    Some((what, Some(help)))
}

/// The keys as a JSON Pointer.
fn pointer(keys: &str) -> String {
    keys.split('.').map(escaped).collect()
}

/// A key in a JSON Pointer, with its slash.
fn escaped(key: &str) -> String {
    format!("/{}", key.replace('~', "~0").replace('/', "~1"))
}

fn write(path: &str) -> String {
    format!("write `{path}`")
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
        for text in [
            "droplets",
            "links.pages.next",
            "next_page-token",
            "0",
            "$ref",
            "meta.$next",
            "@id",
            "meta.next@type",
        ] {
            assert_eq!(read(text).unwrap().value(), text);
        }
    }

    #[test]
    fn a_pointer_reaches_every_key() {
        for text in [
            "/value",
            "/@odata.nextLink",
            "/droplets/0/id",
            "/a~1b/m~0n/~01",
            "/with space/{x}/ä",
        ] {
            assert_eq!(read(text).unwrap().value(), text);
        }
    }

    #[test]
    fn everything_else_says_why() {
        for (text, why) in [
            ("", "the path is empty\nexpected"),
            (".", "an empty key\nexpected"),
            (".links", "an empty key\nhelp: write `links`"),
            ("links..next", "an empty key\nhelp: write `links.next`"),
            ("/", "an empty key\nexpected"),
            ("/links//next/", "an empty key\nhelp: write `/links/next`"),
            (
                "/a~b",
                "`~` that stands for nothing\nhelp: in a JSON Pointer write `~0`",
            ),
            ("/a~0b~", "`~` that stands for nothing"),
            ("$.links.next", "begins with `$`\nhelp: write `links.next`"),
            (
                "droplets[0].id",
                "or write `/droplets/0/id` for the element",
            ),
            (
                "links next.a",
                "` ` has no place in a key\nhelp: write `/links next/a`",
            ),
            ("a~b", "`~` has no place in a key\nhelp: write `/a~0b`"),
            ("links/next", "begins with one\nhelp: write `/links/next`"),
            ("{links}", "`{` has no place in a key\nexpected"),
            (
                "@odata.nextLink",
                "the dot in `@odata.nextLink` may be a part of the key\n\
                 help: write `/@odata.nextLink` if it is one key, and `/@odata/nextLink` if it is not",
            ),
            (
                "page.value@odata.count",
                "help: write `/page/value@odata.count` if it is one key, and \
                 `/page/value@odata/count` if it is not",
            ),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.message().contains(why), "{text}: {}", error.message());
        }
    }
}
