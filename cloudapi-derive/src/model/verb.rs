//! The methods of HTTP that have an attribute.

use syn::{Attribute, Path};

/// The method of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Get,
    Post,
    Put,
    Patch,
    Delete,
    Head,
    Options,
}

impl Verb {
    pub(crate) const ALL: &[Self] = &[
        Self::Get,
        Self::Post,
        Self::Put,
        Self::Patch,
        Self::Delete,
        Self::Head,
        Self::Options,
    ];

    /// As it is sent.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Head => "HEAD",
            Self::Options => "OPTIONS",
        }
    }

    /// As it is declared.
    pub(crate) fn attribute(self) -> &'static str {
        match self {
            Self::Get => "#[get]",
            Self::Post => "#[post]",
            Self::Put => "#[put]",
            Self::Patch => "#[patch]",
            Self::Delete => "#[delete]",
            Self::Head => "#[head]",
            Self::Options => "#[options]",
        }
    }

    /// Whether a body has a meaning (RFC 9110 9.3). In a DELETE it has none of
    /// its own, but many APIs give it one.
    pub(crate) fn takes_body(self) -> bool {
        match self {
            Self::Post | Self::Put | Self::Patch | Self::Delete => true,
            Self::Get | Self::Head | Self::Options => false,
        }
    }

    /// Whether the attribute declares an endpoint, as far as its name tells.
    pub(super) fn is_declared_by(attribute: &Attribute) -> bool {
        let segments = &attribute.path().segments;
        let ours = segments.len() == 1
            || segments
                .first()
                .is_some_and(|first| first.ident == "cloudapi");
        ours && Self::named_by(attribute.path()).is_some()
    }

    /// The method whose attribute has this name, wherever it comes from: the
    /// crate may have been renamed.
    pub(crate) fn named_by(path: &Path) -> Option<Self> {
        let last = path.segments.last()?;
        let named = |verb: &&Self| last.ident == verb.attribute().trim_matches(['#', '[', ']']);
        Self::ALL.iter().find(named).copied()
    }
}
