//! An `impl` block of a client, and which endpoints it declares.
//!
//! The endpoints expand by themselves. Here they are read only as far as it takes
//! to compare them with each other.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::quote;
use syn::{Ident, ImplItem, ItemImpl, Meta, Token};

use super::inert::is_inert;
use super::{Endpoint, Parameter, Route, Verb};
use crate::diagnostics::{Diagnostic, Errors};
use crate::parse::keys::Keys;
use crate::parse::method::Method;
use crate::parse::value;
use crate::paths::Paths;

/// A block with what it declares.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) paths: Paths,
    pub(crate) item: ItemImpl,
    /// The keys that have no meaning here.
    pub(crate) misplaced: Vec<Ident>,
    /// What its endpoints ask for, as far as they could be read.
    pub(crate) routes: Vec<Route>,
    /// The methods whose attribute says more than was written, and where they are among
    /// its items.
    pub(crate) marked: Vec<(usize, Method)>,
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
    /// Whether there is one more which has a mistake, of which it tells itself.
    pub(crate) has_mistakes: bool,
    /// Methods that another attribute may make an endpoint, out of sight of the block.
    pub(crate) unseen: Vec<Ident>,
}

/// The keys of an endpoint that its block puts there. Nobody else does.
pub(super) const DURABLE: &str = "__durable";
pub(super) const CRATE: &str = "__crate";

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
        let mut marked = Vec::new();
        let mut undeclared = Vec::new();
        for (position, item) in item.items.iter().enumerate() {
            // An item that is not read as a method is the compiler's to judge.
            let ImplItem::Verbatim(tokens) = item else {
                continue;
            };
            let Ok(Some(mut method)) = Method::parse(tokens.clone()) else {
                continue;
            };
            if method.body.is_some() {
                continue;
            }
            let mut attributes = method.attributes.iter();
            let declared_by = attributes.position(|attribute| {
                let verb = Verb::named_by(attribute.path());
                verb.is_some()
            });
            let Some(declared_by) = declared_by else {
                if method.attributes.iter().all(is_inert) {
                    undeclared.push(Undeclared::new(position, method));
                } else if let Some(durable) = &mut durable
                    && method.signature.asyncness.is_none()
                {
                    durable.unseen.push(method.signature.ident);
                }
                continue;
            };
            let mut is_marked = false;
            if let Some(runtime) = &runtime {
                let key = Ident::new(CRATE, Span::mixed_site());
                is_marked = mark(&mut method, declared_by, &quote!(#key = #runtime));
            }
            match endpoint(method.clone(), declared_by) {
                Some(mut endpoint) => {
                    routes.extend(Route::new(&endpoint));
                    if let Some(durable) = &mut durable
                        && can_be_enqueued(&endpoint)
                    {
                        endpoint.durable = true;
                        durable.endpoints.push(endpoint);
                        let key = Ident::new(DURABLE, Span::mixed_site());
                        is_marked |= mark(&mut method, declared_by, &quote!(#key));
                    }
                }
                None => {
                    if let Some(durable) = &mut durable {
                        durable.has_mistakes = true;
                    }
                }
            }
            if is_marked {
                marked.push((position, method));
            }
        }
        Self {
            paths: Paths::new(runtime),
            item,
            misplaced: keys.into_keys(),
            routes,
            marked,
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
            has_mistakes: false,
            unseen: Vec::new(),
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

/// Adds a key to the attribute of the method, if that has a list of keys.
fn mark(method: &mut Method, declared_by: usize, key: &TokenStream) -> bool {
    let Meta::List(list) = &mut method.attributes[declared_by].meta else {
        return false;
    };
    let arguments = &list.tokens;
    let last = arguments.clone().into_iter().last();
    let comma = match last {
        None => None,
        Some(TokenTree::Punct(last)) if last.as_char() == ',' => None,
        Some(_) => Some(<Token![,]>::default()),
    };
    list.tokens = quote!(#arguments #comma #key);
    true
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

#[cfg(test)]
mod tests {
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
    fn a_durable_block_knows_what_it_cannot_see() {
        let item = quote! {
            impl Example {
                #[post("a")] fn seen(&self) -> Call<()>;
                #[api_post("b")] fn renamed(&self) -> Call<()>;
                #[cfg_attr(test, post("c"))] fn under_a_condition(&self) -> Call<()>;
                #[api_get("d")] async fn never_enqueued(&self) -> Result<()>;
                #[api_get("e")] fn with_a_body(&self) -> Call<()> {}
            }
        };
        let mut errors = Errors::new();
        let keys = Keys::parse("#[rest_api]", quote!(durable), &mut errors);
        let block = Block::new(keys, syn::parse2(item).unwrap(), &mut errors);
        assert!(errors.finish().is_empty());
        let durable = block.durable.unwrap();
        assert_eq!(durable.endpoints.len(), 1);
        assert_eq!(durable.unseen, ["renamed", "under_a_condition"]);
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
