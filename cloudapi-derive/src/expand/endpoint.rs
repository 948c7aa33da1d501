//! The body of an endpoint: a constant, and one expression that fills it.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Ident, LitStr, ReturnType};

use super::constant;
use crate::diagnostics::pointing_at;
use crate::model::{Endpoint, Parameter, Step, Use};
use crate::parse::method::Method;
use crate::paths::Name;

pub(crate) fn expand(endpoint: &Endpoint) -> TokenStream {
    let Method {
        attributes,
        visibility,
        signature,
        body: _,
    } = &endpoint.method;
    let body = body(endpoint);
    quote! {
        #(#attributes)*
        #visibility #signature {
            #body
        }
    }
}

fn body(endpoint: &Endpoint) -> TokenStream {
    let signature = &endpoint.method.signature;
    let returned = match &signature.output {
        ReturnType::Type(_, ty) => ty.to_token_stream(),
        ReturnType::Default => quote!(()),
    };
    // A type that no response is read as is told once, where it stands: the
    // compiler keeps quiet about what it has said about a place before.
    let span = pointing_at(returned.span());
    let returned = at(returned, span);
    let paths = &endpoint.paths;
    let returns = match signature.asyncness {
        Some(_) => paths.at(Name::AsyncReturn, span),
        None => paths.at(Name::SyncReturn, span),
    };
    let marker = paths.at(Name::Marker, span);
    let draft = draft(endpoint, span);
    let traits = traits(endpoint);
    let call = quote_spanned! {span=>
        #draft.call((&&&&&&&#marker::<<#returned as #returns>::Value>::NEW).decoder())
    };
    let end = match signature.asyncness {
        // A statement of its own ends what the draft borrows before the future
        // waits, so that the future is `Send` more often.
        Some(_) => quote_spanned! {span=>
            let call = #call;
            <#returned as #returns>::from_result(call.await)
        },
        None => quote_spanned!(span=> <#returned as #returns>::from_call(#call)),
    };
    quote!(#traits #end)
}

/// The tokens of a type, all at one place. `$crate` is the one name in it whose
/// meaning depends on where it stands.
fn at(tokens: TokenStream, span: Span) -> TokenStream {
    tokens
        .into_iter()
        .map(|token| match token {
            TokenTree::Group(group) => {
                let mut moved = Group::new(group.delimiter(), at(group.stream(), span));
                moved.set_span(span);
                TokenTree::Group(moved)
            }
            TokenTree::Ident(ident) if ident == "$crate" => TokenTree::Ident(ident),
            mut other => {
                other.set_span(span);
                other
            }
        })
        .collect()
}

/// The traits whose methods are called.
fn traits(endpoint: &Endpoint) -> TokenStream {
    let paths = &endpoint.paths;
    let decodes = paths.get(Name::Decodes);
    let decodes_last = paths.get(Name::DecodesLast);
    let uses = |parameter: &Parameter| {
        let mut uses = parameter.uses.iter();
        uses.any(|(usage, _)| matches!(usage, Use::Header(_)))
    };
    let header = endpoint.parameters.iter().any(uses).then(|| {
        let fallback = paths.get(Name::HeaderFallback);
        quote!(use #fallback as _;)
    });
    quote! {
        use #decodes as _;
        use #decodes_last as _;
        #header
    }
}

/// The request as far as it is known before it is sent.
fn draft(endpoint: &Endpoint, span: Span) -> TokenStream {
    let this = this(endpoint, endpoint.method.signature.ident.span());
    let draft = endpoint.paths.at(Name::Draft, span);
    let declared = declared(endpoint);
    let steps = endpoint.path.iter().flat_map(|path| {
        let steps = path.steps.iter();
        steps.map(|step| self::step(endpoint, step, &path.literal))
    });
    let sent = endpoint.parameters.iter().flat_map(|parameter| {
        let uses = parameter.uses.iter();
        uses.map(|(usage, _)| sent(endpoint, parameter, usage))
    });
    quote_spanned!(span=> #draft::new(#this, const { &#declared })#(#steps)*#(#sent)*)
}

/// What is known at compile time.
fn declared(endpoint: &Endpoint) -> TokenStream {
    let start = endpoint.paths.get(Name::Endpoint);
    let verb = endpoint.verb.name();
    let path = endpoint.path.as_ref().map(|path| path.literal.value());
    let idempotent = endpoint.idempotent.then(|| quote!(.idempotent()));
    let settings = endpoint.settings.iter().map(|setting| {
        let name = Ident::new(&setting.key.to_string(), Span::mixed_site());
        let value = constant(setting.value, &endpoint.paths);
        quote!(.#name(#value))
    });
    quote!(#start::new(#verb, #path)#idempotent #(#settings)*)
}

/// `self`, at another place. It keeps the hygiene of the declared one, without
/// which it would not be the same.
fn this(endpoint: &Endpoint, at: Span) -> Ident {
    let span = match endpoint.method.signature.receiver() {
        Some(receiver) => receiver.self_token.span,
        None => Span::call_site(),
    };
    Ident::new("self", span.located_at(at))
}

fn step(endpoint: &Endpoint, step: &Step, path: &LitStr) -> TokenStream {
    match step {
        Step::Literal(text) => quote!(.literal(#text)),
        Step::Segment(position) => {
            let Parameter { ident, name, .. } = &endpoint.parameters[*position];
            quote_spanned!(pointing_at(ident.span())=> .segment(#name, &#ident))
        }
        Step::Segments(position) => {
            let Parameter { ident, name, .. } = &endpoint.parameters[*position];
            quote_spanned!(pointing_at(ident.span())=> .segments(#name, &#ident))
        }
        Step::Field(field) => {
            let name = format!("self.{field}");
            let this = this(endpoint, path.span());
            let span = pointing_at(path.span());
            // A raw identifier names the same field; some keywords need it.
            let field = match syn::parse_str::<Ident>(field) {
                Ok(_) => Ident::new(field, span),
                Err(_) => Ident::new_raw(field, span),
            };
            quote_spanned!(span=> .segment(#name, &#this.#field))
        }
    }
}

fn sent(endpoint: &Endpoint, parameter: &Parameter, usage: &Use) -> TokenStream {
    let ident = &parameter.ident;
    let span = pointing_at(ident.span());
    match usage {
        Use::Path => TokenStream::new(),
        Use::Query(name) => {
            let name = name.value();
            quote_spanned!(span=> .query(#name, &#ident))
        }
        Use::Header(name) => {
            let probe = endpoint.paths.at(Name::HeaderProbe, span);
            let name = name.literal.value();
            quote_spanned!(span=> .header(#name, #probe(&#ident).header_value()))
        }
        Use::Json => quote_spanned!(span=> .json(&#ident)),
        Use::Form => quote_spanned!(span=> .form(&#ident)),
        Use::Body => quote_spanned!(span=> .body(#ident)),
    }
}
