//! What is left of an item after an error, so that its users see no others.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{FnArg, Generics, Ident, ReturnType, Safety, Signature};

use super::paging;
use crate::model::Endpoint;
use crate::parse::method::Method;
use crate::paths::{Name, Paths};

/// The method with its errors in place of a body. The compiler takes the last
/// of them for a value of any type.
pub(crate) fn method(endpoint: &Endpoint, errors: &[TokenStream]) -> TokenStream {
    let Method {
        attributes,
        visibility,
        signature,
        body: _,
    } = &endpoint.method;
    let signature = callable(signature, &endpoint.paths);
    quote! {
        #(#attributes)*
        #visibility #signature {
            #(#errors)*
        }
    }
}

/// A method that was not declared as an endpoint, which was reported. It can be
/// called as one.
pub(crate) fn undeclared(method: &Method, parameters: &[Ident], paths: &Paths) -> TokenStream {
    let Method {
        attributes,
        visibility,
        signature,
        body: _,
    } = method;
    let signature = callable(signature, paths);
    let unreachable = paths.get(Name::Unreachable);
    quote! {
        #(#attributes)*
        #visibility #signature {
            #(let _ = &#parameters;)*
            #unreachable!()
        }
    }
}

/// A signature that can be called as an endpoint is, whatever was written.
fn callable(signature: &Signature, paths: &Paths) -> TokenStream {
    let mut signature = signature.clone();
    signature.constness = None;
    signature.safety = Safety::Default;
    signature.abi = None;
    let span = signature.ident.span();
    let mut inputs = signature.inputs.iter();
    // Wherever it is declared as by value or not at all, callers lend it.
    let receiver = match signature.receiver() {
        Some(receiver) => {
            inputs.next();
            match &receiver.kind {
                syn::ReceiverKind::Reference(and, lifetime, _) => {
                    let this = receiver.self_token;
                    quote!(#and #lifetime #this)
                }
                _ => {
                    let this = receiver.self_token;
                    quote!(&#this)
                }
            }
        }
        None => quote_spanned!(span=> &self),
    };
    let inputs = inputs.filter(|input| matches!(input, FnArg::Typed(_)));
    let Signature {
        asyncness,
        fn_token,
        ident,
        generics,
        output,
        ..
    } = &signature;
    let where_clause = &generics.where_clause;
    let output = match (output, asyncness) {
        (ReturnType::Default, Some(_)) => {
            let result = paths.get(Name::Result);
            quote!(-> #result<()>)
        }
        (ReturnType::Default, None) => {
            let call = paths.get(Name::Call);
            quote!(-> #call<()>)
        }
        (output, _) => quote!(#output),
    };
    quote!(#asyncness #fn_token #ident #generics (#receiver #(, #inputs)*) #output #where_clause)
}

/// A type that cannot be a client, but whose endpoints compile.
pub(crate) fn other_type(
    item: &TokenStream,
    ident: &Ident,
    generics: &Generics,
    paths: &Paths,
) -> TokenStream {
    let rest_api = paths.get(Name::RestApi);
    let client = paths.get(Name::Client);
    let unreachable = paths.get(Name::Unreachable);
    let paging = paging::of_any(paths, ident, generics);
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    quote! {
        #item

        #[automatically_derived]
        impl #impl_generics #rest_api for #ident #type_generics #where_clause {
            fn __client(&self) -> &#client {
                #unreachable!()
            }
        }

        #paging
    }
}
