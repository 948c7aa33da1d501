//! A parameter of an endpoint, and what becomes of it.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::{Attribute, FnArg, Ident, LitStr, Meta, Pat, PatType, Token};

use crate::diagnostics::{Diagnostic, Errors, shown};
use crate::parse::header::Name;

/// The attributes that say what becomes of a parameter.
const USES: &[&str] = &[
    "query",
    "header",
    "json",
    "form",
    "body",
    "multipart",
    "part",
];

/// How a list can be one query parameter: the styles of OpenAPI 3.
const DELIMITERS: &[(&str, char)] = &[("comma", ','), ("space", ' '), ("pipe", '|')];

/// The attributes that the language allows on a parameter.
const LINTS: &[&str] = &["allow", "deny", "expect", "forbid", "warn"];

#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) ident: Ident,
    /// As placeholders and queries write it.
    pub(crate) name: String,
    /// What becomes of it; exactly one, if nothing was reported.
    pub(crate) uses: Vec<(Use, Origin)>,
    /// Whether a use of it makes no sense, which was reported.
    pub(crate) broken: bool,
}

#[derive(Debug)]
pub(crate) enum Use {
    /// It fills a placeholder of the path.
    Path,
    Query(LitStr),
    /// A list as one query parameter, with this between its items.
    QueryList(LitStr, char),
    Header(Name),
    Json,
    /// A field of the JSON object that is the body.
    JsonField(LitStr),
    Form,
    /// A field of the form that is the body.
    FormField(LitStr),
    Body,
    Multipart,
    /// A part of a form, by its name.
    Part(LitStr),
}

/// The tokens that say what becomes of a parameter.
#[derive(Clone, Debug)]
pub(crate) struct Origin(TokenStream);

impl Origin {
    pub(crate) fn new(tokens: impl ToTokens) -> Self {
        Self(tokens.into_token_stream())
    }
}

impl ToTokens for Origin {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.0.to_tokens(tokens);
    }
}

impl Use {
    /// Whether it is the body of the request, or something in it.
    pub(crate) fn is_body(&self) -> bool {
        !matches!(
            self,
            Self::Path | Self::Query(_) | Self::QueryList(..) | Self::Header(_)
        )
    }
}

impl Parameter {
    /// Reads a parameter and takes from it the attributes that are ours.
    pub(crate) fn take(argument: &mut FnArg, errors: &mut Errors) -> Option<Self> {
        let parameter = match argument {
            FnArg::Receiver(receiver) => {
                for attribute in receiver
                    .attrs
                    .extract_if(.., |attribute| !is_lint(attribute))
                {
                    let error = Diagnostic::new(&attribute, "`self` is the client and is not sent");
                    errors.push(error.help("take the attribute out"));
                }
                return None;
            }
            FnArg::Typed(parameter) => parameter,
        };
        let attributes: Vec<_> = parameter
            .attrs
            .extract_if(.., |attribute| !is_lint(attribute))
            .collect();
        let plain = errors.ok(plain_name(parameter)).is_some();
        // Whatever else it is, a name with a modifier still is that name.
        let Pat::Ident(pattern) = &*parameter.pat else {
            return None;
        };
        let mut taken = Self {
            ident: pattern.ident.clone(),
            name: pattern.ident.unraw().to_string(),
            uses: Vec::new(),
            broken: !plain,
        };
        for attribute in attributes {
            match read(&attribute, &taken.ident) {
                Ok(usage) => taken.uses.push((usage, Origin::new(&attribute))),
                Err(error) => {
                    errors.push(error);
                    taken.broken = true;
                }
            }
        }
        Some(taken)
    }
}

fn plain_name(parameter: &PatType) -> Result<(), Diagnostic> {
    let name = match &*parameter.pat {
        Pat::Ident(pattern)
            if pattern.by_ref.is_none()
                && pattern.mutability.is_none()
                && pattern.subpat.is_none() =>
        {
            return Ok(());
        }
        Pat::Ident(pattern) => pattern.ident.to_string(),
        _ => String::from("name"),
    };
    Err(
        Diagnostic::new(&parameter.pat, "a parameter of an endpoint is a plain name")
            .help(format_args!("write `{name}: {}`", shown(&parameter.ty))),
    )
}

/// Whether it is an attribute of the language or a tool, which stays.
fn is_lint(attribute: &Attribute) -> bool {
    let path = attribute.path();
    path.segments.len() > 1 || LINTS.iter().any(|lint| path.is_ident(lint))
}

fn read(attribute: &Attribute, parameter: &Ident) -> Result<Use, Diagnostic> {
    let name = attribute.path().require_ident().map(ToString::to_string);
    match name.as_deref().unwrap_or_default() {
        "query" => query(attribute, parameter),
        "header" => header(attribute).map(Use::Header),
        "json" => field(attribute, "json").map(|name| name.map_or(Use::Json, Use::JsonField)),
        "form" => field(attribute, "form").map(|name| name.map_or(Use::Form, Use::FormField)),
        "body" => bare(attribute, "body").map(|()| Use::Body),
        "multipart" => bare(attribute, "multipart").map(|()| Use::Multipart),
        "part" => named(attribute, "part", parameter).map(Use::Part),
        "cfg" | "cfg_attr" => Err(Diagnostic::new(
            attribute,
            "a parameter of an endpoint cannot depend on the configuration",
        )
        .help("declare the method twice, each with a `#[cfg]` of its own")),
        other => Err(Diagnostic::new(
            attribute,
            format_args!("`#[{other}]` says nothing about a parameter"),
        )
        .suggest(other, USES)),
    }
}

