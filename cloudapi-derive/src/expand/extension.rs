//! A struct that extends another client, and the one way to make it.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote};
use syn::spanned::Spanned as _;
use syn::{Ident, Token};

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
    let accessor = accessor(extension);
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
    let allowed = client::allowed_beside(item);
    quote! {
        #declared
        #rest_api
        #allowed
        #paging

        #[automatically_derived]
        #allowed
        impl #impl_generics #ident #type_generics #where_clause {
            #docs
            #vis fn #new(#lent: &#parent #(, #names: #types)*) -> Self {
                Self {
                    __cloudapi: #reached::extend(#trait_::__client(#lent), #path),
                    #(#idents: #names,)*
                }
            }
        }

        #accessor
    }
}

/// The method of the parent that makes one. There is none if the parent could not
/// have it, which was reported.
fn accessor(extension: &Extension) -> Option<TokenStream> {
    let (Some(accessor), Some(parent)) = (&extension.accessor, &extension.parent) else {
        return None;
    };
    if extension.accessor_is_taken() || extension.parameters_of_its_own().next().is_some() {
        return None;
    }
    let ident = &extension.item.ident;
    let vis = &extension.item.vis;
    let (impl_generics, type_generics, where_clause) = extension.item.generics.split_for_impl();
    let name = client::generated(&accessor.to_string(), accessor);
    let docs = docs(&format!(
        "The [`{ident}`] of this client, with its base URL, settings and credentials, and\n\
         through its gate and queue."
    ));
    let made = match &extension.fields[..] {
        [] => {
            let new = Ident::new("new", Span::mixed_site());
            quote!(<#ident #type_generics>::#new(self))
        }
        // That it cannot be made so was reported.
        _ => {
            let unreachable = extension.paths.get(Name::Unreachable);
            quote!(#unreachable!())
        }
    };
    // Where a client of another crate is told, which cannot have more methods.
    let keyword = Token![impl](pointing_at(parent.span()));
    let allowed = client::allowed_beside(&extension.item);
    Some(quote! {
        #[automatically_derived]
        #allowed
        #keyword #impl_generics #parent #where_clause {
            #docs
            #vis fn #name(&self) -> #ident #type_generics {
                #made
            }
        }
    })
}
