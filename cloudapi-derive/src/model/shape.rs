//! What `#[rest_api]` was put on.

use proc_macro2::TokenStream;
use syn::{Fields, Ident, Item, ItemImpl, ItemStruct};

use crate::diagnostics::{Diagnostic, Errors};

/// What the attribute was put on.
#[derive(Debug)]
pub(crate) enum Shape {
    /// A unit struct, or one with named fields.
    Struct(ItemStruct),
    /// The methods of a client.
    Block(ItemImpl),
    /// Any other type; it was reported.
    OtherType {
        item: TokenStream,
        ident: Ident,
        generics: syn::Generics,
    },
    /// Not even a type; it was reported.
    Other(TokenStream),
}

impl Shape {
    pub(crate) fn parse(item: TokenStream, errors: &mut Errors) -> Self {
        const FORM: &str = "a unit struct, or a struct with named fields";
        let (what, ident, generics) = match syn::parse2(item.clone()) {
            Ok(Item::Struct(item)) if !matches!(item.fields, Fields::Unnamed(_)) => {
                return Self::Struct(item);
            }
            Ok(Item::Struct(item)) => ("a tuple struct", item.ident, item.generics),
            Ok(Item::Enum(item)) => ("an enum", item.ident, item.generics),
            Ok(Item::Union(item)) => ("a union", item.ident, item.generics),
            Ok(Item::Impl(item)) => return Self::Block(item),
            Ok(_) => {
                errors.push(
                    Diagnostic::new(&item, "`#[rest_api]` is not on a struct").expected(
                        "a unit struct, a struct with named fields, or an `impl` block of one",
                    ),
                );
                return Self::Other(item);
            }
            Err(error) => {
                errors.push(error);
                return Self::Other(item);
            }
        };
        let what = format!("`#[rest_api]` is on {what}");
        errors.push(Diagnostic::new(&ident, what).expected(FORM));
        Self::OtherType {
            item,
            ident,
            generics,
        }
    }
}
