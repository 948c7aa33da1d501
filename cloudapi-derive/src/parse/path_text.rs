//! What may be wrong with the text of a path, around its placeholders.

use crate::parse::path::Part;

/// What is wrong, and what to do about it.
type Fault = (String, &'static str);

/// What is wrong with the text around the placeholders.
pub(crate) fn problems(template: &str, parts: &[Part]) -> Vec<Fault> {
    if let Some((scheme, _)) = template.split_once("://")
        && !scheme.contains(['{', '/'])
    {
        return vec![(
            format!("the path carries a scheme, `{scheme}://`"),
            "write only what follows the base URL, which `#[rest_api]` declares",
        )];
    }
    let mut found = Vec::new();
    if template.starts_with('/') {
        found.push((
            String::from("the path starts with `/`"),
            "leave the `/` out: the path is appended to the base URL, whose own path stays",
        ));
    }
    let texts = parts.iter().filter_map(|part| match part {
        Part::Literal(text) => Some(text.as_str()),
        _ => None,
    });
    found.extend(texts.filter_map(character_problem));
    found.extend(segment_problems(parts));
    found
}

/// The first character that has no place in a path (RFC 3986 3.3).
fn character_problem(text: &str) -> Option<Fault> {
    let mut rest = text;
    loop {
        let character = rest.chars().next()?;
        match character {
            '?' => {
                return Some((
                    String::from("the path carries a query"),
                    "make it a parameter of the method, `#[query] name: &str`, or, if it is always \
                     the same, a key of the attribute, `query(\"name\" = \"value\")`",
                ));
            }
            '#' => {
                return Some((
                    String::from("the path carries a fragment, which is never sent"),
                    "take it out; a `#` that belongs to the path is written `%23`",
                ));
            }
            '%' if !is_escape(rest) => {
                return Some((
                    String::from("a `%` in the path is not followed by two hexadecimal digits"),
                    "write the percent sign itself as `%25`",
                ));
            }
            'a'..='z' | 'A'..='Z' | '0'..='9' => {}
            _ if "-._~!$&'()*+,;=:@/%".contains(character) => {}
            ' ' => {
                return Some((
                    String::from("the path contains a space"),
                    "take it out, or write it as `%20`",
                ));
            }
            _ => {
                return Some((
                    format!(
                        "`{}` has no place in the path of a URL",
                        character.escape_debug()
                    ),
                    "take it out, or percent-encode it in UTF-8",
                ));
            }
        }
        rest = &rest[character.len_utf8()..];
    }
}

fn is_escape(text: &str) -> bool {
    let mut digits = text.bytes().skip(1).take(2);
    let digit = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_hexdigit());
    digit(digits.next()) && digit(digits.next())
}

/// Segments that servers and proxies resolve or merge, and `{name*}` that is
/// only a part of one.
fn segment_problems(parts: &[Part]) -> Vec<Fault> {
    let mut segments: Vec<Vec<&Part>> = vec![Vec::new()];
    let texts: Vec<_> = parts.iter().map(split_literal).collect();
    for pieces in &texts {
        for (index, piece) in pieces.iter().enumerate() {
            if index > 0 {
                segments.push(Vec::new());
            }
            if let (Some(segment), Some(piece)) = (segments.last_mut(), piece) {
                segment.push(piece);
            }
        }
    }
    let last = segments.len() - 1;
    let mut found = Vec::new();
    for (index, segment) in segments.iter().enumerate() {
        match segment[..] {
            // The first is told as a leading slash; the last is a trailing one,
            // which some servers require.
            [] if index > 0 && index < last => found.push((
                String::from("the path has an empty segment, `//`"),
                "write one `/`",
            )),
            [Part::Literal(text)] if is_dots(text) => found.push((
                format!("the path has the segment `{text}`, which servers resolve"),
                "write the path that is meant",
            )),
            _ => {}
        }
        if let Some(Part::Segments(name)) = segment
            .iter()
            .find(|part| matches!(part, Part::Segments(_)))
            && segment.len() > 1
        {
            found.push((
                format!("`{{{name}*}}` stands for whole segments, but shares one with other text"),
                "put a `/` on both sides of it",
            ));
        }
    }
    found
}

/// A literal at its slashes; anything else as it is.
fn split_literal(part: &Part) -> Vec<Option<Part>> {
    match part {
        Part::Literal(text) => text
            .split('/')
            .map(|text| (!text.is_empty()).then(|| Part::Literal(text.to_owned())))
            .collect(),
        other => vec![Some(other.clone())],
    }
}

/// `.` or `..`, also in the encoded form that URL parsers take for them.
fn is_dots(segment: &str) -> bool {
    let segment = segment.to_ascii_lowercase().replace("%2e", ".");
    matches!(segment.as_str(), "." | "..")
}
