//! A struct that is the client of an API.

use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::{Attribute, Fields, Ident, Item, ItemStruct, LitStr, Type};

use super::Setting;
use crate::diagnostics::{Diagnostic, Errors};
use crate::parse::braces::Piece;
use crate::parse::constant::{self, Constant};
use crate::parse::header::Name;
use crate::parse::keys::{Entry, Keys};
use crate::parse::text::Text;
use crate::parse::value;
use crate::paths::Paths;

type Reader = fn(&Entry) -> Result<Constant, Diagnostic>;

/// The settings that are one constant each. The builder has a method of the
/// same name.
const SETTINGS: &[(&str, Reader)] = &[
    ("callrateperhour", constant::positive),
    ("geometric_delay_multiplier", constant::multiplier),
    ("maximum_geometric_delay_multiplications", constant::count),
    ("maximum_failed_attempts", constant::count),
    ("maximum_in_flight", constant::positive),
    ("request_timeout", constant::timeout),
    ("connect_timeout", constant::timeout),
    ("minimum_delay", constant::delay),
    ("maximum_delay", constant::delay),
    ("maximum_retry_after", constant::delay),
    ("maximum_response_size", constant::bytes),
    ("retry", constant::retry),
];

/// The methods that the builder has besides.
const BUILDER_METHODS: &[&str] = &["baseurl", "build", "simulation", "transport"];

/// A client's struct and its settings.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) paths: Paths,
    pub(crate) item: ItemStruct,
    pub(crate) fields: Vec<Field>,
    /// There is none only if that was reported.
    pub(crate) baseurl: Option<LitStr>,
    pub(crate) settings: Vec<Setting>,
    pub(crate) bearer: Option<Filled>,
    pub(crate) headers: Vec<(Name, Filled)>,
    pub(crate) scope: Option<Filled>,
    /// Whether `new` is made.
    pub(crate) constructor: bool,
}

/// What the attribute was put on.
#[derive(Debug)]
pub(crate) enum Shape {
    /// A unit struct, or one with named fields.
    Struct(ItemStruct),
    /// Any other type; it was reported.
    OtherType {
        item: TokenStream,
        ident: Ident,
        generics: syn::Generics,
    },
    /// Not even a type; it was reported.
    Other(TokenStream),
}

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) ident: Ident,
    /// As placeholders write it.
    pub(crate) name: String,
    pub(crate) ty: Type,
    pub(crate) docs: Vec<Attribute>,
    pub(crate) attributes: Vec<Attribute>,
}

/// A text whose placeholders are fields.
#[derive(Debug)]
pub(crate) struct Filled {
    pub(crate) literal: LitStr,
    pub(crate) pieces: Vec<FilledPiece>,
}

#[derive(Debug)]
pub(crate) enum FilledPiece {
    Literal(String),
    /// The position of the field.
    Field(usize),
}

impl Shape {
    pub(crate) fn parse(item: TokenStream, errors: &mut Errors) -> Self {
        const FORM: &str = "a unit struct, or a struct with named fields";
        let (what, ident, generics) = match syn::parse2(item.clone()) {
            Ok(Item::Struct(item)) if !matches!(item.fields, Fields::Unnamed(_)) => {
                return Self::Struct(item);
            }
            Ok(Item::Struct(item)) => ("a tuple struct", item.ident, item.generics),
            Ok(Item::Enum(item)) => ("an enum", item.ident, item.generics),
            Ok(Item::Union(item)) => ("a union", item.ident, item.generics),
            Ok(Item::Impl(block)) => {
                let error =
                    Diagnostic::new(block.impl_token, "`#[rest_api]` is on an `impl` block");
                errors
                    .push(error.help("put it on the struct; the `impl` block needs no attribute"));
                return Self::Other(item);
            }
            Ok(_) => {
                errors.push(
                    Diagnostic::new(&item, "`#[rest_api]` is not on a struct").expected(FORM),
                );
                return Self::Other(item);
            }
            Err(error) => {
                errors.push(error);
                return Self::Other(item);
            }
        };
        let what = format!("`#[rest_api]` is on {what}");
        errors.push(Diagnostic::new(&ident, what).expected(FORM));
        Self::OtherType {
            item,
            ident,
            generics,
        }
    }
}

