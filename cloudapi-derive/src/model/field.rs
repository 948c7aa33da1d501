//! A field of a client, and the texts that are filled from fields.

use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::{Attribute, Ident, ItemStruct, LitStr, Type};

use crate::diagnostics::{Diagnostic, Errors};
use crate::parse::braces::Piece;
use crate::parse::text::Text;

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) ident: Ident,
    /// As placeholders write it.
    pub(crate) name: String,
    pub(crate) ty: Type,
    pub(crate) docs: Vec<Attribute>,
    pub(crate) attributes: Vec<Attribute>,
}

/// A text whose placeholders are fields.
#[derive(Debug)]
pub(crate) struct Filled {
    pub(crate) literal: LitStr,
    pub(crate) pieces: Vec<FilledPiece>,
}

#[derive(Debug)]
pub(crate) enum FilledPiece {
    Literal(String),
    /// The position of the field.
    Field(usize),
}

impl Field {
    /// The fields that have a name.
    pub(super) fn all(item: &ItemStruct) -> Vec<Self> {
        item.fields.iter().filter_map(Self::new).collect()
    }

    fn new(field: &syn::Field) -> Option<Self> {
        let ident = field.ident.clone()?;
        let (docs, attributes) = field
            .attrs
            .iter()
            .cloned()
            .partition(|attribute| attribute.path().is_ident("doc"));
        Some(Self {
            name: ident.unraw().to_string(),
            ident,
            ty: field.ty.clone(),
            docs,
            attributes,
        })
    }
}

impl Filled {
    pub(super) fn names(&self, field: usize) -> bool {
        let mut pieces = self.pieces.iter();
        pieces.any(|piece| matches!(piece, FilledPiece::Field(position) if *position == field))
    }

    /// Finds the fields. One that does not exist is reported and left out.
    pub(super) fn new(text: Text, fields: &[Field], errors: &mut Errors) -> Self {
        let mut pieces = Vec::with_capacity(text.pieces.len());
        for piece in text.pieces {
            match piece {
                Piece::Literal(text) => pieces.push(FilledPiece::Literal(text)),
                Piece::Placeholder(name) => {
                    match fields.iter().position(|field| field.name == name) {
                        Some(field) => pieces.push(FilledPiece::Field(field)),
                        None => errors.push(no_field(&text.literal, &name, fields)),
                    }
                }
            }
        }
        Self {
            literal: text.literal,
            pieces,
        }
    }
}

fn no_field(text: &LitStr, name: &str, fields: &[Field]) -> Diagnostic {
    let error = Diagnostic::new(
        text.to_token_stream(),
        format_args!("`{{{name}}}` is not a field of the struct"),
    );
    let names: Vec<_> = fields.iter().map(|field| field.name.as_str()).collect();
    match names[..] {
        [] => error.help(format_args!("add a field, as in `{name}: Secret`")),
        _ => error.suggest(name, &names),
    }
}
