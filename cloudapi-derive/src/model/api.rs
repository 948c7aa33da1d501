//! A struct that is the client of an API.

use syn::{ItemStruct, LitStr, Type};

use super::{
    ClientPages, Field, Filled, Limits, Reader, Setting, durable_is_for_blocks,
    store_is_for_builders,
};
use crate::diagnostics::{Diagnostic, Errors};
use crate::parse::constant;
use crate::parse::header::Name;
use crate::parse::keys::Keys;
use crate::parse::text::Fields;
use crate::parse::vendor::{self, Vendor};
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
    ("circuit_threshold", constant::threshold),
    ("retry_budget", constant::budget),
    ("jitter", constant::part),
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
    "baseurl",
    "bearer",
    "basic",
    "credentials",
    "vendor",
    "headers",
    "query",
    "scope",
    "error",
    "limits",
];

/// The keys of a client, but for what only it can have.
///
/// One that extends it takes them from it.
pub(super) fn inherited() -> impl Iterator<Item = &'static str> {
    let settings = SETTINGS.iter().map(|(name, _)| *name);
    let limits = Limits::settings();
    REACHED_BY.iter().copied().chain(limits).chain(settings)
}

/// The methods that the builder has besides.
///
/// Those of a feature are among them, since a feature that is turned on must not break
/// a declaration.
const BUILDER_METHODS: &[&str] = &[
    "__process",
    "baseurl",
    "build",
    "credentials",
    "limit",
    "scope",
    "simulation",
    "store",
    "store_down",
    "transport",
    "vendor",
];

/// The keys that only an endpoint has.
const OF_ENDPOINTS: &[&str] = &[
    "deadline",
    "form",
    "idempotency_key",
    "idempotent",
    "items",
    "items_optional",
    "json",
    "unwrap",
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
    /// What gives credentials that are renewed.
    pub(crate) credentials: Option<Filled>,
    pub(crate) headers: Vec<(Name, Filled)>,
    /// What is in the query of every request.
    pub(crate) query: Vec<(LitStr, Filled)>,
    pub(crate) scope: Option<Filled>,
    /// How lists lead from page to page.
    pub(crate) pages: Option<ClientPages>,
    /// Whether another key is likely to be meant as `pages`; it is reported as
    /// misspelt.
    pub(crate) pages_misspelt: bool,
    /// The API's own description of an error.
    pub(crate) error: Option<Type>,
    /// How responses are read.
    pub(crate) vendor: Option<Vendor>,
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
        let credentials = keys.read_with("credentials", value::text, errors);
        let headers = keys.take("headers", errors);
        let headers = headers.map(|entry| pairs::headers(&entry, Fields::Bare, errors));
        let query = keys.take("query", errors);
        let query = query.map(|entry| pairs::query(&entry, Fields::Bare, errors));
        let scope = keys.read_with("scope", value::text, errors);
        let error = keys.read_with("error", value::ty, errors);
        let vendor = keys.read_with("vendor", vendor::parse, errors);
        let pages = ClientPages::take(&mut keys, errors);
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
        let pages_misspelt = keys.misspell("pages");
        if let Some(accessor) = keys.take_misplaced("accessor", errors) {
            errors.push(
                Diagnostic::new(
                    &accessor.key,
                    "`accessor` is a method of another client, which this one extends",
                )
                .help("add `extends = Example`, or take it out"),
            );
        }
        durable_is_for_blocks(&mut keys, errors);
        store_is_for_builders(&mut keys, errors);
        for name in OF_ENDPOINTS {
            if let Some(entry) = keys.take_misplaced(name, errors) {
                let what = format!("`{name}` belongs on an endpoint, not on the struct");
                errors.push(
                    Diagnostic::new(&entry.key, what)
                        .help("move it to the `#[get(..)]` or other attribute of the endpoint"),
                );
            }
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
            credentials: credentials.map(&mut fill),
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
            pages,
            pages_misspelt,
            error,
            vendor,
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
            let texts = self
                .bearer
                .iter()
                .chain(&self.scope)
                .chain(&self.credentials);
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::*;

    #[test]
    fn no_field_can_have_the_name_of_a_method_of_the_builder() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../cloudapi/src/setters.rs");
        let source = fs::read_to_string(file).unwrap();
        let lines = source.lines().map(str::trim);
        let methods = lines.filter_map(|line| match line.strip_prefix("pub fn ") {
            Some(declared) => declared.split_once('('),
            None if line.starts_with('/') => None,
            None => line.strip_suffix(';')?.split_once(": "),
        });
        let methods = methods.map(|(name, _)| name);
        let methods: BTreeSet<_> = methods.filter(|name| !name.contains('$')).collect();
        assert!(methods.contains("baseurl") && methods.contains("simulation"));
        let settings = SETTINGS.iter().map(|(name, _)| *name);
        let reserved = settings.chain(Limits::settings());
        let reserved = reserved.chain(BUILDER_METHODS.iter().copied());
        let reserved: BTreeSet<_> = reserved.filter(|name| *name != "build").collect();
        assert_eq!(reserved, methods);
    }
}
