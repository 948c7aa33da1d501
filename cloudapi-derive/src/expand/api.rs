//! The struct with its hidden field, and the ways to make one.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Ident;
use syn::spanned::Spanned as _;

use super::{builder, client, constant, docs, paging, rate};
use crate::diagnostics::pointing_at;
use crate::model::{Api, Filled, FilledPiece};
use crate::parse::vendor::Vendor;
use crate::paths::Name;

pub(crate) fn expand(api: &Api) -> TokenStream {
    let item = client::item(&api.paths, &api.item);
    let client = client::rest_api(&api.paths, &api.item, api.named_fields());
    let allowed = client::allowed_beside(&api.item);
    let paging = paging::api(api).map(|paging| quote!(#allowed #paging));
    let constructors = constructors(api);
    let builder = builder::expand(api);
    quote! {
        #item
        #client
        #paging
        #constructors
        #builder
    }
}

/// `new` and `builder`.
fn constructors(api: &Api) -> TokenStream {
    let ident = &api.item.ident;
    let vis = &api.item.vis;
    let (impl_generics, type_generics, where_clause) = api.item.generics.split_for_impl();
    let new = api.constructor.then(|| new(api));
    let builder_docs = docs("Begins a client whose settings may differ from the declared ones.");
    let builder_name = client::generated("builder", ident);
    let builder = builder::name(api);
    let setup = setup(api);
    let not_given = vec![api.paths.get(Name::NotGiven); api.fields.len()];
    let phantom = api.paths.get(Name::PhantomData);
    let allowed = client::allowed_beside(&api.item);
    quote! {
        #[automatically_derived]
        #allowed
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
    let name = client::generated("new", &api.item.ident);
    let names: Vec<_> = client::field_names(&api.fields).collect();
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
            .__cloudapi_build()
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
    let settings = || api.limits.settings.iter().chain(&api.settings);
    let names = settings().map(|setting| Ident::new(&setting.key.to_string(), Span::mixed_site()));
    let values = settings().map(|setting| constant(setting.value, &api.paths));
    let limits = api
        .limits
        .listed
        .iter()
        .map(|limit| rate(limit, &api.paths));
    let error = api.error.iter().map(|error| {
        // Where a type that is no description of an error is told.
        let span = pointing_at(error.span());
        quote_spanned!(span=> .errors::<#error>())
    });
    let vendor = api.vendor.iter().map(|vendor| match vendor {
        Vendor::Known(profile) => {
            let profiles = api.paths.get(Name::Vendor);
            quote!(.vendor(#profiles::#profile))
        }
        Vendor::Own(profile) => {
            let span = pointing_at(profile.span());
            quote_spanned!(span=> .vendor(#profile))
        }
    });
    quote! {
        #setup::new(#baseurl)
            #(.#names(#values))*
            #(.limit(#limits))*
            #(#error)*
            #(#vendor)*
    }
}

/// What the fields add to the settings, as calls on the setup.
pub(crate) fn filled(api: &Api) -> TokenStream {
    let bearer = api.bearer.iter().map(|text| self::text(api, text));
    let basic = api.basic.iter().map(|(user, password)| {
        let (user, password) = (text(api, user), text(api, password));
        quote!(.basic(#user, #password))
    });
    // Only after an error it is not one field alone.
    let credentials = api.credentials.iter().flat_map(|text| &text.pieces);
    let credentials = credentials.filter_map(|piece| match piece {
        FilledPiece::Field(position) => Some(builder::credentials(api, *position)),
        FilledPiece::Literal(_) => None,
    });
    let headers = api.headers.iter().map(|(name, text)| {
        let (name, text) = (name.literal.value(), self::text(api, text));
        quote!(.header(#name, #text))
    });
    let query = api.query.iter().map(|(name, text)| {
        let (name, text) = (name.value(), self::text(api, text));
        quote!(.query(#name, #text))
    });
    let scope = api.scope.iter().map(|text| self::text(api, text));
    quote! {
        #(.bearer(#bearer))*
        #(#basic)*
        #(#credentials)*
        #(#headers)*
        #(#query)*
        #(.declared_scope(#scope))*
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
