//! Code: from the model to tokens. Nothing here can fail.

mod api;
mod block;
mod builder;
mod client;
mod endpoint;
mod extension;
mod fallback;
mod paging;

use proc_macro2::TokenStream;
use quote::{ToTokens, TokenStreamExt as _, quote};

use crate::check;
use crate::diagnostics::{Diagnostic, Errors};
use crate::model::{Api, Block, Endpoint, Extension, Shape, Verb, derives};
use crate::parse::constant::{Constant, Priority, Retry, WhenFull};
use crate::parse::keys::Keys;
use crate::parse::method::Method;
use crate::parse::rates::Rate;
use crate::parse::value;
use crate::paths::{Name, Paths};

/// `#[rest_api(..)]`
pub(crate) fn rest_api(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let mut keys = Keys::parse("#[rest_api]", arguments, &mut errors);
    let expansion = match Shape::parse(item, &mut errors) {
        Shape::Struct(mut item) => {
            derives::take_those_that_fail(&mut item, &mut errors);
            match Extension::begins(&mut keys, &mut errors) {
                Some(extends) => {
                    let extension = Extension::new(extends, keys, item, &mut errors);
                    check::extension(&extension, &mut errors);
                    extension::expand(&extension)
                }
                None => {
                    let api = Api::new(keys, item, &mut errors);
                    check::api(&api, &mut errors);
                    api::expand(&api)
                }
            }
        }
        Shape::Block(item) => {
            let block = Block::new(keys, item, &mut errors);
            check::block(&block, &mut errors);
            block::expand(&block)
        }
        Shape::OtherType {
            item,
            ident,
            generics,
        } => {
            let runtime = keys.read_with("crate", value::module, &mut errors);
            fallback::other_type(&item, &ident, &generics, &Paths::new(runtime))
        }
        Shape::Other(item) => item,
    };
    let errors = errors.finish();
    quote!(#(#errors)* #expansion)
}

/// `#[get(..)]` and its like.
pub(crate) fn endpoint(verb: Verb, arguments: TokenStream, item: &TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let attribute = verb.attribute();
    let method = match Method::parse(item.clone()) {
        Ok(Some(method)) => method,
        Ok(None) => {
            let error = Diagnostic::on_attribute(format_args!("`{attribute}` is not on a method"));
            errors.push(error.expected(format_args!(
                "an `impl` block of a `#[rest_api]` struct, with `{}(\"path\")] \
                 async fn name(&self) -> Result<T>;`",
                attribute.trim_end_matches(']')
            )));
            let errors = errors.finish();
            return quote!(#(#errors)* #item);
        }
        Err(error) => {
            errors.push(error);
            let errors = errors.finish();
            return quote!(#(#errors)*);
        }
    };
    let (path, keys) = Keys::parse_after_path(attribute, arguments, &mut errors);
    let endpoint = Endpoint::new(verb, path, keys, method, &mut errors);
    check::endpoint(&endpoint, &mut errors);
    match &errors.finish()[..] {
        [] => endpoint::expand(&endpoint),
        errors => fallback::method(&endpoint, errors),
    }
}

/// The value of a setting, as an expression.
fn constant(value: Constant, paths: &Paths) -> TokenStream {
    match value {
        Constant::U16(number) => number.to_token_stream(),
        Constant::U32(number) => number.to_token_stream(),
        Constant::U64(number) => number.to_token_stream(),
        Constant::F64(number) => number.to_token_stream(),
        Constant::None => paths.get(Name::None),
        Constant::Duration(time) => {
            let duration = paths.get(Name::Duration);
            // Durations are read in milliseconds, in 64 bits.
            let milliseconds = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
            quote!(#duration::from_millis(#milliseconds))
        }
        Constant::Retry(rule) => {
            let retry = paths.get(Name::Retry);
            match rule {
                Retry::Standard => quote!(#retry::Standard),
                Retry::Always => quote!(#retry::Always),
                Retry::Never => quote!(#retry::Never),
            }
        }
        Constant::Priority(priority) => {
            let name = paths.get(Name::Priority);
            match priority {
                Priority::High => quote!(#name::High),
                Priority::Normal => quote!(#name::Normal),
                Priority::Low => quote!(#name::Low),
            }
        }
        Constant::WhenFull(when_full) => {
            let name = paths.get(Name::WhenFull);
            match when_full {
                WhenFull::Refuse => quote!(#name::Refuse),
                WhenFull::Wait => quote!(#name::Wait),
                WhenFull::DropOldest => quote!(#name::DropOldest),
            }
        }
    }
}

/// A limit, as an expression.
fn rate(rate: &Rate, paths: &Paths) -> TokenStream {
    let name = paths.get(Name::Rate);
    let calls = rate.calls;
    let per = constant(Constant::Duration(rate.per), paths);
    let burst = rate.burst.iter().map(|(_, burst)| quote!(.burst(#burst)));
    quote!(#name::new(#calls, #per)#(#burst)*)
}

/// Documentation, as an attribute.
fn docs(text: &str) -> TokenStream {
    let mut attributes = TokenStream::new();
    attributes.append_all(text.lines().map(|line| {
        // As rustdoc has it after `///`.
        let line = if line.is_empty() {
            String::new()
        } else {
            format!(" {line}")
        };
        quote!(#[doc = #line])
    }));
    attributes
}
