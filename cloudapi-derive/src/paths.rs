//! The one table of everything that generated code names outside the user's item.
//!
//! All paths are absolute, so that no item of the user's can come between; a
//! `crate = path` key replaces `::cloudapi`.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Path;

/// Where a path begins.
enum Root {
    /// In the private module of the runtime.
    Runtime,
    Core,
}

macro_rules! table {
    ($($name:ident => $root:ident, $($segment:ident)::+;)*) => {
        /// A path that generated code may name.
        #[derive(Clone, Copy, Debug)]
        pub(crate) enum Name {
            $($name,)*
        }

        impl Name {
            fn path(self, span: Span) -> (Root, TokenStream) {
                match self {
                    $(Self::$name => (Root::$root, quote_spanned!(span=> $($segment)::+)),)*
                }
            }
        }
    };
}

table! {
    AsyncReturn => Runtime, AsyncReturn;
    Call => Runtime, Call;
    Client => Runtime, Client;
    Decodes => Runtime, Decodes;
    DecodesLast => Runtime, DecodesLast;
    Draft => Runtime, Draft;
    Durable => Runtime, durable;
    DurableApi => Runtime, DurableApi;
    Endpoint => Runtime, Endpoint;
    Given => Runtime, Given;
    HeaderFallback => Runtime, HeaderFallback;
    HeaderProbe => Runtime, HeaderProbe;
    Marker => Runtime, Marker;
    NotGiven => Runtime, NotGiven;
    Paged => Runtime, Paged;
    PagesReturn => Runtime, PagesReturn;
    Paging => Runtime, Paging;
    PartFallback => Runtime, PartFallback;
    PartMarker => Runtime, PartMarker;
    PartProbe => Runtime, PartProbe;
    Priority => Runtime, Priority;
    Rate => Runtime, Rate;
    RestApi => Runtime, RestApi;
    Result => Runtime, Result;
    Retry => Runtime, Retry;
    Setters => Runtime, setters;
    Setup => Runtime, Setup;
    SyncReturn => Runtime, SyncReturn;
    Text => Runtime, Text;
    Vendor => Runtime, vendor;
    WhenFull => Runtime, WhenFull;

    Debug => Core, fmt::Debug;
    Duration => Core, time::Duration;
    Formatter => Core, fmt::Formatter;
    FormatResult => Core, fmt::Result;
    None => Core, option::Option::None;
    Ok => Core, result::Result::Ok;
    PhantomData => Core, marker::PhantomData;
    Unreachable => Core, unreachable;
}

/// The paths as one item of the user's reaches them.
#[derive(Debug)]
pub(crate) struct Paths {
    runtime: Option<Path>,
}

impl Paths {
    /// `runtime` is the path of the runtime crate, if it is not `::cloudapi`.
    pub(crate) fn new(runtime: Option<Path>) -> Self {
        Self { runtime }
    }

    /// A path as tokens of the macro's own.
    pub(crate) fn get(&self, name: Name) -> TokenStream {
        self.at(name, Span::mixed_site())
    }

    /// A path with a span, for errors that are about a piece of the user's code.
    pub(crate) fn at(&self, name: Name, span: Span) -> TokenStream {
        match name.path(span) {
            (Root::Core, path) => quote_spanned!(span=> ::core::#path),
            (Root::Runtime, path) => {
                let root = match &self.runtime {
                    Some(runtime) => runtime.to_token_stream(),
                    None => quote_spanned!(span=> ::cloudapi),
                };
                quote_spanned!(span=> #root::__private::#path)
            }
        }
    }
}
