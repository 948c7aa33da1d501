//! A struct that is the client of an API.

use syn::{ItemStruct, LitStr, Type};

use super::{Field, Filled, Limits, Reader, Setting};
use crate::diagnostics::{Diagnostic, Errors};
use crate::parse::constant;
use crate::parse::header::Name;
use crate::parse::keys::Keys;
use crate::parse::text::Fields;
use crate::parse::{pairs, value};
use crate::paths::Paths;

/// The settings that are one constant each. The builder has a method of the
/// same name.
const SETTINGS: &[(&str, Reader)] = &[
    ("geometric_delay_multiplier", constant::multiplier),
    ("maximum_geometric_delay_multiplications", constant::count),
    ("maximum_failed_attempts", constant::count),
    ("maximum_in_flight", constant::positive),
    ("maximum_queue_length", constant::positive),
    ("when_full", constant::when_full),
    ("priority", constant::priority),
    ("request_timeout", constant::timeout),
    ("connect_timeout", constant::timeout),
    ("minimum_delay", constant::delay),
    ("maximum_delay", constant::delay),
    ("maximum_retry_after", constant::delay),
    ("maximum_response_size", constant::bytes),
    ("retry", constant::retry),
];

/// The keys besides these that say how the API is reached.
const REACHED_BY: &[&str] = &[
    "baseurl", "bearer", "basic", "headers", "query", "scope", "error", "limits",
];

/// The keys of a client that one which extends it takes from it.
pub(super) fn inherited() -> impl Iterator<Item = &'static str> {
    let settings = SETTINGS.iter().map(|(name, _)| *name);
    let limits = Limits::settings();
    REACHED_BY.iter().copied().chain(limits).chain(settings)
}

/// The methods that the builder has besides.
const BUILDER_METHODS: &[&str] = &[
    "baseurl",
    "build",
    "limit",
    "scope",
    "simulation",
    "transport",
];

/// A client's struct and its settings.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) paths: Paths,
    pub(crate) item: ItemStruct,
    pub(crate) fields: Vec<Field>,
    /// There is none only if that was reported.
    pub(crate) baseurl: Option<LitStr>,
    pub(crate) limits: Limits,
    pub(crate) settings: Vec<Setting>,
    pub(crate) bearer: Option<Filled>,
    /// The user and the password.
    pub(crate) basic: Option<(Filled, Filled)>,
    pub(crate) headers: Vec<(Name, Filled)>,
    /// What is in the query of every request.
    pub(crate) query: Vec<(LitStr, Filled)>,
    pub(crate) scope: Option<Filled>,
    /// The API's own description of an error.
    pub(crate) error: Option<Type>,
    /// Whether `new` is made.
    pub(crate) constructor: bool,
}

impl Api {
    pub(crate) fn new(mut keys: Keys, item: ItemStruct, errors: &mut Errors) -> Self {
        let fields = Field::all(&item);
        let entry = keys.take("baseurl", errors);
        let declared = entry.is_some();
        let baseurl = entry.and_then(|entry| errors.ok(value::base_url(&entry)));
        let limits = Limits::take(&mut keys, errors);
        let settings = Setting::take_all(SETTINGS, &mut keys, errors);
        let bearer = keys.read_with("bearer", value::text, errors);
        let basic = keys.read_with("basic", value::basic, errors);
        let headers = keys.take("headers", errors);
        let headers = headers.map(|entry| pairs::headers(&entry, Fields::Bare, errors));
        let query = keys.take("query", errors);
        let query = query.map(|entry| pairs::query(&entry, Fields::Bare, errors));
        let scope = keys.read_with("scope", value::text, errors);
        let error = keys.read_with("error", value::ty, errors);
        let constructor = keys.take("constructor", errors);
        let constructor = constructor.map(|entry| errors.ok(value::none(&entry)));
        let runtime = keys.read_with("crate", value::module, errors);
        if !declared && !keys.misspell("baseurl") {
            errors.push(
                Diagnostic::on_attribute("`#[rest_api]` needs a base URL")
                    .help("add `baseurl = \"https://api.example.com/v1/\"`"),
            );
        }
        if let Some(path) = keys.take_misplaced("path", errors) {
            errors.push(
                Diagnostic::new(&path.key, "`path` continues the path of another client")
                    .help("add `extends = Example`, or put the path at the end of `baseurl`"),
            );
        }
        keys.finish(errors);

        let mut fill = |text| Filled::new(text, &fields, errors);
        Self {
            paths: Paths::new(runtime),
            baseurl,
            limits,
            settings,
            bearer: bearer.map(&mut fill),
            basic: basic.map(|(user, password)| (fill(user), fill(password))),
            headers: headers
                .into_iter()
                .flatten()
                .map(|(name, text)| (name, fill(text)))
                .collect(),
            query: query
                .into_iter()
                .flatten()
                .map(|(name, text)| (name, fill(text)))
                .collect(),
            scope: scope.map(&mut fill),
            error,
            constructor: constructor.flatten().is_none(),
            fields,
            item,
        }
    }

    /// The fields that a text names.
    pub(crate) fn named_fields(&self) -> impl Iterator<Item = &Field> {
        let texts = || {
            let basic = self.basic.iter();
            let basic = basic.flat_map(|(user, password)| [user, password]);
            let headers = self.headers.iter().map(|(_, text)| text);
            let query = self.query.iter().map(|(_, text)| text);
            let texts = self.bearer.iter().chain(&self.scope);
            texts.chain(basic).chain(headers).chain(query)
        };
        self.fields
            .iter()
            .enumerate()
            .filter(move |(position, _)| texts().any(|text| text.names(*position)))
            .map(|(_, field)| field)
    }

    pub(crate) fn setting(&self, name: &str) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.key == name)
    }
}

/// Whether the builder has a method of this name, whatever the fields.
pub(crate) fn is_builder_method(name: &str) -> bool {
    let settings = SETTINGS.iter().map(|(setting, _)| *setting);
    let mut settings = settings.chain(Limits::settings());
    settings.any(|setting| setting == name) || BUILDER_METHODS.contains(&name)
}
