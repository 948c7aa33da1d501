//! Meaning: what an API and an endpoint are, each value with its origin.

mod api;
mod block;
pub(crate) mod derives;
mod endpoint;
mod extension;
mod field;
mod inert;
mod limits;
mod pages;
mod parameter;
mod route;
mod shape;
mod verb;

use syn::Ident;

pub(crate) use self::api::{Api, is_builder_method};
pub(crate) use self::block::{Block, Durable, Undeclared};
use self::block::{durable_is_for_blocks, store_is_for_builders};
pub(crate) use self::endpoint::{Endpoint, FixedFields, Step};
pub(crate) use self::extension::Extension;
pub(crate) use self::field::{Field, Filled, FilledPiece};
pub(crate) use self::limits::Limits;
pub(crate) use self::pages::{ClientPages, Next, Pages, Turn};
use self::parameter::Origin;
pub(crate) use self::parameter::{Parameter, Use};
pub(crate) use self::route::Route;
pub(crate) use self::shape::Shape;
pub(crate) use self::verb::Verb;
use crate::diagnostics::{Diagnostic, Errors};
use crate::parse::constant::Constant;
use crate::parse::entry::Entry;
use crate::parse::keys::Keys;

/// A setting. The runtime has a method of the same name.
#[derive(Debug)]
pub(crate) struct Setting {
    pub(crate) key: Ident,
    pub(crate) value: Constant,
}

type Reader = fn(&Entry) -> Result<Constant, Diagnostic>;

impl Setting {
    /// Takes the settings of a table that were given.
    fn take_all(
        table: &[(&'static str, Reader)],
        keys: &mut Keys,
        errors: &mut Errors,
    ) -> Vec<Self> {
        let mut settings = Vec::new();
        for (name, read) in table {
            if let Some(entry) = keys.take(name, errors)
                && let Some(value) = errors.ok(read(&entry))
            {
                settings.push(Self {
                    key: entry.key,
                    value,
                });
            }
        }
        settings
    }
}
