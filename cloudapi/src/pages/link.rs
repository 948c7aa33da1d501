//! The Link header (RFC 8288), as far as it leads to the next page.

use http::HeaderMap;
use http::header::LINK;

/// The target of the first link with the relation `next`. A link that is about
/// another resource than the response (`anchor`) does not count.
pub(super) fn next(headers: &HeaderMap) -> Option<String> {
    let values = headers.get_all(LINK).iter();
    let mut texts = values.filter_map(|value| std::str::from_utf8(value.as_bytes()).ok());
    texts.find_map(|text| {
        let mut rest = text;
        while let Some(link) = Link::take(&mut rest) {
            if link.is_next() {
                return Some(link.target.to_owned());
            }
        }
        None
    })
}

struct Link<'a> {
    target: &'a str,
    relations: Option<String>,
    has_anchor: bool,
}

impl<'a> Link<'a> {
    /// Takes a link off the text, after RFC 8288 B.2. What does not begin as a
    /// link ends the header.
    fn take(text: &mut &'a str) -> Option<Self> {
        let rest = text.trim_start_matches([' ', '\t', ',']);
        let (target, mut rest) = rest.strip_prefix('<')?.split_once('>')?;
        let mut link = Self {
            target: target.trim(),
            relations: None,
            has_anchor: false,
        };
        while let Some(parameters) = trim(rest).strip_prefix(';') {
            rest = trim(parameters);
            let end = rest.find(['=', ';', ',', ' ', '\t']).unwrap_or(rest.len());
            let name = &rest[..end];
            rest = trim(&rest[end..]);
            let value = rest.strip_prefix('=').map(|value| {
                rest = trim(value);
                take_value(&mut rest)
            });
            match name.to_ascii_lowercase().as_str() {
                // The first counts (RFC 8288 3.3).
                "rel" if link.relations.is_none() => link.relations = value,
                "anchor" => link.has_anchor = true,
                _ => {}
            }
        }
        *text = rest;
        Some(link)
    }

    fn is_next(&self) -> bool {
        let relations = self.relations.as_deref().unwrap_or_default();
        !self.has_anchor
            && relations
                .split_ascii_whitespace()
                .any(|relation| relation.eq_ignore_ascii_case("next"))
    }
}

fn trim(text: &str) -> &str {
    text.trim_start_matches([' ', '\t'])
}

/// Takes a token or a quoted string.
fn take_value(text: &mut &str) -> String {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([';', ',']).unwrap_or(text.len());
        let value = text[..end].trim_end().to_owned();
        *text = &text[end..];
        return value;
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => {
                *text = &quoted[at + 1..];
                return value;
            }
            '\\' => value.extend(characters.next().map(|escaped| escaped.1)),
            _ => value.push(character),
        }
    }
    *text = "";
    value
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn read(values: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(LINK, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        next(&headers)
    }

    #[test]
    fn the_next_page_is_found_among_the_others() {
        for value in [
            r#"<https://h/?page=2>; rel="next", <https://h/?page=9>; rel="last""#,
            r#"<https://h/?page=9>; rel="last", <https://h/?page=2>; rel="next""#,
            r#"<https://h/?page=9>; rel=last , <https://h/?page=2>;rel=next"#,
            r#"<https://h/?page=2>; title="a, b; rel=\"last\""; rel="prefetch NEXT""#,
            r#",, <https://h/?page=2> ; foo ; REL = "next" ; rel="last""#,
            r#"<https://h/?page=2>; rel="next"#,
        ] {
            assert_eq!(
                read(&[value]).as_deref(),
                Some("https://h/?page=2"),
                "{value}"
            );
        }
        let two = ["<a>; rel=prev", "<b>; rel=next"];
        assert_eq!(read(&two).as_deref(), Some("b"));
    }

    #[test]
    fn what_is_no_link_to_the_next_page_is_none() {
        for value in [
            "",
            "https://h/?page=2; rel=next",
            "<https://h/?page=2; rel=next",
            "<https://h/?page=2>",
            "<https://h/?page=2>; title=next",
            "<https://h/?page=2>; rel=nextish",
            r#"<https://h/?page=2>; rel="next"; anchor="/other""#,
            r#"<https://h/?page=2>; title="; rel=next"#,
        ] {
            assert_eq!(read(&[value]), None, "{value}");
        }
        assert_eq!(read(&[]), None);
    }
}
