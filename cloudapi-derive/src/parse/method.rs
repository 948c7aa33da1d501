//! A method without a body. `syn` reads `fn f(&self);` in a trait only.

use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, Block, LitStr, Signature, Token, Visibility};

/// A method as it was declared.
#[derive(Clone, Debug)]
pub(crate) struct Method {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    /// The body it should not have.
    pub(crate) body: Option<Block>,
}

impl Method {
    /// Reads a method; `None` is an item of another kind.
    pub(crate) fn parse(item: TokenStream) -> syn::Result<Option<Self>> {
        let parser = |input: ParseStream<'_>| {
            let attributes = input.call(Attribute::parse_outer)?;
            let visibility = input.parse()?;
            if !is_function(&input.fork()) {
                input.parse::<TokenStream>()?;
                return Ok(None);
            }
            let signature = input.parse()?;
            let body = match input.parse::<Option<Token![;]>>()? {
                Some(_) => None,
                None => Some(input.parse()?),
            };
            Ok(Some(Self {
                attributes,
                visibility,
                signature,
                body,
            }))
        };
        parser.parse2(item)
    }
}

/// Whether a function follows, after any modifiers.
fn is_function(ahead: ParseStream<'_>) -> bool {
    while !ahead.peek(Token![fn]) {
        let modifier = ahead.parse::<Token![const]>().is_ok()
            || ahead.parse::<Token![async]>().is_ok()
            || ahead.parse::<Token![unsafe]>().is_ok()
            || (ahead.parse::<Token![extern]>().is_ok() && ahead.parse::<Option<LitStr>>().is_ok());
        if !modifier {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn a_method_is_read_with_or_without_a_body() {
        let method = Method::parse(quote! {
            #[doc = "docs"]
            pub(crate) async fn f<'a, T: Clone>(&'a self, #[query] t: T) -> Result<T> where T: Copy;
        });
        let method = method.unwrap().unwrap();
        assert_eq!(method.attributes.len(), 1);
        assert_eq!(method.signature.inputs.len(), 2);
        assert!(method.body.is_none());
        let method = Method::parse(quote!(
            const unsafe extern "C" fn f() {}
        ));
        assert!(method.unwrap().unwrap().body.is_some());
    }

    #[test]
    fn other_items_are_told_apart() {
        for item in [
            quote!(
                struct S;
            ),
            quote!(
                const X: u8 = 1;
            ),
            quote!(
                unsafe impl Send for X {}
            ),
            quote!(
                extern crate alloc;
            ),
            quote!(
                pub type X = u8;
            ),
        ] {
            assert!(Method::parse(item).unwrap().is_none());
        }
        assert!(Method::parse(quote!(fn f(&self) ->)).is_err());
    }
}
