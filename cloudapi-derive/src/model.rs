//! Meaning: what an API and an endpoint are, each value with its origin.

mod api;
mod endpoint;
mod parameter;

use syn::Ident;

pub(crate) use self::api::{Api, Field, Filled, FilledPiece, Shape};
pub(crate) use self::endpoint::{Endpoint, Step, Verb};
pub(crate) use self::parameter::{Parameter, Use};
use crate::parse::constant::Constant;

/// A setting. The runtime has a method of the same name.
#[derive(Debug)]
pub(crate) struct Setting {
    pub(crate) key: Ident,
    pub(crate) value: Constant,
}
