//! What an endpoint asks for, in a form that can be compared.

use quote::ToTokens as _;
use syn::{FnArg, LitStr, Pat, ReturnType, Type};

use super::{Endpoint, Parameter, Step, Use, Verb};

/// An endpoint's request and answer.
#[derive(Debug)]
pub(crate) struct Route {
    /// The name of the method.
    pub(crate) method: String,
    pub(crate) verb: Verb,
    pub(crate) path: LitStr,
    asked: Asked,
    /// Under which conditions the method exists.
    conditions: Vec<String>,
}

#[derive(Debug, PartialEq, Eq)]
struct Asked {
    /// The path, where it does not matter what a parameter is called.
    path: Vec<Asks>,
    /// In order, as that of a query or of headers says nothing.
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    /// What the body is made of. Some APIs tell requests apart by it alone.
    body: Vec<(String, String)>,
    way: Way,
}

#[derive(Debug, PartialEq, Eq)]
enum Asks {
    Literal(String),
    Segment,
    Segments,
    Field(String),
}

/// The way of return. A list may have a method for one page beside the one for
/// all, and a call that blocks one that does not.
#[derive(Debug, PartialEq, Eq)]
enum Way {
    Pages,
    Future,
    /// The name of the type.
    Value(String),
}

impl Route {
    /// `None` is an endpoint whose path could not be read.
    pub(super) fn new(endpoint: &Endpoint) -> Option<Self> {
        let path = endpoint.path.as_ref()?;
        let attributes = endpoint.method.attributes.iter();
        let conditions = attributes.filter(|attribute| attribute.path().is_ident("cfg"));
        Some(Self {
            method: endpoint.method.signature.ident.to_string(),
            verb: endpoint.verb,
            path: path.literal.clone(),
            asked: Asked {
                path: path.steps.iter().map(asks).collect(),
                query: sorted(
                    endpoint
                        .query
                        .iter()
                        .map(|(name, text)| (name.value(), text.literal.value())),
                ),
                headers: sorted(endpoint.headers.iter().map(|(name, text)| {
                    let name = name.literal.value().to_ascii_lowercase();
                    (name, text.literal.value())
                })),
                body: body(endpoint),
                way: way(endpoint),
            },
            conditions: {
                let conditions = conditions.map(|cfg| cfg.meta.to_token_stream().to_string());
                let mut conditions: Vec<_> = conditions.collect();
                conditions.sort();
                conditions
            },
        })
    }

    /// Whether both methods ask for the same and return it the same way. Under
    /// different conditions it may be that there is only one of them.
    pub(crate) fn same_as(&self, other: &Self) -> bool {
        self.verb == other.verb && self.asked == other.asked && self.conditions == other.conditions
    }
}

fn sorted(pairs: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    let mut pairs: Vec<_> = pairs.collect();
    pairs.sort();
    pairs
}

fn asks(step: &Step) -> Asks {
    match step {
        Step::Literal(text) => Asks::Literal(text.clone()),
        Step::Segment(_) => Asks::Segment,
        Step::Segments(_) => Asks::Segments,
        Step::Field(name) => Asks::Field(name.clone()),
    }
}

/// The types of what the body is made of, and what is fixed in it: actions are told
/// by that.
fn body(endpoint: &Endpoint) -> Vec<(String, String)> {
    let mut body = Vec::new();
    for fields in [&endpoint.json, &endpoint.form].into_iter().flatten() {
        let fields = fields.1.iter();
        body.extend(fields.map(|(name, text)| (name.value(), text.literal.value())));
    }
    for parameter in &endpoint.parameters {
        for (usage, _) in &parameter.uses {
            let name = match usage {
                Use::JsonField(name) | Use::FormField(name) | Use::Part(name) => name.value(),
                usage if usage.is_body() => String::new(),
                _ => continue,
            };
            body.push((name, ty(endpoint, parameter)));
        }
    }
    body
}

