//! The struct with its hidden field, and the ways to make one.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::Ident;

use super::{builder, constant, docs};
use crate::model::{Api, Filled, FilledPiece};
use crate::paths::Name;

pub(crate) fn expand(api: &Api) -> TokenStream {
    let item = item(api);
    let client = client(api);
    let constructors = constructors(api);
    let builder = builder::expand(api);
    quote! {
        #item
        #client
        #constructors
        #builder
    }
}

/// An identifier of the macro's own that errors and documentation find where
/// the user's stands. Lints are silent about it, as they know it is generated.
pub(crate) fn generated(name: &str, at: &Ident) -> Ident {
    let span = Span::call_site().located_at(at.span());
    match name.strip_prefix("r#") {
        Some(name) => Ident::new_raw(name, span),
        None => Ident::new(name, span),
    }
}

/// The struct, with the client in a hidden field.
fn item(api: &Api) -> TokenStream {
    let syn::ItemStruct {
        attrs,
        vis,
        struct_token,
        ident,
        generics,
        fields,
        semi_token: _,
    } = &api.item;
    let where_clause = &generics.where_clause;
    let fields = fields.iter();
    let client = api.paths.get(Name::Client);
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
fn client(api: &Api) -> TokenStream {
    let rest_api = api.paths.get(Name::RestApi);
    let client = api.paths.get(Name::Client);
    let named = api.named_fields().map(|field| &field.ident);
    let ident = &api.item.ident;
    let (impl_generics, type_generics, where_clause) = api.item.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics #rest_api for #ident #type_generics #where_clause {
            fn __client(&self) -> &#client {
                #(let _ = &self.#named;)*
                &self.__cloudapi
            }
        }
    }
}

/// `new` and `builder`.
fn constructors(api: &Api) -> TokenStream {
    let ident = &api.item.ident;
    let vis = &api.item.vis;
    let (impl_generics, type_generics, where_clause) = api.item.generics.split_for_impl();
    let new = api.constructor.then(|| new(api));
    let builder_docs = docs("Begins a client whose settings may differ from the declared ones.");
    let builder_name = generated("builder", ident);
    let builder = builder::name(api);
    let setup = setup(api);
    let not_given = vec![api.paths.get(Name::NotGiven); api.fields.len()];
    let phantom = api.paths.get(Name::PhantomData);
    quote! {
        #[automatically_derived]
        impl #impl_generics #ident #type_generics #where_clause {
            #new

            #builder_docs
            #vis fn #builder_name() -> #builder<Self #(, #not_given)*> {
                #builder {
                    setup: #setup,
                    fields: (#(#not_given,)*),
                    api: #phantom,
                }
            }
        }
    }
}

fn new(api: &Api) -> TokenStream {
    let vis = &api.item.vis;
    let result = api.paths.get(Name::Result);
    let docs = docs(
        "Makes a client with the declared settings.\n\
         \n\
         # Errors\n\
         \n\
         If the settings contradict each other or those of another client of the\n\
         same scope, or if a field cannot be put where the declaration wants it.",
    );
    let name = generated("new", &api.item.ident);
    let names: Vec<_> = builder::field_names(api).collect();
    let types = api.fields.iter().map(|field| &field.ty);
    let builder = builder::name(api);
    let phantom = api.paths.get(Name::PhantomData);
    quote! {
        #docs
        #vis fn #name(#(#names: #types),*) -> #result<Self> {
            #builder {
                setup: Self::builder().setup,
                fields: (#(#names,)*),
                api: #phantom,
            }
            .build()
        }
    }
}

/// The settings as declared.
fn setup(api: &Api) -> TokenStream {
    let setup = api.paths.get(Name::Setup);
    // Only after an error there is none, and then this never runs.
    let baseurl = match &api.baseurl {
        Some(baseurl) => baseurl.value(),
        None => String::new(),
    };
    let names = api
        .settings
        .iter()
        .map(|setting| Ident::new(&setting.key.to_string(), Span::mixed_site()));
    let values = api
        .settings
        .iter()
        .map(|setting| constant(setting.value, &api.paths));
    quote!(#setup::new(#baseurl)#(.#names(#values))*)
}

/// What the fields add to the settings, as calls on the setup.
pub(crate) fn filled(api: &Api) -> TokenStream {
    let bearer = api.bearer.iter().map(|text| self::text(api, text));
    let (names, headers): (Vec<_>, Vec<_>) = api
        .headers
        .iter()
        .map(|(name, text)| (name.literal.value(), self::text(api, text)))
        .unzip();
    let scope = api.scope.iter().map(|text| self::text(api, text));
    quote! {
        #(.bearer(#bearer))*
        #(.header(#names, #headers))*
        #(.scope(#scope))*
    }
}

fn text(api: &Api, text: &Filled) -> TokenStream {
    let start = api.paths.get(Name::Text);
    let pieces = text.pieces.iter().map(|piece| match piece {
        FilledPiece::Literal(text) => quote!(.literal(#text)),
        FilledPiece::Field(position) => builder::text_value(api, *position),
    });
    quote!(#start::new()#(#pieces)*)
}
