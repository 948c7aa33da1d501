//! How the pages of a list are found: for one endpoint, and for all of a client.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::{GenericParam, Generics, ItemStruct, LitStr, TypeParam, parse_quote};

use crate::diagnostics::pointing_at;
use crate::model::{Api, ClientPages, Endpoint, Extension, Next, Pages, Turn, Use};
use crate::paths::{Name, Paths};

/// The pages of an endpoint.
pub(crate) fn endpoint(endpoint: &Endpoint, pages: &Pages) -> TokenStream {
    let paging = endpoint.paths.get(Name::Paging);
    let items = pages.items.iter().find_map(|items| items.path.as_ref());
    let path = items.map(LitStr::value).unwrap_or_default();
    let optional = pages.items_optional.iter();
    let optional = optional.map(|_| quote!(.items_optional()));
    let optional = quote!(#(#optional)*);
    if let [_, ..] = &pages.turns[..] {
        let turns = turns(&pages.turns);
        return quote!(#paging::new(#path)#optional #turns);
    }
    // Where a client that does not say it either is told.
    let span = pages.items.iter().map(|items| items.key.span()).next();
    let span = pointing_at(span.unwrap_or_else(Span::mixed_site));
    let paging = endpoint.paths.at(Name::Paging, span);
    let beside = beside(endpoint);
    let client = quote_spanned!(span=> Self);
    match beside.is_empty() {
        true => quote_spanned!(span=> #paging::of::<#client>(#path)#optional),
        // Not before it knows the client can the compiler tell that a parameter is
        // sent twice.
        false => quote_spanned! {span=>
            const {
                let paging = #paging::of::<#client>(#path)#optional;
                #(#beside)*
                paging
            }
        },
    }
}

/// The query parameters that stand beside those of the pages.
fn beside(endpoint: &Endpoint) -> Vec<TokenStream> {
    let declared = endpoint.query.iter();
    let declared = declared.map(|(name, _)| (name.value(), name.span()));
    let parameters = endpoint.parameters.iter();
    let parameters = parameters.flat_map(|parameter| {
        let uses = parameter.uses.iter();
        uses.filter_map(|(usage, _)| match usage {
            Use::Query(name) | Use::QueryList(name, _) => {
                Some((name.value(), parameter.ident.span()))
            }
            _ => None,
        })
    });
    let beside = declared.chain(parameters).map(|(name, span)| {
        let message = format!(
            "`pages` of the client already sends the query parameter `{name}`; take this one out: \
             each page is asked for in turn"
        );
        // All of it is where the parameter is told.
        quote_spanned!(pointing_at(span)=> let paging = paging.beside(#name, #message);)
    });
    beside.collect()
}

/// What leads to the next page.
fn turns(turns: &[Turn]) -> TokenStream {
    let next = turns.iter().filter_map(|turn| turn.next.as_ref());
    let next = next.map(|next| match next {
        Next::Url(path) => {
            let path = path.value();
            quote!(.next(#path))
        }
        Next::Link => quote!(.link()),
        Next::Page(name) => {
            let name = name.value();
            quote!(.page(#name))
        }
        Next::Cursor(name, path) => {
            let (name, path) = (name.value(), path.value());
            quote!(.cursor(#name, #path))
        }
    });
    quote!(#(#next)*)
}

/// What a client declares of the pages of all its lists, if it does.
pub(crate) fn api(api: &Api) -> Option<TokenStream> {
    match &api.pages {
        Some(pages) => Some(declared(&api.paths, &api.item, pages)),
        // Its endpoints need not tell it once more.
        None if api.pages_misspelt => Some(of_any(&api.paths, &api.item.ident, &api.item.generics)),
        None => None,
    }
}

/// The same, for one that takes it from its parent if it does not.
pub(crate) fn extension(extension: &Extension) -> TokenStream {
    let Extension {
        paths,
        item,
        parent,
        pages,
        ..
    } = extension;
    match (pages, parent) {
        (Some(pages), _) => declared(paths, item, pages),
        (None, Some(parent)) if !extension.extends_itself() && !extension.pages_misspelt => {
            let parent = without_elision(parent.to_token_stream());
            let trait_ = paths.get(Name::Paged);
            paged(
                paths,
                (&item.ident, &item.generics),
                Some(&parent),
                &|asks| quote!(<#parent as #trait_<#asks>>::PAGING),
            )
        }
        // Only after an error, to which there is nothing to add.
        (None, _) => of_any(paths, &item.ident, &item.generics),
    }
}

/// What is left of it after an error, so that the endpoints add none.
pub(crate) fn of_any(paths: &Paths, ident: &Ident, generics: &Generics) -> TokenStream {
    let paging = paths.get(Name::Paging);
    paged(
        paths,
        (ident, generics),
        None,
        &|_| quote!(#paging::new("")),
    )
}

fn declared(paths: &Paths, item: &ItemStruct, pages: &ClientPages) -> TokenStream {
    let paging = paths.get(Name::Paging);
    let turns = turns(&pages.turns);
    let client = (&item.ident, &item.generics);
    paged(paths, client, None, &|_| quote!(#paging::new("")#turns))
}

/// The trait, under the condition that the parent has it too.
fn paged(
    paths: &Paths,
    (ident, generics): (&Ident, &Generics),
    parent: Option<&TokenStream>,
    value: &dyn Fn(&Ident) -> TokenStream,
) -> TokenStream {
    let trait_ = paths.get(Name::Paged);
    let paging = paths.get(Name::Paging);
    let asks = Ident::new("__Asks", Span::mixed_site());
    let (_, type_generics, _) = generics.split_for_impl();
    let mut generics = generics.clone();
    let parameter = GenericParam::Type(TypeParam::from(asks.clone()));
    generics.params.push(parameter);
    if let Some(parent) = parent {
        let condition = parse_quote!(#parent: #trait_<#asks>);
        generics.make_where_clause().predicates.push(condition);
    }
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let value = value(&asks);
    quote! {
        #[automatically_derived]
        #[doc(hidden)]
        impl #impl_generics #trait_<#asks> for #ident #type_generics #where_clause {
            const PAGING: #paging = #value;
        }
    }
}

/// A type with `'static` in place of `'_`, which has no meaning in a condition.
/// How lists are read depends on no lifetime.
fn without_elision(tokens: TokenStream) -> TokenStream {
    let mut after_a_quote = false;
    let tokens = tokens.into_iter().map(|token| {
        let was_quote = std::mem::replace(
            &mut after_a_quote,
            matches!(&token, TokenTree::Punct(quote) if quote.as_char() == '\''),
        );
        match token {
            TokenTree::Ident(ident) if was_quote && ident == "_" => {
                TokenTree::Ident(Ident::new("static", ident.span()))
            }
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), without_elision(group.stream()));
                inner.set_span(group.span());
                TokenTree::Group(inner)
            }
            other => other,
        }
    });
    tokens.collect()
}
