//! A struct that extends another client, and the one way to make it.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote};
use syn::Ident;
use syn::spanned::Spanned as _;

use super::{client, docs, paging};
use crate::diagnostics::pointing_at;
use crate::model::Extension;
use crate::paths::Name;

pub(crate) fn expand(extension: &Extension) -> TokenStream {
    let Extension {
        paths,
        item,
        fields,
        parent,
        path,
        ..
    } = extension;
    let declared = client::item(paths, item);
    let rest_api = client::rest_api(paths, item, [].iter());
    let paging = paging::extension(extension);
    let ident = &item.ident;
    let vis = &item.vis;
    let (impl_generics, type_generics, where_clause) = item.generics.split_for_impl();
    let docs = docs(
        "Makes a client that is reached as `parent` is: with its base URL, settings and\n\
         credentials, and through its gate and queue.",
    );
    let new = client::generated("new", ident);
    let idents = fields.iter().map(|field| &field.ident);
    let names: Vec<_> = client::field_names(fields).collect();
    let types = fields.iter().map(|field| &field.ty);
    let reached = paths.get(Name::Client);
    let trait_ = paths.get(Name::RestApi);
    // Where a type that is no client is told. With the hygiene of the macro it
    // meets no field of that name.
    let (parent, at) = match parent {
        Some(parent) => (parent.to_token_stream(), parent.span()),
        None => (quote!(impl #trait_), Span::mixed_site()),
    };
    let lent = Ident::new("parent", pointing_at(at));
    quote! {
        #declared
        #rest_api
        #paging

        #[automatically_derived]
        impl #impl_generics #ident #type_generics #where_clause {
            #docs
            #vis fn #new(#lent: &#parent #(, #names: #types)*) -> Self {
                Self {
                    __cloudapi: #reached::extend(#trait_::__client(#lent), #path),
                    #(#idents: #names,)*
                }
            }
        }
    }
}
