//! A method that is an endpoint.

use syn::{Attribute, LitStr};

use super::{Parameter, Setting, Use};
use crate::diagnostics::{Diagnostic, Errors, nearest};
use crate::model::parameter::Origin;
use crate::parse::constant::{self, Constant};
use crate::parse::keys::{Entry, Keys};
use crate::parse::method::Method;
use crate::parse::path::{Part, PathTemplate};
use crate::parse::value;
use crate::paths::Paths;

type Reader = fn(&Entry) -> Result<Constant, Diagnostic>;

/// The settings that an endpoint may have of its own.
const SETTINGS: &[(&str, Reader)] = &[
    ("retry", constant::retry),
    ("request_timeout", constant::timeout),
];

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
    fn is_declared_by(attribute: &Attribute) -> bool {
        let segments = &attribute.path().segments;
        let ours = segments.len() == 1
            || segments
                .first()
                .is_some_and(|first| first.ident == "cloudapi");
        let named = |verb: &Self| {
            let name = verb.attribute().trim_matches(['#', '[', ']']);
            segments.last().is_some_and(|last| last.ident == name)
        };
        ours && Self::ALL.iter().any(named)
    }
}

/// A method with what its attribute says.
#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) paths: Paths,
    pub(crate) verb: Verb,
    /// There is none only if that was reported.
    pub(crate) path: Option<Path>,
    pub(crate) idempotent: bool,
    pub(crate) settings: Vec<Setting>,
    /// The method without the attributes that are ours.
    pub(crate) method: Method,
    pub(crate) parameters: Vec<Parameter>,
}

#[derive(Debug)]
pub(crate) struct Path {
    pub(crate) literal: LitStr,
    pub(crate) steps: Vec<Step>,
}

/// A part of the path with what fills it.
#[derive(Debug)]
pub(crate) enum Step {
    Literal(String),
    /// The position of the parameter.
    Segment(usize),
    /// The position of the parameter, which is several segments.
    Segments(usize),
    /// A field of the client; the compiler knows whether it exists.
    Field(String),
}

impl Endpoint {
    pub(crate) fn new(
        verb: Verb,
        path: Option<LitStr>,
        mut keys: Keys,
        mut method: Method,
        errors: &mut Errors,
    ) -> Self {
        let idempotent = keys.read_with("idempotent", value::flag, errors).is_some();
        let mut settings = Vec::new();
        for (name, read) in SETTINGS {
            if let Some(entry) = keys.take(name, errors)
                && let Some(value) = errors.ok(read(&entry))
            {
                settings.push(Setting {
                    key: entry.key,
                    value,
                });
            }
        }
        let runtime = keys.read_with("crate", value::module, errors);
        keys.finish(errors);

        for attribute in method
            .attributes
            .extract_if(.., |attribute| Verb::is_declared_by(attribute))
        {
            errors.push(
                Diagnostic::new(attribute, "the method is declared as an endpoint twice")
                    .help("keep one of the attributes; another endpoint is another method"),
            );
        }
        let mut parameters: Vec<_> = method
            .signature
            .inputs
            .iter_mut()
            .filter_map(|argument| Parameter::take(argument, errors))
            .collect();
        let path = path.and_then(|path| PathTemplate::parse(path, errors));
        Self {
            paths: Paths::new(runtime),
            verb,
            path: path.map(|path| Path::new(path, &mut parameters, errors)),
            idempotent,
            settings,
            method,
            parameters,
        }
    }
}

impl Path {
    /// Finds the parameters, and notes at each that it is used. A placeholder
    /// without a parameter is reported and left out.
    fn new(template: PathTemplate, parameters: &mut [Parameter], errors: &mut Errors) -> Self {
        let literal = template.literal;
        let mut find = |name: &str| {
            let position = parameters
                .iter()
                .position(|parameter| parameter.name == name);
            match position {
                Some(position) => parameters[position]
                    .uses
                    .push((Use::Path, Origin::new(&literal))),
                None => no_parameter(&literal, name, parameters, errors),
            }
            position
        };
        let steps = template
            .parts
            .into_iter()
            .filter_map(|part| match part {
                Part::Literal(text) => Some(Step::Literal(text)),
                Part::Parameter(name) => find(&name).map(Step::Segment),
                Part::Segments(name) => find(&name).map(Step::Segments),
                Part::Field(name) => Some(Step::Field(name)),
            })
            .collect();
        Self { literal, steps }
    }
}

fn no_parameter(literal: &LitStr, name: &str, parameters: &mut [Parameter], errors: &mut Errors) {
    let error = Diagnostic::new(
        literal,
        format_args!("`{{{name}}}` in the path is not a parameter of the method"),
    );
    // Only a parameter that has no other use can be the one that was meant.
    let free: Vec<_> = parameters
        .iter()
        .filter(|parameter| parameter.uses.is_empty() && !parameter.broken)
        .map(|parameter| parameter.name.as_str())
        .collect();
    let Some(near) = nearest(name, &free).map(str::to_owned) else {
        errors.push(error.help(format_args!(
            "add the parameter `{name}`, or for a field write `{{self.{name}}}`"
        )));
        return;
    };
    errors.push(error.help(format_args!("did you mean `{{{near}}}`?")));
    // That it has no use was told just now.
    for parameter in parameters
        .iter_mut()
        .filter(|parameter| parameter.name == near)
    {
        parameter.broken = true;
    }
}