fn ty(endpoint: &Endpoint, parameter: &Parameter) -> String {
    let mut inputs = endpoint.method.signature.inputs.iter();
    let ty = inputs.find_map(|input| match input {
        FnArg::Typed(input) => match &*input.pat {
            Pat::Ident(pattern) if pattern.ident == parameter.ident => Some(&input.ty),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    });
    ty.map(|ty| ty.to_token_stream().to_string())
        .unwrap_or_default()
}

fn way(endpoint: &Endpoint) -> Way {
    let signature = &endpoint.method.signature;
    match (&endpoint.pages, &signature.asyncness, &signature.output) {
        (Some(_), _, _) => Way::Pages,
        (None, Some(_), _) => Way::Future,
        (None, None, ReturnType::Default) => Way::Value(String::new()),
        (None, None, ReturnType::Type(_, ty)) => Way::Value(match &**ty {
            Type::Path(path) => match path.path.segments.last() {
                Some(last) => last.ident.to_string(),
                None => String::new(),
            },
            other => other.to_token_stream().to_string(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::quote;

    use super::*;
    use crate::diagnostics::Errors;
    use crate::parse::keys::Keys;
    use crate::parse::method::Method;

    fn route(arguments: TokenStream, method: TokenStream) -> Route {
        let mut errors = Errors::new();
        let (path, keys) = Keys::parse_after_path("#[post]", arguments, &mut errors);
        let method = Method::parse(method).unwrap().unwrap();
        let endpoint = Endpoint::new(Verb::Post, path, keys, method, &mut errors);
        assert!(errors.finish().is_empty());
        Route::new(&endpoint).unwrap()
    }

    fn same(one: (TokenStream, TokenStream), other: (TokenStream, TokenStream)) -> bool {
        route(one.0, one.1).same_as(&route(other.0, other.1))
    }

    #[test]
    fn names_and_order_make_no_difference() {
        assert!(same(
            (
                quote!("a/{id}", query("x" = "1", "y" = "2"), unwrap = "a"),
                quote!(
                    async fn f(&self, id: u64, #[query] q: u8) -> Result<A>;
                ),
            ),
            (
                quote!("a/{name}", query("y" = "2", "x" = "1"), idempotent),
                quote!(
                    async fn g<'a>(&self, name: &'a str) -> cloudapi::Result<B>;
                ),
            ),
        ));
        assert!(same(
            (
                quote!("a", headers("Accept" = "b")),
                quote!(
                    fn f(&self, #[json] b: &B) -> Call<()>;
                )
            ),
            (
                quote!("a", headers("accept" = "b")),
                quote!(
                    fn g(&self, #[form] c: &B) -> cloudapi::Call<C>;
                )
            ),
        ));
    }

    #[test]
    fn whatever_reaches_something_else_does() {
        let call = || {
            quote!(
                fn f(&self) -> Call<()>;
            )
        };
        let with = |argument: TokenStream| quote!(fn f(&self, #argument) -> Call<()>;);
        for (one, other) in [
            ((quote!("a"), call()), (quote!("a/"), call())),
            (
                (quote!("a/{b}"), with(quote!(b: u8))),
                (quote!("a/{b*}"), with(quote!(b: &str))),
            ),
            (
                (quote!("a/{b}"), with(quote!(b: u8))),
                (quote!("a/{self.b}"), call()),
            ),
            (
                (quote!("a/{self.c}"), call()),
                (quote!("a/{self.b}"), call()),
            ),
            (
                (quote!("a", query("b" = "1")), call()),
                (quote!("a", query("b" = "2")), call()),
            ),
            (
                (quote!("a"), call()),
                (quote!("a", headers("Accept" = "2")), call()),
            ),
            (
                (quote!("a"), with(quote!(#[json] b: &B))),
                (quote!("a"), with(quote!(#[json] b: &[B]))),
            ),
            (
                (quote!("a"), call()),
                (quote!("a", items, next = link), call()),
            ),
            (
                (quote!("a"), call()),
                (
                    quote!("a"),
                    quote!(
                        async fn f(&self) -> Result<()>;
                    ),
                ),
            ),
            (
                (quote!("a"), call()),
                (
                    quote!("a"),
                    quote!(
                        fn f(&self) -> Result<()>;
                    ),
                ),
            ),
            (
                (
                    quote!("a"),
                    quote!(
                        #[cfg(a)]
                        fn f(&self) -> Call<()>;
                    ),
                ),
                (
                    quote!("a"),
                    quote!(
                        #[cfg(not(a))]
                        fn f(&self) -> Call<()>;
                    ),
                ),
            ),
        ] {
            let shown = format!("{one:?} {other:?}");
            assert!(!same(one, other), "{shown}");
        }
    }
}
