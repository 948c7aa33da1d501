//! Names and texts of HTTP headers.

use http::HeaderName;
use syn::LitStr;

use crate::diagnostics::Diagnostic;

/// Headers that say how a message is framed, or that concern one connection:
/// the transport writes them, and another value breaks the request. The runtime
/// refuses the same ones where a call is adjusted.
const OF_THE_TRANSPORT: &[&str] = &[
    "connection",
    "content-length",
    "host",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// The name of a header, as it was written. Case does not count in comparisons.
#[derive(Clone, Debug)]
pub(crate) struct Name {
    pub(crate) literal: LitStr,
    lower: String,
}

impl Name {
    pub(crate) fn parse(literal: LitStr) -> Result<Self, Diagnostic> {
        let name = literal.value();
        let Ok(header) = HeaderName::from_bytes(name.as_bytes()) else {
            return Err(
                Diagnostic::new(&literal, format_args!("`{name}` is not a header name"))
                    .expected("letters, digits and `-`, as in \"X-Request-Id\""),
            );
        };
        if OF_THE_TRANSPORT.contains(&header.as_str()) {
            return Err(Diagnostic::new(
                &literal,
                format_args!("the header `{name}` is written by the transport"),
            )
            .help("leave it out; another value would break the request"));
        }
        Ok(Self {
            literal,
            lower: header.as_str().to_owned(),
        })
    }

    pub(crate) fn is(&self, lower: &str) -> bool {
        self.lower == lower
    }

    pub(crate) fn same_as(&self, other: &Self) -> bool {
        self.is(&other.lower)
    }
}

/// Whether the text can stand in the value of a header.
pub(crate) fn is_value(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'\t' | b' '..=b'~'))
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;

    use super::*;

    fn parse(name: &str) -> Result<Name, Diagnostic> {
        Name::parse(LitStr::new(name, Span::call_site()))
    }

    #[test]
    fn case_does_not_count() {
        let name = parse("X-Request-Id").unwrap();
        assert!(name.same_as(&parse("x-request-ID").unwrap()));
        assert!(parse("Authorization").unwrap().is("authorization"));
    }

    #[test]
    fn what_is_no_name_says_why() {
        for (name, why) in [
            ("", "not a header name"),
            ("X Name", "not a header name"),
            ("X-Näme", "not a header name"),
            ("X:Name", "not a header name"),
            ("Host", "transport"),
            ("CONTENT-LENGTH", "transport"),
        ] {
            let error = parse(name).unwrap_err();
            assert!(error.message().contains(why), "{name}");
        }
    }

    #[test]
    fn a_value_is_one_line_of_ascii() {
        assert!(is_value("a, b;\tc"));
        assert!(!is_value("a\nb"));
        assert!(!is_value("ä"));
    }
}
