//! Syntax: from tokens and literals to their parts. What the parts mean
//! together is the business of `model` and `check`.

pub(crate) mod baseurl;
pub(crate) mod braces;
pub(crate) mod constant;
pub(crate) mod duration;
pub(crate) mod entry;
pub(crate) mod header;
pub(crate) mod keys;
mod leading_path;
pub(crate) mod method;
mod number;
pub(crate) mod pairs;
pub(crate) mod part;
pub(crate) mod path;
mod path_text;
#[cfg(test)]
mod properties;
pub(crate) mod rates;
mod suggestion;
pub(crate) mod text;
pub(crate) mod value;
pub(crate) mod vendor;
