//! An `impl` block of a client, and which endpoints it declares.
//!
//! The endpoints expand by themselves. Here they are read only as far as it takes
//! to compare them with each other.

use proc_macro2::{Span, TokenTree};
use quote::quote;
use syn::{Attribute, Ident, ImplItem, ItemImpl, Meta, Path, Token};

use super::{Endpoint, Parameter, Route, Verb};
use crate::diagnostics::{Diagnostic, Errors};
use crate::parse::keys::Keys;
use crate::parse::method::Method;
use crate::parse::value;
use crate::paths::Paths;

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

/// A block with what it declares.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) paths: Paths,
    pub(crate) item: ItemImpl,
    /// The keys that have no meaning here.
    pub(crate) misplaced: Vec<Ident>,
    /// What its endpoints ask for, as far as they could be read.
    pub(crate) routes: Vec<Route>,
    /// What a worker has to know, if the block is `durable`.
    pub(crate) durable: Option<Durable>,
    pub(crate) undeclared: Vec<Undeclared>,
}

/// The endpoints of a block whose calls can be enqueued.
#[derive(Debug)]
pub(crate) struct Durable {
    /// The key that says so.
    pub(crate) key: Ident,
    pub(crate) endpoints: Vec<Endpoint>,
    /// Their methods, as they are declared in such a block, and where they are among its
    /// items.
    pub(crate) methods: Vec<(usize, Method)>,
}

/// The key of an endpoint that its block puts there. Nobody else does.
pub(super) const DURABLE: &str = "__durable";

/// A method without a body and without an attribute that could give it one.
#[derive(Debug)]
pub(crate) struct Undeclared {
    /// Among the items of the block.
    pub(crate) position: usize,
    /// The method; its parameters have no attributes of ours.
    pub(crate) method: Method,
    /// The names of its parameters.
    pub(crate) parameters: Vec<Ident>,
}

impl Block {
    pub(crate) fn new(mut keys: Keys, item: ItemImpl, errors: &mut Errors) -> Self {
        let runtime = keys.read_with("crate", value::module, errors);
        let durable = keys.take("durable", errors);
        let mut durable = durable.and_then(|entry| {
            errors.ok(value::flag(&entry))?;
            Some(Durable::new(entry.key))
        });
        let mut routes = Vec::new();
        let mut undeclared = Vec::new();
        for (position, item) in item.items.iter().enumerate() {
            // An item that is not read as a method is the compiler's to judge.
            if let ImplItem::Verbatim(tokens) = item
                && let Ok(Some(method)) = Method::parse(tokens.clone())
                && method.body.is_none()
            {
                let declared_by = method.attributes.iter().position(|attribute| {
                    let verb = Verb::named_by(attribute.path());
                    verb.is_some()
                });
                if let Some(declared_by) = declared_by {
                    if let Some(mut endpoint) = endpoint(method.clone(), declared_by) {
                        routes.extend(Route::new(&endpoint));
                        if let Some(durable) = &mut durable
                            && can_be_enqueued(&endpoint)
                        {
                            endpoint.durable = true;
                            durable.endpoints.push(endpoint);
                            durable
                                .methods
                                .push((position, marked(method, declared_by)));
                        }
                    }
                } else if method.attributes.iter().all(is_inert) {
                    undeclared.push(Undeclared::new(position, method));
                }
            }
        }
        Self {
            paths: Paths::new(runtime),
            item,
            misplaced: keys.into_keys(),
            routes,
            durable,
            undeclared,
        }
    }
}

impl Durable {
    fn new(key: Ident) -> Self {
        Self {
            key,
            endpoints: Vec::new(),
            methods: Vec::new(),
        }
    }
}

/// A struct has no endpoints, so it cannot say that they are durable.
pub(super) fn durable_is_for_blocks(keys: &mut Keys, errors: &mut Errors) {
    if let Some(entry) = keys.take_misplaced("durable", errors) {
        errors.push(
            Diagnostic::new(
                &entry.key,
                "`durable` belongs on an `impl` block, not on the struct",
            )
            .help("write `#[rest_api(durable)]` above the block that has the endpoints"),
        );
    }
}

/// A store is opened, which takes more than a declaration has.
pub(super) fn store_is_for_builders(keys: &mut Keys, errors: &mut Errors) {
    for name in ["store", "store_down"] {
        if let Some(entry) = keys.take_misplaced(name, errors) {
            errors.push(
                Diagnostic::new(
                    &entry.key,
                    format_args!("`{name}` is given when the client is built"),
                )
                .help(format_args!(
                    "take it out, and write `.{name}(..)` after `builder()`"
                )),
            );
        }
    }
}

/// Whether its calls are in the hands of the caller: a future has begun, and a list is
/// many.
fn can_be_enqueued(endpoint: &Endpoint) -> bool {
    endpoint.method.signature.asyncness.is_none() && endpoint.pages.is_none()
}

