//! The state machine under every template: text with `{placeholders}`.

/// A piece of a template.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Literal(String),
    /// What stands between the braces.
    Placeholder(String),
}

/// What can be wrong with the braces.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// `{id`; holds what follows the brace.
    Unclosed(String),
    /// `a}b`
    Stray,
    /// `{a{b}}`; holds what stands between the two.
    Nested(String),
    /// `{}`
    Empty,
}

impl Problem {
    /// What is wrong, as a sentence.
    pub(crate) fn what(&self) -> String {
        match self {
            Self::Unclosed(name) => format!("the placeholder `{{{name}` is not closed"),
            Self::Stray => String::from("a `}` closes nothing"),
            Self::Nested(name) if name.is_empty() => String::from("a `{` is doubled"),
            Self::Nested(name) => {
                format!("a `{{` stands inside the placeholder `{{{name}`")
            }
            Self::Empty => String::from("a placeholder is empty"),
        }
    }
}

/// Whether a doubled brace stands for the brace itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Escapes {
    Doubled,
    None,
}

enum State {
    Literal(String),
    Placeholder(String),
}

/// Splits a template into pieces; no literal is empty, and no two are adjacent.
pub(crate) fn split(template: &str, escapes: Escapes) -> Result<Vec<Piece>, Problem> {
    let doubled = escapes == Escapes::Doubled;
    let mut pieces = Vec::new();
    let mut state = State::Literal(String::new());
    let mut characters = template.chars().peekable();
    while let Some(character) = characters.next() {
        state = match (state, character) {
            (State::Literal(mut text), '{' | '}')
                if doubled && characters.next_if_eq(&character).is_some() =>
            {
                text.push(character);
                State::Literal(text)
            }
            (State::Literal(text), '{') => {
                push_literal(&mut pieces, text);
                State::Placeholder(String::new())
            }
            (State::Literal(_), '}') => return Err(Problem::Stray),
            (State::Literal(mut text), _) => {
                text.push(character);
                State::Literal(text)
            }
            (State::Placeholder(name), '{') => return Err(Problem::Nested(name)),
            (State::Placeholder(name), '}') if name.trim().is_empty() => {
                return Err(Problem::Empty);
            }
            (State::Placeholder(name), '}') => {
                pieces.push(Piece::Placeholder(name));
                State::Literal(String::new())
            }
            (State::Placeholder(mut name), _) => {
                name.push(character);
                State::Placeholder(name)
            }
        };
    }
    match state {
        State::Literal(text) => push_literal(&mut pieces, text),
        State::Placeholder(name) => return Err(Problem::Unclosed(name)),
    }
    Ok(pieces)
}

fn push_literal(pieces: &mut Vec<Piece>, text: String) {
    if !text.is_empty() {
        pieces.push(Piece::Literal(text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(text: &str) -> Piece {
        Piece::Literal(text.into())
    }

    fn placeholder(name: &str) -> Piece {
        Piece::Placeholder(name.into())
    }

    #[test]
    fn text_and_placeholders_alternate() {
        assert_eq!(split("", Escapes::None), Ok(vec![]));
        assert_eq!(
            split("droplets", Escapes::None),
            Ok(vec![literal("droplets")])
        );
        assert_eq!(split("{id}", Escapes::None), Ok(vec![placeholder("id")]));
        assert_eq!(
            split("a/{b}{c}.json", Escapes::None),
            Ok(vec![
                literal("a/"),
                placeholder("b"),
                placeholder("c"),
                literal(".json")
            ])
        );
    }

    #[test]
    fn doubled_braces_stand_for_themselves_where_that_is_allowed() {
        assert_eq!(
            split("{{{a}}}", Escapes::Doubled),
            Ok(vec![literal("{"), placeholder("a"), literal("}")])
        );
        assert_eq!(split("{{}}", Escapes::Doubled), Ok(vec![literal("{}")]));
        assert_eq!(
            split("{{a}}", Escapes::None),
            Err(Problem::Nested(String::new()))
        );
    }

    #[test]
    fn every_problem_is_named() {
        for (template, problem) in [
            ("a/{id", Problem::Unclosed("id".into())),
            ("{", Problem::Unclosed(String::new())),
            ("a}", Problem::Stray),
            ("{a}}", Problem::Stray),
            ("{a{b}}", Problem::Nested("a".into())),
            ("{}", Problem::Empty),
            ("{ }", Problem::Empty),
        ] {
            assert_eq!(split(template, Escapes::None), Err(problem), "{template}");
        }
    }
}
