//! Whatever stands in a declaration's texts.

use proc_macro2::Span;
use proptest::prelude::*;
use syn::LitStr;

use super::braces::{self, Escapes, Piece};
use super::path::{Part, PathTemplate};
use super::text::{Fields, Text};
use super::{baseurl, duration};
use crate::diagnostics::Errors;

/// Texts that are nearly templates, and others.
fn template() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => proptest::sample::select(vec![
            "a", "/", "{id}", "{self.zone}", "{rest*}", "{", "}", "{{", "}}", "{}", "%2F", "%", ".",
            "..", "?", "#", "://", "http", " ", "ü", "r#", "self", "{type}", ":", "*",
        ])
        .prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
        1 => "\\PC{0,5}",
    ];
    proptest::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}

fn literal(text: &str) -> LitStr {
    LitStr::new(text, Span::call_site())
}

/// The text that the parts were written as.
fn written(parts: &[Part]) -> String {
    let part = |part: &Part| match part {
        Part::Literal(text) => text.clone(),
        Part::Parameter(name) => format!("{{{name}}}"),
        Part::Segments(name) => format!("{{{name}*}}"),
        Part::Field(name) => format!("{{self.{name}}}"),
    };
    parts.iter().map(part).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_path_is_read_or_refused_with_a_reason(template in template()) {
        let mut errors = Errors::new();
        let path = PathTemplate::parse(literal(&template), &mut errors);
        let errors = errors.finish();
        // No parts without a reason.
        prop_assert!(path.is_some() || !errors.is_empty());
        let Some(path) = path else { return Ok(()) };
        let adjacent = |two: &[Part]| matches!(two, [Part::Literal(_), Part::Literal(_)]);
        prop_assert!(!path.parts.windows(2).any(adjacent));
        if errors.is_empty() {
            prop_assert_eq!(written(&path.parts), template.clone());
            // With values in it, it is a path that a URL parser leaves as it is.
            let filled: String = path
                .parts
                .iter()
                .map(|part| match part {
                    Part::Literal(text) => text.as_str(),
                    _ => "value",
                })
                .collect();
            let text = format!("https://api.test/v2/{filled}");
            let url = url::Url::parse(&text).unwrap();
            prop_assert_eq!(url.as_str(), text);
            prop_assert!(url.query().is_none() && url.fragment().is_none());
        } else {
            // What is left of it is its beginning.
            prop_assert!(template.starts_with(&written(&path.parts)));
        }
    }

    #[test]
    fn any_text_splits_into_what_it_was_written_as(template in template()) {
        for escapes in [Escapes::Doubled, Escapes::None] {
            let Ok(pieces) = braces::split(&template, escapes) else { continue };
            let again: String = pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Literal(text) if escapes == Escapes::Doubled => {
                        text.replace('{', "{{").replace('}', "}}")
                    }
                    Piece::Literal(text) => text.clone(),
                    Piece::Placeholder(name) => format!("{{{name}}}"),
                })
                .collect();
            prop_assert_eq!(again, template.clone());
        }
        for fields in [Fields::Bare, Fields::OfSelf] {
            let _ = Text::parse(&literal(&template), fields);
            let _ = Text::parse_header(&literal(&template), fields);
        }
    }

    #[test]
    fn any_base_url_and_any_duration_is_read_or_refused(text in prop_oneof![
        template(),
        template().prop_map(|text| format!("https://{text}")),
        "([0-9]{1,21} ?(ms|s|m|h|d|ü) ?){0,4}",
    ]) {
        if baseurl::problem(&text).is_none() {
            let url = url::Url::parse(&text).unwrap();
            prop_assert!(matches!(url.scheme(), "http" | "https"));
            prop_assert!(url.query().is_none() && url.fragment().is_none());
        }
        if let Ok(duration) = duration::parse(&text) {
            let same = format!("{}ms", duration.as_millis());
            prop_assert_eq!(duration::parse(&same), Ok(duration));
        }
    }
}