/// The method with an attribute that says that it is durable.
fn marked(mut method: Method, declared_by: usize) -> Method {
    if let Meta::List(list) = &mut method.attributes[declared_by].meta {
        let arguments = &list.tokens;
        let ends_with_a_comma =
            arguments.clone().into_iter().last().is_some_and(
                |last| matches!(last, TokenTree::Punct(last) if last.as_char() == ','),
            );
        let comma = (!ends_with_a_comma).then(<Token![,]>::default);
        let key = Ident::new(DURABLE, Span::mixed_site());
        list.tokens = quote!(#arguments #comma #key);
    }
    method
}

impl Undeclared {
    fn new(position: usize, mut method: Method) -> Self {
        // What is wrong with them does not matter as long as nothing is declared.
        let mut unheard = Errors::new();
        let inputs = method.signature.inputs.iter_mut();
        let parameters = inputs.filter_map(|input| Parameter::take(input, &mut unheard));
        let parameters = parameters.map(|parameter| parameter.ident).collect();
        drop(unheard.finish());
        Self {
            position,
            method,
            parameters,
        }
    }
}

/// An endpoint as it is declared. One that has a mistake tells it itself, and is not
/// compared, since nobody knows what it should be.
fn endpoint(mut method: Method, declared_by: usize) -> Option<Endpoint> {
    let attribute = method.attributes.remove(declared_by);
    let verb = Verb::named_by(attribute.path())?;
    let arguments = match attribute.meta {
        Meta::List(list) => list.tokens,
        Meta::Path(_) | Meta::NameValue(_) => return None,
    };
    let mut errors = Errors::new();
    let (path, keys) = Keys::parse_after_path(verb.attribute(), arguments, &mut errors);
    let endpoint = Endpoint::new(verb, path, keys, method, &mut errors);
    let is_read = errors.finish().is_empty();
    is_read.then_some(endpoint)
}

/// Whether the attribute certainly makes nothing of the method.
fn is_inert(attribute: &Attribute) -> bool {
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

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::quote;

    use super::*;

    fn block(items: &TokenStream) -> Block {
        let item = syn::parse2(quote!(impl Example { #items })).unwrap();
        let mut errors = Errors::new();
        let keys = Keys::parse("#[rest_api]", TokenStream::new(), &mut errors);
        let block = Block::new(keys, item, &mut errors);
        assert!(errors.finish().is_empty());
        block
    }

    #[test]
    fn a_method_is_undeclared_if_no_attribute_could_give_it_a_body() {
        for attributes in [
            quote!(),
            quote!(#[doc = "docs"] #[must_use] #[inline]),
            quote!(#[cfg(test)] #[rustfmt::skip] #[clippy::cognitive_complexity = "1"]),
            quote!(#[cfg_attr(test, must_use, allow(unused))]),
        ] {
            let block = block(&quote!(#attributes fn f(&self, #[query] a: u8) -> Call<()>;));
            assert_eq!(block.undeclared.len(), 1, "{attributes}");
        }
        for item in [
            quote!(
                #[get("a")]
                fn f(&self) -> Call<()>;
            ),
            quote!(
                #[::cloudapi::get("a")]
                fn f(&self) -> Call<()>;
            ),
            quote!(
                #[vendored::api::get("a")]
                fn f(&self) -> Call<()>;
            ),
            quote!(
                #[mine("a")]
                fn f(&self) -> Call<()>;
            ),
            quote!(
                #[cfg_attr(test, get("a"))]
                fn f(&self) -> Call<()>;
            ),
            quote!(
                #[cfg_attr(any(a, b), doc = "", mine)]
                fn f(&self) -> Call<()>;
            ),
            quote!(
                fn f(&self) {}
            ),
            quote!(
                const A: u8 = 1;
            ),
            quote!(
                type A = u8;
            ),
            quote!(endpoints!();),
        ] {
            assert!(block(&item).undeclared.is_empty(), "{item}");
        }
    }

    #[test]
    fn an_endpoint_with_a_mistake_is_not_compared() {
        let block = block(&quote! {
            #[get("a")] fn one(&self) -> Call<()>;
            #[get("a", unwarp = "a")] fn misspelt(&self) -> Call<()>;
            #[get("a")] #[post("b")] fn twice(&self) -> Call<()>;
            #[get("a/{id}")] fn unfilled(&self) -> Call<()>;
            #[get] fn without_a_path(&self) -> Call<()>;
            #[get("a")] fn with_a_body(&self) -> Call<()> {}
            #[cfg_attr(test, get("a"))] fn under_a_condition(&self) -> Call<()>;
        });
        let names: Vec<_> = block.routes.iter().map(|route| &route.method).collect();
        assert_eq!(names, ["one"]);
    }
}
