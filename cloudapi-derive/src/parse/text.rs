//! The texts of `bearer`, `headers` and the like: `"Key {token}"`.

use syn::LitStr;

use crate::diagnostics::Diagnostic;
use crate::parse::braces::{self, Escapes, Piece};
use crate::parse::header;
use crate::parse::path::is_name;

/// How a text names a field of the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fields {
    /// `{field}`, where the client is declared.
    Bare,
    /// `{self.field}`, where an endpoint is declared, as in its path.
    OfSelf,
}

impl Fields {
    fn form(self) -> &'static str {
        match self {
            Self::Bare => "text with fields in braces, as in \"{token}\"; `{{` and `}}` are braces",
            Self::OfSelf => {
                "text with fields in braces, as in \"{self.project}\"; `{{` and `}}` are braces"
            }
        }
    }

    /// The name of the field that a placeholder stands for.
    fn name(self, placeholder: &str) -> Option<&str> {
        let name = match self {
            Self::Bare => Some(placeholder),
            Self::OfSelf => placeholder.strip_prefix("self."),
        };
        name.filter(|name| is_name(name))
    }
}

/// A text and its pieces, in order. Placeholders are names of fields.
#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) literal: LitStr,
    pub(crate) pieces: Vec<Piece>,
}

impl Text {
    pub(crate) fn parse(literal: &LitStr, fields: Fields) -> Result<Self, Diagnostic> {
        let form = fields.form();
        let mut pieces = braces::split(&literal.value(), Escapes::Doubled)
            .map_err(|problem| Diagnostic::new(literal, problem.what()).expected(form))?;
        for piece in &mut pieces {
            if let Piece::Placeholder(written) = piece {
                let Some(name) = fields.name(written) else {
                    return Err(no_field(literal, written, fields));
                };
                *written = name.to_owned();
            }
        }
        Ok(Self {
            literal: literal.clone(),
            pieces,
        })
    }

    /// A text that means nothing if it is empty.
    pub(crate) fn parse_some(literal: &LitStr, fields: Fields) -> Result<Self, Diagnostic> {
        match literal.value().is_empty() {
            true => Err(Diagnostic::new(literal, "the text is empty").expected(fields.form())),
            false => Self::parse(literal, fields),
        }
    }

    /// A text that becomes the value of a header, where a line break would begin
    /// another.
    pub(crate) fn parse_header(literal: &LitStr, fields: Fields) -> Result<Self, Diagnostic> {
        let text = Self::parse_some(literal, fields)?;
        let is_value = text.literals().all(header::is_value);
        match is_value {
            true => Ok(text),
            false => Err(Diagnostic::new(
                literal,
                "the text has a character that no header may have",
            )
            .expected("one line of printable ASCII")),
        }
    }

    /// What it says by itself.
    pub(crate) fn literals(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Literal(text) => Some(text.as_str()),
            Piece::Placeholder(_) => None,
        })
    }
}

fn no_field(literal: &LitStr, placeholder: &str, fields: Fields) -> Diagnostic {
    let what = format!("`{{{placeholder}}}` does not name a field");
    let error = Diagnostic::new(literal, what);
    let bare = placeholder
        .trim()
        .trim_start_matches("self.")
        .trim_start_matches("r#");
    match fields {
        _ if !is_name(bare) => error.expected(fields.form()),
        Fields::Bare => error.help(format_args!("write `{{{bare}}}`")),
        Fields::OfSelf => error.help(format_args!(
            "write `{{self.{bare}}}`; a parameter is sent by `#[query]`, `#[header(\"X-Name\")]` or `#[json(\"name\")]`"
        )),
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;

    use super::*;

    fn parse(text: &str) -> Result<Text, Diagnostic> {
        Text::parse_some(&LitStr::new(text, Span::call_site()), Fields::Bare)
    }

    #[test]
    fn a_text_names_its_fields() {
        let text = parse("Key {id}:{type} {{x}}").unwrap();
        let fields: Vec<_> = text
            .pieces
            .iter()
            .filter_map(|piece| match piece {
                Piece::Placeholder(name) => Some(name.as_str()),
                Piece::Literal(_) => None,
            })
            .collect();
        assert_eq!(fields, ["id", "type"]);
        assert_eq!(text.literals().collect::<Vec<_>>(), ["Key ", ":", " {x}"]);
    }

    #[test]
    fn what_is_no_text_says_why() {
        for (text, why) in [
            ("", "empty"),
            ("{token", "not closed"),
            ("token}", "closes nothing"),
            ("{}", "empty"),
            ("{self.token}", "write `{token}`"),
            ("{ token }", "write `{token}`"),
            ("{0}", "does not name a field"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.message().contains(why), "{text}: {}", error.message());
        }
    }

    #[test]
    fn an_endpoint_names_fields_as_its_path_does() {
        let parse = |text| Text::parse(&LitStr::new(text, Span::call_site()), Fields::OfSelf);
        let text = parse("{self.type}{{}}").unwrap();
        assert_eq!(
            text.pieces,
            [
                Piece::Placeholder("type".into()),
                Piece::Literal("{}".into())
            ]
        );
        assert!(parse("").unwrap().pieces.is_empty());
        for (text, why) in [
            ("{token}", "write `{self.token}`"),
            ("{self.r#type}", "write `{self.type}`"),
            ("{self.}", "{self.project}"),
            ("{self.a.b}", "{self.project}"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.message().contains(why), "{text}: {}", error.message());
        }
    }

    #[test]
    fn a_text_of_a_header_is_one_line() {
        let parse =
            |text| Text::parse_header(&LitStr::new(text, Span::call_site()), Fields::Bare).is_ok();
        assert!(parse("a {b}"));
        assert!(!parse("a\n{b}"));
        assert!(!parse(""));
    }
}
