//! The rules that concern more than one value, one function each, with its
//! reason. What is wrong with a single value was said when it was read.

mod api;
mod block;
mod body;
mod credentials;
mod endpoint;
mod extension;
mod fields;
mod limits;
mod names;
mod pages;

pub(crate) use self::api::api;
pub(crate) use self::block::block;
pub(crate) use self::endpoint::endpoint;
pub(crate) use self::extension::extension;
