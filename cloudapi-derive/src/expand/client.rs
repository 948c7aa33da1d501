//! What every client has: the hidden field, and the way to it.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote};
use syn::{Attribute, Ident, ItemStruct};

use crate::diagnostics::find_keyword;
use crate::model::Field;
use crate::paths::{Name, Paths};

/// An identifier of the macro's own that errors and documentation find where
/// the user's stands. Lints are silent about it, as they know it is generated.
pub(crate) fn generated(name: &str, at: &Ident) -> Ident {
    let span = Span::call_site().located_at(at.span());
    match name.strip_prefix("r#") {
        Some(name) => Ident::new_raw(name, span),
        None => Ident::new(name, span),
    }
}

/// The names of the fields, as parameters and methods.
pub(crate) fn field_names(fields: &[Field]) -> impl Iterator<Item = Ident> {
    fields
        .iter()
        .map(|field| generated(&field.ident.to_string(), &field.ident))
}

/// Has the compiler say nothing of what is deprecated, where the user declares such a
/// thing or allows it: generated code has to name it.
///
/// Else nothing is allowed, as that would be an error where it is forbidden.
pub(crate) fn allowed<'a>(attributes: impl IntoIterator<Item = &'a Attribute>) -> TokenStream {
    let is_deprecated = |attribute: &Attribute| {
        let path = attribute.path();
        let allows = path.is_ident("allow") || path.is_ident("expect");
        let lint = allows.then(|| find_keyword(attribute.to_token_stream(), "deprecated"));
        path.is_ident("deprecated") || lint.flatten().is_some()
    };
    match attributes.into_iter().any(is_deprecated) {
        true => quote!(#[allow(deprecated)]),
        false => TokenStream::new(),
    }
}

/// The same, for what is generated beside a struct.
pub(crate) fn allowed_beside(item: &ItemStruct) -> TokenStream {
    let fields = item.fields.iter().flat_map(|field| &field.attrs);
    allowed(item.attrs.iter().chain(fields))
}

/// The struct, with the client in a hidden field.
pub(crate) fn item(paths: &Paths, item: &ItemStruct) -> TokenStream {
    let ItemStruct {
        attrs,
        vis,
        struct_token,
        ident,
        generics,
        fields,
        semi_token: _,
    } = item;
    let where_clause = &generics.where_clause;
    let fields = fields.iter();
    let client = paths.get(Name::Client);
    quote! {
        #(#attrs)*
        #vis #struct_token #ident #generics #where_clause {
            #(#fields,)*
            #[doc(hidden)]
            __cloudapi: #client,
        }
    }
}

/// How an endpoint reaches the client.
///
/// The fields that the declaration names are looked at, since for the compiler's
/// search for unused fields it is not enough that `build` has taken from them.
pub(crate) fn rest_api<'a>(
    paths: &Paths,
    item: &ItemStruct,
    named: impl Iterator<Item = &'a Field>,
) -> TokenStream {
    let rest_api = paths.get(Name::RestApi);
    let client = paths.get(Name::Client);
    let named = named.map(|field| &field.ident);
    let ident = &item.ident;
    let (impl_generics, type_generics, where_clause) = item.generics.split_for_impl();
    let allowed = allowed_beside(item);
    quote! {
        #[automatically_derived]
        #allowed
        impl #impl_generics #rest_api for #ident #type_generics #where_clause {
            fn __client(&self) -> &#client {
                #(let _ = &self.#named;)*
                &self.__cloudapi
            }
        }
    }
}
