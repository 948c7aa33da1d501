//! Whatever a server sends as a Link header, and whatever way it is written in.

use http::HeaderValue;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

/// A link as RFC 8288 3 has it: a target, and parameters that are quoted or not.
#[derive(Clone, Debug)]
struct Written {
    target: String,
    text: String,
    is_next: bool,
}

fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\"")
}

fn link() -> impl Strategy<Value = Written> {
    let relations = vec(
        select(vec!["next", "NEXT", "prev", "last", "nextish"]),
        1..3,
    );
    // A title may hold whatever could end a link too early.
    let title = proptest::option::of("[ -~]{0,12}");
    let target = "[a-z?=&;,/]{0,10}";
    let space = "[ \t]{0,2}";
    (
        target,
        relations,
        title,
        any::<bool>(),
        any::<bool>(),
        space,
    )
        .prop_map(
            |(target, relations, title, title_first, has_anchor, space)| {
                let mut parameters = vec![format!("rel={}", quoted(&relations.join(" ")))];
                if let Some(title) = title {
                    let at = if title_first { 0 } else { 1 };
                    parameters.insert(at, format!("title{space}={space}{}", quoted(&title)));
                }
                if has_anchor {
                    parameters.push(String::from("anchor=\"/other\""));
                }
                let parameters: String = parameters
                    .iter()
                    .map(|parameter| format!("{space};{space}{parameter}"))
                    .collect();
                let is_next = relations
                    .iter()
                    .any(|relation| relation.eq_ignore_ascii_case("next"));
                Written {
                    text: format!("<{target}>{parameters}"),
                    target,
                    is_next: is_next && !has_anchor,
                }
            },
        )
}

fn headers<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> HeaderMap {
    let values = values.into_iter().map(HeaderValue::from_bytes);
    values.flatten().map(|value| (LINK, value)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn nothing_makes_a_panic_and_what_is_found_stands_in_it(
        values in vec(
            prop_oneof![
                vec(any::<u8>(), 0..30),
                r#"[<>;,="\\ a-z]{0,30}(rel="?next"?)?[<>;,="\\]{0,4}"#.prop_map(String::into_bytes),
                link().prop_map(|link| link.text.into_bytes()),
            ],
            0..4,
        ),
    ) {
        let headers = headers(values.iter().map(Vec::as_slice));
        if let Some(target) = next(&headers) {
            let stands = |value: &HeaderValue| {
                String::from_utf8_lossy(value.as_bytes()).contains(&target)
            };
            prop_assert!(headers.values().any(stands), "{target}");
        }
    }

    #[test]
    fn the_first_link_to_the_next_page_is_found_however_it_is_written(
        links in vec(vec(link(), 1..4), 1..3),
        comma in select(vec![",", ", ", " , ", ",,"]),
    ) {
        let lines: Vec<String> = links
            .iter()
            .map(|line| {
                let texts: Vec<&str> = line.iter().map(|link| link.text.as_str()).collect();
                texts.join(comma)
            })
            .collect();
        let headers = headers(lines.iter().map(String::as_bytes));
        prop_assert_eq!(headers.len(), lines.len(), "each is a header value");
        let first = links.iter().flatten().find(|link| link.is_next);
        let target = first.map(|link| link.target.clone());
        prop_assert_eq!(next(&headers), target);
    }
}
