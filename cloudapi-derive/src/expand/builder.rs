//! The builder of a client.
//!
//! It has a type parameter for the client, so that `Api::builder()` is enough
//! for inference, and one for each field, so that `build` can be called only when
//! all fields are given. The fields stand in a tuple, where no name of the user's
//! can meet one of the builder's.
//!
//! `build` asks of each field that it is given, with a type of the field's name, by
//! which the compiler tells which one has been forgotten.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::{GenericParam, Generics, Ident, Index, Type, TypeParam};

use super::api::filled;
use super::client::{self, generated};
use super::docs;
use crate::diagnostics::pointing_at;
use crate::model::{Api, Field, is_builder_method};
use crate::paths::Name;

/// The name of the builder.
pub(crate) fn name(api: &Api) -> Ident {
    let ident = &api.item.ident;
    generated(&format!("{}Builder", ident.unraw()), ident)
}

/// Appends a field to a text, from the fields of the builder.
pub(crate) fn text_value(api: &Api, position: usize) -> TokenStream {
    let Field { ident, name, .. } = &api.fields[position];
    let index = Index::from(position);
    // A type that cannot be put in a text is told at the field; only with the
    // hygiene of the method is `self` the builder.
    let this = Ident::new("self", Span::call_site().located_at(ident.span()));
    quote_spanned!(pointing_at(ident.span())=> .value(#name, &#this.fields.#index))
}

/// Has a field give the credentials. A type that does not is told at the field.
pub(crate) fn credentials(api: &Api, position: usize) -> TokenStream {
    let ident = &api.fields[position].ident;
    let index = Index::from(position);
    let this = Ident::new("self", Span::call_site().located_at(ident.span()));
    quote_spanned!(pointing_at(ident.span())=> .credentials_of(&#this.fields.#index))
}

pub(crate) fn expand(api: &Api) -> TokenStream {
    let item = item(api);
    let debug = debug(api);
    let setters = setters(api);
    let names = names(api);
    let build = build(api);
    let finish = finish(api);
    quote! {
        #item
        #debug
        #setters
        #names
        #build
        #finish
    }
}

/// The type of a field as it reads outside of the struct, where `Self` is not
/// the struct.
fn outside(api: &Api, ty: &Type) -> TokenStream {
    let ident = &api.item.ident;
    let (_, type_generics, _) = api.item.generics.split_for_impl();
    replace_self(ty.to_token_stream(), &quote!(#ident #type_generics))
}

fn replace_self(tokens: TokenStream, with: &TokenStream) -> TokenStream {
    tokens
        .into_iter()
        .map(|token| match token {
            TokenTree::Ident(ident) if ident == "Self" => with.clone(),
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), replace_self(group.stream(), with));
                inner.set_span(group.span());
                TokenTree::Group(inner).into()
            }
            other => other.into(),
        })
        .collect()
}

/// One type parameter for each field.
fn parameters(api: &Api) -> Vec<Ident> {
    (0..api.fields.len())
        .map(|position| format_ident!("__F{position}", span = Span::mixed_site()))
        .collect()
}

/// The generics of the struct, and those.
fn with_parameters(api: &Api, parameters: &[Ident]) -> Generics {
    let mut generics = api.item.generics.clone();
    let parameters = parameters.iter().cloned().map(TypeParam::from);
    generics.params.extend(parameters.map(GenericParam::Type));
    generics
}

fn item(api: &Api) -> TokenStream {
    let builder = name(api);
    let vis = &api.item.vis;
    let setup = api.paths.get(Name::Setup);
    let phantom = api.paths.get(Name::PhantomData);
    let parameters = parameters(api);
    let ident = &api.item.ident;
    let docs = docs(&format!(
        "Makes a [`{ident}`] whose settings may differ from the declared ones."
    ));
    quote! {
        #docs
        #[must_use]
        #vis struct #builder<__Api #(, #parameters)*> {
            setup: #setup,
            fields: (#(#parameters,)*),
            api: #phantom<fn() -> __Api>,
        }
    }
}

/// Fields may be secrets, so none is shown.
fn debug(api: &Api) -> TokenStream {
    let builder = name(api);
    let parameters = parameters(api);
    let debug = api.paths.get(Name::Debug);
    let formatter = api.paths.get(Name::Formatter);
    let result = api.paths.get(Name::FormatResult);
    let shown = builder.to_string();
    quote! {
        #[automatically_derived]
        impl<__Api #(, #parameters)*> #debug for #builder<__Api #(, #parameters)*> {
            fn fmt(&self, formatter: &mut #formatter<'_>) -> #result {
                formatter.debug_struct(#shown).finish_non_exhaustive()
            }
        }
    }
}

/// A method for each field, and those of the settings.
fn setters(api: &Api) -> TokenStream {
    let builder = name(api);
    let ident = &api.item.ident;
    let parameters = parameters(api);
    let (_, type_generics, where_clause) = api.item.generics.split_for_impl();
    let generics = with_parameters(api, &parameters);
    let (impl_generics, _, _) = generics.split_for_impl();
    let methods = (0..api.fields.len())
        .filter(|position| !is_builder_method(&api.fields[*position].name))
        .map(|position| setter(api, position));
    let setters = api.paths.get(Name::Setters);
    let allowed = client::allowed_beside(&api.item);
    quote! {
        #[automatically_derived]
        #allowed
        impl #impl_generics #builder<#ident #type_generics #(, #parameters)*> #where_clause {
            #(#methods)*
            #setters!();
        }
    }
}

fn setter(api: &Api, position: usize) -> TokenStream {
    let field = &api.fields[position];
    let builder = name(api);
    let vis = &api.item.vis;
    let ident = &api.item.ident;
    let (_, type_generics, _) = api.item.generics.split_for_impl();
    let method = generated(&field.ident.to_string(), &field.ident);
    let ty = outside(api, &field.ty);
    let docs = match &field.docs[..] {
        [] => docs(&format!("Gives `{}`.", field.name)),
        docs => quote!(#(#docs)*),
    };
    let parameters = parameters(api);
    let types = parameters
        .iter()
        .enumerate()
        .map(|(index, parameter)| match index == position {
            true => quote!(#ty),
            false => quote!(#parameter),
        });
    let values = (0..api.fields.len()).map(|index| {
        let place = Index::from(index);
        match index == position {
            true => quote!(#method),
            false => quote!(self.fields.#place),
        }
    });
    quote! {
        #docs
        #vis fn #method(self, #method: #ty) -> #builder<#ident #type_generics #(, #types)*> {
            #builder {
                setup: self.setup,
                fields: (#(#values,)*),
                api: self.api,
            }
        }
    }
}

/// The module of the names of the fields.
fn names_module(api: &Api) -> Ident {
    let ident = api.item.ident.unraw();
    format_ident!("__{ident}_fields", span = Span::mixed_site())
}

/// A type for each field, of its name, which is all that is wanted of it.
fn names(api: &Api) -> Option<TokenStream> {
    if api.fields.is_empty() {
        return None;
    }
    let module = names_module(api);
    let names = (0..api.fields.len()).map(|position| field_name(api, position));
    Some(quote! {
        #[doc(hidden)]
        mod #module {
            #(pub enum #names {})*
        }
    })
}

/// With the hygiene of the macro, so that lints do not take it for the user's type.
fn field_name(api: &Api, position: usize) -> Ident {
    let mut name = api.fields[position].ident.clone();
    name.set_span(Span::mixed_site());
    name
}

/// The client, if every field is given.
fn build(api: &Api) -> TokenStream {
    let builder = name(api);
    let vis = &api.item.vis;
    let ident = &api.item.ident;
    let (_, type_generics, where_clause) = api.item.generics.split_for_impl();
    let parameters = parameters(api);
    let generics = with_parameters(api, &parameters);
    let (impl_generics, _, _) = generics.split_for_impl();
    let result = api.paths.get(Name::Result);
    let method = generated("build", ident);
    let docs = docs(
        "Makes the client, once all fields are given.\n\
         \n\
         # Errors\n\
         \n\
         If the settings contradict each other or those of another client of the\n\
         same scope, or if a field cannot be put where the declaration wants it.",
    );
    let allowed = client::allowed_beside(&api.item);
    let types = api.fields.iter().map(|field| outside(api, &field.ty));
    let given = api.paths.get(Name::Given);
    let module = names_module(api);
    let names: Vec<_> = (0..api.fields.len())
        .map(|position| field_name(api, position))
        .collect();
    let places = (0..api.fields.len()).map(Index::from);
    quote! {
        #[automatically_derived]
        #allowed
        impl #impl_generics #builder<#ident #type_generics #(, #parameters)*> #where_clause {
            #docs
            #vis fn #method(self) -> #result<#ident #type_generics>
            where
                #(#parameters: #given<#types, #module::#names>,)*
            {
                #builder {
                    setup: self.setup,
                    fields: (#(#given::<_, #module::#names>::given(self.fields.#places),)*),
                    api: self.api,
                }
                .__cloudapi_build()
            }
        }
    }
}

/// What `build` does with the fields.
fn finish(api: &Api) -> TokenStream {
    let builder = name(api);
    let ident = &api.item.ident;
    let (impl_generics, type_generics, where_clause) = api.item.generics.split_for_impl();
    let result = api.paths.get(Name::Result);
    let ok = api.paths.get(Name::Ok);
    let allowed = client::allowed_beside(&api.item);
    let types = api.fields.iter().map(|field| outside(api, &field.ty));
    let names = api.fields.iter().map(|field| &field.ident);
    let places = (0..api.fields.len()).map(Index::from);
    let filled = filled(api);
    quote! {
        #[automatically_derived]
        #allowed
        impl #impl_generics #builder<#ident #type_generics #(, #types)*> #where_clause {
            fn __cloudapi_build(self) -> #result<#ident #type_generics> {
                #ok(#ident {
                    __cloudapi: self.setup #filled .into_client()?,
                    #(#names: self.fields.#places,)*
                })
            }
        }
    }
}