/// The name that the attribute gives, or that of the parameter.
fn named(attribute: &Attribute, own: &str, parameter: &Ident) -> Result<LitStr, Diagnostic> {
    let form = format!("`#[{own}]`, or `#[{own}(\"name\")]` for another name");
    let name = match &attribute.meta {
        Meta::Path(_) => LitStr::new(&parameter.unraw().to_string(), parameter.span()),
        Meta::List(list) => list.parse_args().map_err(|_| {
            Diagnostic::new(attribute, format_args!("`#[{own}]` takes one name")).expected(&form)
        })?,
        Meta::NameValue(_) => {
            let what = format!("`#[{own}]` takes no `=`");
            return Err(Diagnostic::new(attribute, what).expected(form));
        }
    };
    match name.value().is_empty() {
        true => Err(Diagnostic::new(name, "the name is empty").expected(form)),
        false => Ok(name),
    }
}

fn query(attribute: &Attribute, parameter: &Ident) -> Result<Use, Diagnostic> {
    const FORM: &str = "`#[query]`, or `#[query(\"name\")]` for another name; a list in one \
                        parameter is `#[query(comma)]` or `#[query(\"name\", comma)]`";
    let own = || LitStr::new(&parameter.unraw().to_string(), parameter.span());
    let (name, delimiter) = match &attribute.meta {
        Meta::Path(_) => (own(), None),
        Meta::List(list) => {
            let (name, delimiter) = list.parse_args_with(name_and_word).map_err(|_| {
                Diagnostic::new(
                    attribute,
                    "`#[query]` takes one name, and how a list is written",
                )
                .expected(FORM)
            })?;
            (name.unwrap_or_else(own), delimiter)
        }
        Meta::NameValue(_) => {
            return Err(Diagnostic::new(attribute, "`#[query]` takes no `=`").expected(FORM));
        }
    };
    if name.value().is_empty() {
        return Err(Diagnostic::new(name, "the name is empty").expected(FORM));
    }
    let Some(word) = delimiter else {
        return Ok(Use::Query(name));
    };
    let written = word.to_string();
    match DELIMITERS
        .iter()
        .find(|(delimiter, _)| *delimiter == written)
    {
        Some((_, delimiter)) => Ok(Use::QueryList(name, *delimiter)),
        None => {
            let known: Vec<_> = DELIMITERS.iter().map(|(delimiter, _)| *delimiter).collect();
            let what = format!("`{written}` is no way to write a list in one parameter");
            Err(Diagnostic::new(word, what).suggest(&written, &known))
        }
    }
}

/// `"name"`, `word`, or both.
fn name_and_word(input: ParseStream<'_>) -> syn::Result<(Option<LitStr>, Option<Ident>)> {
    let name: Option<LitStr> = input.parse()?;
    let word = match &name {
        Some(_) if input.parse::<Option<Token![,]>>()?.is_none() || input.is_empty() => None,
        _ => Some(input.parse()?),
    };
    input.parse::<Option<Token![,]>>()?;
    Ok((name, word))
}

/// The name of a field, if the parameter is one and not the whole body.
fn field(attribute: &Attribute, key: &str) -> Result<Option<LitStr>, Diagnostic> {
    let form = format!("`#[{key}]` for the whole body, or `#[{key}(\"name\")]` for a field of it");
    let name: LitStr = match &attribute.meta {
        Meta::Path(_) => return Ok(None),
        Meta::List(list) => list.parse_args().map_err(|_| {
            Diagnostic::new(attribute, format_args!("`#[{key}]` takes one name")).expected(&form)
        })?,
        Meta::NameValue(_) => {
            let what = format!("`#[{key}]` takes no `=`");
            return Err(Diagnostic::new(attribute, what).expected(form));
        }
    };
    match name.value().is_empty() {
        true => Err(Diagnostic::new(name, "the name is empty").expected(form)),
        false => Ok(Some(name)),
    }
}

fn header(attribute: &Attribute) -> Result<Name, Diagnostic> {
    let name = match &attribute.meta {
        Meta::List(list) => list.parse_args().ok(),
        _ => None,
    };
    let name = name.ok_or_else(|| {
        Diagnostic::new(attribute, "`#[header]` takes the name of a header")
            .expected("`#[header(\"X-Name\")]`")
    })?;
    Name::parse(name)
}

fn bare(attribute: &Attribute, name: &str) -> Result<(), Diagnostic> {
    match attribute.meta {
        Meta::Path(_) => Ok(()),
        _ => Err(
            Diagnostic::new(attribute, format_args!("`#[{name}]` takes no arguments"))
                .help(format_args!("write `#[{name}]`")),
        ),
    }
}
