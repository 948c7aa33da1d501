//! Attributes that make nothing of a method.

use syn::{Attribute, Meta, Path, Token};

/// Attributes that leave a method as it is, so that none of them can be what
/// gives it a body.
const INERT: &[&str] = &[
    "allow",
    "cfg",
    "cold",
    "deny",
    "deprecated",
    "doc",
    "expect",
    "forbid",
    "inline",
    "must_use",
    "track_caller",
    "warn",
];

/// The same, for those of a tool.
const TOOLS: &[&str] = &["clippy", "diagnostic", "miri", "rust_analyzer", "rustfmt"];

/// Whether the attribute certainly makes nothing of the method.
pub(super) fn is_inert(attribute: &Attribute) -> bool {
    meta_is_inert(&attribute.meta)
}

fn meta_is_inert(meta: &Meta) -> bool {
    let path = meta.path();
    if path.is_ident("cfg_attr") {
        return conditional(meta).is_ok_and(|metas| metas.iter().skip(1).all(meta_is_inert));
    }
    match path.get_ident() {
        Some(name) => INERT.iter().any(|inert| name == inert),
        None => belongs_to_a_tool(path),
    }
}

/// The condition of a `cfg_attr`, and the attributes.
fn conditional(meta: &Meta) -> syn::Result<Vec<Meta>> {
    let list = meta.require_list()?;
    let metas = list.parse_args_with(|input: syn::parse::ParseStream<'_>| {
        syn::punctuated::Punctuated::<Meta, Token![,]>::parse_terminated(input)
    })?;
    Ok(metas.into_iter().collect())
}

fn belongs_to_a_tool(path: &Path) -> bool {
    let first = path.segments.first();
    first.is_some_and(|first| TOOLS.iter().any(|tool| first.ident == tool))
}