impl Api {
    pub(crate) fn new(mut keys: Keys, item: ItemStruct, errors: &mut Errors) -> Self {
        let fields: Vec<_> = item.fields.iter().filter_map(Field::new).collect();
        let entry = keys.take("baseurl", errors);
        let declared = entry.is_some();
        let baseurl = entry.and_then(|entry| errors.ok(value::base_url(&entry)));
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
        let bearer = keys.read_with("bearer", value::text, errors);
        let headers = keys.take("headers", errors);
        let headers = headers.map(|entry| value::headers(&entry, errors));
        let scope = keys.read_with("scope", value::text, errors);
        let constructor = keys.take("constructor", errors);
        let constructor = constructor.map(|entry| errors.ok(value::none(&entry)));
        let runtime = keys.read_with("crate", value::module, errors);
        if !declared && !keys.misspell("baseurl") {
            errors.push(
                Diagnostic::on_attribute("`#[rest_api]` needs a base URL")
                    .help("add `baseurl = \"https://api.example.com/v1/\"`"),
            );
        }
        keys.finish(errors);

        let mut fill = |text| Filled::new(text, &fields, errors);
        Self {
            paths: Paths::new(runtime),
            baseurl,
            settings,
            bearer: bearer.map(&mut fill),
            headers: headers
                .into_iter()
                .flatten()
                .map(|(name, text)| (name, fill(text)))
                .collect(),
            scope: scope.map(&mut fill),
            constructor: constructor.flatten().is_none(),
            fields,
            item,
        }
    }

    /// The fields that `bearer`, `headers` and `scope` name.
    pub(crate) fn named_fields(&self) -> impl Iterator<Item = &Field> {
        let texts = || {
            let headers = self.headers.iter().map(|(_, text)| text);
            self.bearer.iter().chain(headers).chain(&self.scope)
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

impl Field {
    /// Whether the builder has a method of this name already.
    pub(crate) fn meets_the_builder(&self) -> bool {
        let mut settings = SETTINGS.iter().map(|(name, _)| *name);
        settings.any(|name| name == self.name) || BUILDER_METHODS.contains(&self.name.as_str())
    }

    fn new(field: &syn::Field) -> Option<Self> {
        let ident = field.ident.clone()?;
        let (docs, attributes) = field
            .attrs
            .iter()
            .cloned()
            .partition(|attribute| attribute.path().is_ident("doc"));
        Some(Self {
            name: ident.unraw().to_string(),
            ident,
            ty: field.ty.clone(),
            docs,
            attributes,
        })
    }
}

impl Filled {
    fn names(&self, field: usize) -> bool {
        let mut pieces = self.pieces.iter();
        pieces.any(|piece| matches!(piece, FilledPiece::Field(position) if *position == field))
    }

    /// Finds the fields. One that does not exist is reported and left out.
    fn new(text: Text, fields: &[Field], errors: &mut Errors) -> Self {
        let mut pieces = Vec::with_capacity(text.pieces.len());
        for piece in text.pieces {
            match piece {
                Piece::Literal(text) => pieces.push(FilledPiece::Literal(text)),
                Piece::Placeholder(name) => {
                    match fields.iter().position(|field| field.name == name) {
                        Some(field) => pieces.push(FilledPiece::Field(field)),
                        None => errors.push(no_field(&text.literal, &name, fields)),
                    }
                }
            }
        }
        Self {
            literal: text.literal,
            pieces,
        }
    }
}

fn no_field(text: &LitStr, name: &str, fields: &[Field]) -> Diagnostic {
    let error = Diagnostic::new(
        text.to_token_stream(),
        format_args!("`{{{name}}}` is not a field of the struct"),
    );
    let names: Vec<_> = fields.iter().map(|field| field.name.as_str()).collect();
    match names[..] {
        [] => error.help(format_args!("add a field, as in `{name}: Secret`")),
        _ => error.suggest(name, &names),
    }
}
