//! The path of an endpoint: `droplets/{id}/actions`.

use syn::ext::IdentExt as _;
use syn::parse::Parser as _;
use syn::{Ident, LitStr};

use crate::diagnostics::{Diagnostic, Errors};
use crate::parse::braces::{self, Escapes, Piece, Problem};
use crate::parse::path_text;

/// A path and its parts, in order.
#[derive(Debug)]
pub(crate) struct PathTemplate {
    pub(crate) literal: LitStr,
    pub(crate) parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Text as it is.
    Literal(String),
    /// `{name}`: a parameter, as one segment or a part of one.
    Parameter(String),
    /// `{name*}`: a parameter, as several segments.
    Segments(String),
    /// `{self.name}`: a field of the client.
    Field(String),
}

impl PathTemplate {
    /// Reads a path. There is none if its braces make no sense; after any other
    /// problem the parts are still known, so that checking can go on.
    pub(crate) fn parse(literal: LitStr, errors: &mut Errors) -> Option<Self> {
        let template = literal.value();
        let pieces = match braces::split(&template, Escapes::None) {
            Ok(pieces) => pieces,
            Err(problem) => {
                errors.push(brace_problem(&literal, &problem));
                return None;
            }
        };
        let mut parts = Vec::with_capacity(pieces.len());
        for piece in pieces {
            match piece {
                Piece::Literal(text) => parts.push(Part::Literal(text)),
                Piece::Placeholder(name) => {
                    parts.push(errors.ok(placeholder(&literal, &name))?);
                }
            }
        }
        for (what, help) in path_text::problems(&template, &parts) {
            errors.push(Diagnostic::new(&literal, what).help(help));
        }
        // What fills a query is no part of the path.
        let query = |part: &Part| matches!(part, Part::Literal(text) if text.contains(['?', '#']));
        if let Some(end) = parts.iter().position(query) {
            parts.truncate(end + 1);
        }
        Some(Self { literal, parts })
    }
}

fn brace_problem(literal: &LitStr, problem: &Problem) -> Diagnostic {
    let error = Diagnostic::new(literal, problem.what());
    match problem {
        Problem::Unclosed(name) if !name.is_empty() => {
            let name = name.split(['/', '.', ' ']).next().unwrap_or_default();
            error.help(format_args!("close it: `{{{name}}}`"))
        }
        Problem::Stray | Problem::Nested(_) => {
            error.help("a placeholder has one brace on each side; the characters themselves are `%7B` and `%7D`")
        }
        Problem::Unclosed(_) | Problem::Empty => {
            error.expected("the name of a parameter in braces, as in `droplets/{id}`")
        }
    }
}

fn placeholder(literal: &LitStr, text: &str) -> Result<Part, Diagnostic> {
    let (name, part): (_, fn(String) -> Part) = match text {
        text if text.starts_with("self.") => (&text["self.".len()..], Part::Field),
        text if text.ends_with('*') => (&text[..text.len() - 1], Part::Segments),
        text => (text, Part::Parameter),
    };
    if is_name(name) {
        return Ok(part(name.to_owned()));
    }
    let error = Diagnostic::new(literal, format_args!("`{{{text}}}` is not a placeholder"));
    let bare = name.trim().trim_start_matches("r#");
    let bare = bare.split(':').next().unwrap_or_default().trim();
    if is_name(bare) {
        return Err(error.help(format_args!("write `{{{bare}}}`")));
    }
    Err(error.expected("`{parameter}`, `{self.field}` or, for several segments, `{parameter*}`"))
}

/// Whether the text is the name of a parameter or field; keywords are, since
/// there are raw identifiers.
pub(crate) fn is_name(text: &str) -> bool {
    !matches!(text, "_" | "crate" | "self" | "Self" | "super")
        && !text.starts_with("r#")
        && !text.contains(char::is_whitespace)
        && Ident::parse_any.parse_str(text).is_ok()
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;

    use super::*;

    fn parts(template: &str) -> Vec<Part> {
        let mut errors = Errors::new();
        let path = PathTemplate::parse(LitStr::new(template, Span::call_site()), &mut errors);
        assert_eq!(errors.finish().len(), 0, "{template}");
        path.map(|path| path.parts).unwrap_or_default()
    }

    fn messages(template: &str) -> Vec<String> {
        let mut errors = Errors::new();
        PathTemplate::parse(LitStr::new(template, Span::call_site()), &mut errors);
        errors.finish().iter().map(ToString::to_string).collect()
    }

    fn literal(text: &str) -> Part {
        Part::Literal(text.into())
    }

    #[test]
    fn a_path_has_its_parts_in_order() {
        assert_eq!(parts(""), []);
        assert_eq!(parts("droplets/"), [literal("droplets/")]);
        assert_eq!(
            parts("a/{type}/{self.zone}:run/{rest*}"),
            [
                literal("a/"),
                Part::Parameter("type".into()),
                literal("/"),
                Part::Field("zone".into()),
                literal(":run/"),
                Part::Segments("rest".into()),
            ]
        );
    }

    #[test]
    fn what_belongs_in_a_path_is_fine() {
        for path in [
            "a/-._~!$&'()*+,;=:@b",
            "a%20b",
            "...",
            "{rest*}",
            "{a}.{b}",
            "{rest*}/x",
            "v1.2",
        ] {
            parts(path);
        }
    }

    #[test]
    fn each_problem_is_told_once() {
        for (path, why) in [
            ("/droplets", "starts with `/`"),
            ("https://api.example.com/droplets?x=1", "scheme"),
            ("droplets?page=1", "query"),
            ("droplets#top", "fragment"),
            ("a//b", "empty segment"),
            ("a/./b", "segment `.`"),
            ("../admin", "segment `..`"),
            ("a/%2e%2E", "segment `%2e%2E`"),
            ("a b", "space"),
            ("a|b", "`|` has no place"),
            ("straße", "`ß` has no place"),
            ("50%", "two hexadecimal"),
            ("a%zz", "two hexadecimal"),
            ("files-{rest*}", "whole segments"),
            ("{rest*}{id}", "whole segments"),
            ("a/{id", "close it: `{id}`"),
            ("a/{id/b", "close it: `{id}`"),
            ("a/id}", "closes nothing"),
            ("a/{}", "is empty"),
            ("a/{{id}}", "is doubled"),
            ("a/{ id }", "write `{id}`"),
            ("a/{r#type}", "write `{type}`"),
            ("a/{id:?}", "write `{id}`"),
            ("a/{0}", "not a placeholder"),
            ("a/{self}", "not a placeholder"),
            ("a/{self.}", "not a placeholder"),
            ("a/{self.a.b}", "not a placeholder"),
            ("a/{b-c}", "not a placeholder"),
        ] {
            let messages = messages(path);
            assert_eq!(messages.len(), 1, "{path}: {messages:?}");
            assert!(messages[0].contains(why), "{path}: {messages:?}");
        }
    }

    #[test]
    fn several_problems_are_told_together() {
        assert_eq!(messages("/a b//c?d").len(), 3);
    }
}
