//! The body of an endpoint: a constant, and one expression that fills it.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Ident, LitStr, ReturnType};

use super::{constant, paging, rate};
use crate::diagnostics::pointing_at;
use crate::model::{Endpoint, FixedFields, Pages, Parameter, Step, Use};
use crate::parse::braces::Piece;
use crate::parse::method::Method;
use crate::parse::text::Text;
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
    let draft = draft(endpoint, span);
    let traits = traits(endpoint);
    let end = match &endpoint.pages {
        Some(pages) => self::pages(endpoint, pages, &draft, &returned, span),
        None => call(endpoint, &draft, &returned, span),
    };
    quote!(#traits #end)
}

/// One call, and what is returned of it.
fn call(
    endpoint: &Endpoint,
    draft: &TokenStream,
    returned: &TokenStream,
    span: Span,
) -> TokenStream {
    let paths = &endpoint.paths;
    let returns = match endpoint.method.signature.asyncness {
        Some(_) => paths.at(Name::AsyncReturn, span),
        None => paths.at(Name::SyncReturn, span),
    };
    let (unwrap, marker) = match &endpoint.unwrap {
        Some((_, part)) => {
            let part = part.value();
            (
                Some(quote!(.unwrap(#part))),
                paths.at(Name::PartMarker, span),
            )
        }
        None => (None, paths.at(Name::Marker, span)),
    };
    let call = quote_spanned! {span=>
        #draft #unwrap.call((&&&&&&&#marker::<<#returned as #returns>::Value>::NEW).decoder())
    };
    match endpoint.method.signature.asyncness {
        // A statement of its own ends what the draft borrows before the future
        // waits, so that the future is `Send` more often.
        Some(_) => quote_spanned! {span=>
            let call = #call;
            <#returned as #returns>::from_result(call.await)
        },
        None => quote_spanned!(span=> <#returned as #returns>::from_call(#call)),
    }
}

/// One call for each page.
fn pages(
    endpoint: &Endpoint,
    pages: &Pages,
    draft: &TokenStream,
    returned: &TokenStream,
    span: Span,
) -> TokenStream {
    let returns = endpoint.paths.at(Name::PagesReturn, span);
    let paging = paging::endpoint(endpoint, pages);
    quote_spanned! {span=>
        <#returned as #returns>::from_pages(#draft.pages(#paging))
    }
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
    let fallback = |name: Name, is_meant: fn(&Use) -> bool| {
        let parameters = endpoint.parameters.iter();
        let mut uses = parameters.flat_map(|parameter| &parameter.uses);
        uses.any(|(usage, _)| is_meant(usage)).then(|| {
            let fallback = paths.get(name);
            quote!(use #fallback as _;)
        })
    };
    let header = fallback(Name::HeaderFallback, |usage| {
        matches!(usage, Use::Header(_))
    });
    let part = fallback(Name::PartFallback, |usage| matches!(usage, Use::Part(_)));
    // Pages know how they are read.
    let decodes = endpoint.pages.is_none().then(|| {
        quote! {
            use #decodes as _;
            use #decodes_last as _;
        }
    });
    quote!(#decodes #header #part)
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
    let headers = endpoint.headers.iter().map(|(name, text)| {
        let (name, text) = (name.literal.value(), self::text(endpoint, text));
        quote!(.text_header(#name, #text))
    });
    let query = endpoint.query.iter().map(|(name, text)| {
        let (name, text) = (name.value(), self::text(endpoint, text));
        quote!(.text_query(#name, #text))
    });
    let fields = |fields: &Option<FixedFields>, add: TokenStream| -> Vec<_> {
        let fields = fields.iter().flat_map(|(_, fields)| fields);
        let fields = fields.map(|(name, text)| {
            let (name, text) = (name.value(), self::text(endpoint, text));
            quote!(.#add(#name, #text))
        });
        fields.collect()
    };
    let json = fields(&endpoint.json, quote!(json_text));
    let form = fields(&endpoint.form, quote!(form_text));
    let sent = endpoint.parameters.iter().flat_map(|parameter| {
        let uses = parameter.uses.iter();
        uses.map(|(usage, _)| sent(endpoint, parameter, usage))
    });
    quote_spanned! {span=>
        #draft::new(#this, const { &#declared })#(#steps)*#(#headers)*#(#query)*#(#json)*#(#form)*#(#sent)*
    }
}

/// What is known at compile time.
pub(super) fn declared(endpoint: &Endpoint) -> TokenStream {
    let start = endpoint.paths.get(Name::Endpoint);
    let verb = endpoint.verb.name();
    let path = endpoint.path.as_ref().map(|path| path.literal.value());
    let idempotent = endpoint.idempotent.iter().map(|_| quote!(.idempotent()));
    let key = endpoint.idempotency_key.iter().map(|(_, header)| {
        let header = header.literal.value();
        quote!(.idempotency_key(#header))
    });
    let settings = endpoint.settings.iter().map(|setting| {
        let name = Ident::new(&setting.key.to_string(), Span::mixed_site());
        let value = constant(setting.value, &endpoint.paths);
        quote!(.#name(#value))
    });
    // A constant of its own, since it is referred to for ever.
    let limits = endpoint.limits.all();
    let limits = (!limits.is_empty()).then(|| {
        let limits = limits.iter().map(|limit| rate(limit, &endpoint.paths));
        quote!(.limits(const { &[#(#limits),*] }))
    });
    let durable = endpoint.durable.then(|| {
        let name = endpoint.method.signature.ident.unraw().to_string();
        quote!(.durable(#name))
    });
    quote!(#start::new(#verb, #path)#(#idempotent)*#(#key)*#(#settings)*#limits #durable)
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

/// A field of the client, as an expression.
fn field(endpoint: &Endpoint, name: &str, at: Span) -> TokenStream {
    let this = this(endpoint, at);
    let span = pointing_at(at);
    // A raw identifier names the same field; some keywords need it.
    let field = match syn::parse_str::<Ident>(name) {
        Ok(_) => Ident::new(name, span),
        Err(_) => Ident::new_raw(name, span),
    };
    quote_spanned!(span=> #this.#field)
}

/// A text that the endpoint declares.
fn text(endpoint: &Endpoint, text: &Text) -> TokenStream {
    let start = endpoint.paths.get(Name::Text);
    let pieces = text.pieces.iter().map(|piece| match piece {
        Piece::Literal(text) => quote!(.literal(#text)),
        Piece::Placeholder(name) => {
            let span = pointing_at(text.literal.span());
            let field = field(endpoint, name, text.literal.span());
            quote_spanned!(span=> .value(#name, &#field))
        }
    });
    quote!(#start::new()#(#pieces)*)
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
            let span = pointing_at(path.span());
            let field = self::field(endpoint, field, path.span());
            quote_spanned!(span=> .segment(#name, &#field))
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
        Use::QueryList(name, delimiter) => {
            let name = name.value();
            quote_spanned!(span=> .query_list(#name, #delimiter, &#ident))
        }
        Use::Header(name) => {
            let probe = endpoint.paths.at(Name::HeaderProbe, span);
            let name = name.literal.value();
            quote_spanned!(span=> .header(#name, #probe(&#ident).header_value()))
        }
        Use::Json => quote_spanned!(span=> .json(&#ident)),
        Use::JsonField(name) => {
            let name = name.value();
            quote_spanned!(span=> .json_field(#name, &#ident))
        }
        Use::Form => quote_spanned!(span=> .form(&#ident)),
        Use::FormField(name) => {
            let name = name.value();
            quote_spanned!(span=> .form_field(#name, &#ident))
        }
        Use::Body => quote_spanned!(span=> .body(#ident)),
        Use::Multipart => quote_spanned!(span=> .multipart(#ident)),
        Use::Part(name) => {
            let probe = endpoint.paths.at(Name::PartProbe, span);
            let name = name.value();
            quote_spanned!(span=> .part(#name, #probe(&#ident).to_part()))
        }
    }
}
