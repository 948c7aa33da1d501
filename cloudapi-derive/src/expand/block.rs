//! An `impl` block. Its endpoints expand by themselves, so that it stays as it is
//! but for methods that nobody would give a body.

use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::ImplItem;

use super::fallback;
use crate::model::{Block, Undeclared};

pub(crate) fn expand(block: &Block) -> TokenStream {
    let mut item = block.item.clone();
    for undeclared in &block.undeclared {
        let Undeclared {
            position,
            method,
            parameters,
        } = undeclared;
        let method = fallback::undeclared(method, parameters, &block.paths);
        item.items[*position] = ImplItem::Verbatim(method);
    }
    item.into_token_stream()
}
