//! A method that is an endpoint.

use syn::{Ident, LitStr};

use super::{Limits, Origin, Pages, Parameter, Reader, Setting, Use, Verb};
use crate::diagnostics::{Diagnostic, Errors, nearest};
use crate::parse::constant;
use crate::parse::entry::{Entry, Form};
use crate::parse::header::Name;
use crate::parse::keys::Keys;
use crate::parse::method::Method;
use crate::parse::path::{Part, PathTemplate};
use crate::parse::text::{Fields, Text};
use crate::parse::{pairs, value};
use crate::paths::Paths;

/// The settings that an endpoint may have of its own.
const SETTINGS: &[(&str, Reader)] = &[
    ("retry", constant::retry),
    ("request_timeout", constant::timeout),
    ("deadline", constant::timeout),
    ("priority", constant::priority),
];

/// A method with what its attribute says.
#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) paths: Paths,
    pub(crate) verb: Verb,
    /// There is none only if that was reported.
    pub(crate) path: Option<Path>,
    /// The key that says so.
    pub(crate) idempotent: Option<Ident>,
    /// The key, and the header that it is sent in.
    pub(crate) idempotency_key: Option<(Ident, Name)>,
    pub(crate) settings: Vec<Setting>,
    /// Its own, besides those of the client.
    pub(crate) limits: Limits,
    /// The key, and the part of the response that is read.
    pub(crate) unwrap: Option<(Ident, LitStr)>,
    pub(crate) pages: Option<Pages>,
    /// What is sent whatever the parameters. Placeholders are fields; the
    /// compiler knows whether they exist.
    pub(crate) headers: Vec<(Name, Text)>,
    pub(crate) query: Vec<(LitStr, Text)>,
    pub(crate) json: Option<FixedFields>,
    pub(crate) form: Option<FixedFields>,
    /// Its block says that its calls can be enqueued.
    pub(crate) durable: bool,
    /// The method without the attributes that are ours.
    pub(crate) method: Method,
    pub(crate) parameters: Vec<Parameter>,
}

/// The key, and the fields of the body that it declares.
pub(crate) type FixedFields = (Ident, Vec<(LitStr, Text)>);

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
        let idempotent = keys.take("idempotent", errors);
        let idempotent = idempotent.and_then(|entry| {
            errors.ok(value::flag(&entry))?;
            Some(entry.key)
        });
        let idempotency_key = keys.read_with("idempotency_key", idempotency_key, errors);
        let settings = Setting::take_all(SETTINGS, &mut keys, errors);
        let limits = Limits::take(&mut keys, errors);
        let unwrap = keys.take("unwrap", errors);
        let unwrap = unwrap.and_then(|entry| {
            let part = errors.ok(value::part(&entry))?;
            Some((entry.key, part))
        });
        let mut pages = Pages::take(&mut keys, errors);
        let headers = keys.take("headers", errors);
        let headers = headers.map(|entry| pairs::headers(&entry, Fields::OfSelf, errors));
        let query = keys.take("query", errors);
        let query = query.map(|entry| pairs::query(&entry, Fields::OfSelf, errors));
        let mut fixed = |name| {
            let entry = keys.take(name, errors)?;
            let fields = pairs::fields(&entry, errors);
            Some((entry.key, fields))
        };
        let (json, form) = (fixed("json"), fixed("form"));
        let runtime = keys.read_with("crate", value::module, errors);
        // Of the block, where the endpoint says nothing else.
        let of_block = keys.take_misplaced(super::block::CRATE, errors);
        let of_block = of_block.and_then(|entry| errors.ok(value::module(&entry)));
        let runtime = runtime.or(of_block);
        let durable = keys.take_misplaced(super::block::DURABLE, errors).is_some();
        if let Some(entry) = keys.take_misplaced("durable", errors) {
            errors.push(
                Diagnostic::new(&entry.key, "`durable` belongs on the `impl` block")
                    .help("write `#[rest_api(durable)]` above the block that has the endpoint"),
            );
        }
        if let Some(pages) = &mut pages {
            pages.note_misspelt(&keys);
        }
        for name in super::api::inherited() {
            if let Some(entry) = keys.take_misplaced(name, errors) {
                let what = format!("`{name}` belongs on the struct, not on an endpoint");
                errors.push(
                    Diagnostic::new(&entry.key, what)
                        .help("move it to the `#[rest_api(..)]` of the struct"),
                );
            }
        }
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
            idempotency_key,
            settings,
            limits,
            unwrap,
            pages,
            headers: headers.unwrap_or_default(),
            query: query.unwrap_or_default(),
            json,
            form,
            durable,
            method,
            parameters,
        }
    }
}

/// The header of the key: the one that most APIs read, or another.
fn idempotency_key(entry: &Entry) -> Result<(Ident, Name), Diagnostic> {
    const FORM: &str = "the name of the header, as in \"Idempotency-Key\", or the key alone";
    let name = match entry.form {
        Form::Flag => LitStr::new("Idempotency-Key", entry.key.span()),
        _ => entry.string(FORM)?.clone(),
    };
    Ok((entry.key.clone(), Name::parse(name)?))
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
