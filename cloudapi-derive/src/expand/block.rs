//! An `impl` block. Its endpoints expand by themselves, so that it stays as it is
//! but for methods that nobody would give a body, and for what the block says for all of them.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::ImplItem;

use super::{client, endpoint, fallback};
use crate::model::{Block, Durable, Undeclared};
use crate::parse::method::Method;
use crate::paths::Name;

pub(crate) fn expand(block: &Block) -> TokenStream {
    let mut item = block.item.clone();
    for undeclared in &block.undeclared {
        let Undeclared {
            position,
            method,
            parameters,
        } = undeclared;
        let method = fallback::undeclared(method, parameters, &block.paths);
        item.items[*position] = ImplItem::Verbatim(method);
    }
    if block.item.trait_.is_some() {
        return item.into_token_stream();
    }
    for (position, method) in &block.marked {
        item.items[*position] = ImplItem::Verbatim(declaration(method));
    }
    let Some(durable) = &block.durable else {
        return item.into_token_stream();
    };
    let known = known(block, durable);
    quote!(#item #known)
}

fn declaration(method: &Method) -> TokenStream {
    let Method {
        attributes,
        visibility,
        signature,
        body: _,
    } = method;
    quote!(#(#attributes)* #visibility #signature;)
}

/// The endpoints that a worker knows.
fn known(block: &Block, durable: &Durable) -> TokenStream {
    let (wrapper, api, endpoint) = (
        block.paths.get(Name::Durable),
        block.paths.get(Name::DurableApi),
        block.paths.get(Name::Endpoint),
    );
    let (generics, _, conditions) = block.item.generics.split_for_impl();
    let client = &block.item.self_ty;
    let endpoints = durable.endpoints.iter().map(|endpoint| {
        let attributes = endpoint.method.attributes.iter();
        let conditions = attributes.filter(|attribute| attribute.path().is_ident("cfg"));
        let declared = endpoint::declared(endpoint);
        quote!(#(#conditions)* &#declared)
    });
    let allowed = client::allowed(&block.item.attrs);
    quote! {
        #wrapper! {
            #[automatically_derived]
            #allowed
            impl #generics #api for #client #conditions {
                const __ENDPOINTS: &'static [&'static #endpoint] = &[#(#endpoints),*];
            }
        }
    }
}
