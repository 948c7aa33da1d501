//! A parameter of an endpoint, and what becomes of it.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt as _;
use syn::{Attribute, FnArg, Ident, LitStr, Meta, Pat, PatType};

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
    Header(Name),
    Json,
    Form,
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
    pub(crate) fn is_body(&self) -> bool {
        matches!(
            self,
            Self::Json | Self::Form | Self::Body | Self::Multipart | Self::Part(_)
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
        "query" => named(attribute, "query", parameter).map(Use::Query),
        "header" => header(attribute).map(Use::Header),
        "json" => bare(attribute, "json").map(|()| Use::Json),
        "form" => bare(attribute, "form").map(|()| Use::Form),
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
