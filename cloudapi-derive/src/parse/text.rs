//! The texts of `bearer`, `headers` and `scope`: `"Key {token}"`.

use syn::LitStr;

use crate::diagnostics::Diagnostic;
use crate::parse::braces::{self, Escapes, Piece};
use crate::parse::path::is_name;

/// A text and its pieces, in order. Placeholders are names of fields.
#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) literal: LitStr,
    pub(crate) pieces: Vec<Piece>,
}

impl Text {
    pub(crate) fn parse(literal: &LitStr) -> Result<Self, Diagnostic> {
        const FORM: &str =
            "text with fields in braces, as in \"{token}\"; `{{` and `}}` are braces";
        let template = literal.value();
        if template.is_empty() {
            return Err(Diagnostic::new(literal, "the text is empty").expected(FORM));
        }
        let pieces = braces::split(&template, Escapes::Doubled)
            .map_err(|problem| Diagnostic::new(literal, problem.what()).expected(FORM))?;
        for piece in &pieces {
            if let Piece::Placeholder(name) = piece
                && !is_name(name)
            {
                let what = format!("`{{{name}}}` does not name a field");
                let error = Diagnostic::new(literal, what);
                let bare = name
                    .trim()
                    .trim_start_matches("self.")
                    .trim_start_matches("r#");
                return Err(match is_name(bare) {
                    true => error.help(format_args!("write `{{{bare}}}`")),
                    false => error.expected(FORM),
                });
            }
        }
        Ok(Self {
            literal: literal.clone(),
            pieces,
        })
    }

    /// What it says by itself.
    pub(crate) fn literals(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Literal(text) => Some(text.as_str()),
            Piece::Placeholder(_) => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;

    use super::*;

    fn parse(text: &str) -> Result<Text, Diagnostic> {
        Text::parse(&LitStr::new(text, Span::call_site()))
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
}
