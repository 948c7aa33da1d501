//! The limits of a client, or of an endpoint.

use std::time::Duration;

use proc_macro2::TokenStream;
use quote::ToTokens as _;

use super::{Reader, Setting};
use crate::diagnostics::Errors;
use crate::parse::constant::{self, Constant};
use crate::parse::keys::Keys;
use crate::parse::rates::{self, Rate};

/// The keys of one constant each.
const SETTINGS: &[(&str, Reader)] = &[
    ("callrateperhour", constant::positive),
    ("callrateperminute", constant::positive),
    ("callratepersecond", constant::positive),
    ("burst", constant::positive),
];

/// How long those of them count that are rates.
const SECONDS: &[(&str, u64)] = &[
    ("callrateperhour", 3_600),
    ("callrateperminute", 60),
    ("callratepersecond", 1),
];

/// What the keys about limits say.
#[derive(Debug)]
pub(crate) struct Limits {
    pub(crate) settings: Vec<Setting>,
    /// Those of `limits(..)`.
    pub(crate) listed: Vec<Rate>,
}

impl Limits {
    /// The keys that the builder has a method of the same name for.
    pub(super) fn settings() -> impl Iterator<Item = &'static str> {
        SETTINGS.iter().map(|(name, _)| *name)
    }

    pub(super) fn take(keys: &mut Keys, errors: &mut Errors) -> Self {
        let settings = Setting::take_all(SETTINGS, keys, errors);
        let listed = keys.take("limits", errors);
        let listed = listed.map(|entry| rates::limits(&entry, errors));
        Self {
            settings,
            listed: listed.unwrap_or_default(),
        }
    }

    /// The burst of the rates that are settings, and where it stands.
    pub(crate) fn burst(&self) -> Option<(TokenStream, u32)> {
        let burst = self
            .settings
            .iter()
            .find(|setting| setting.key == "burst")?;
        match burst.value {
            Constant::U32(number) => Some((burst.key.to_token_stream(), number)),
            _ => None,
        }
    }

    /// The rates that are settings, with the burst that belongs to them.
    pub(crate) fn set(&self) -> Vec<Rate> {
        let settings = self.settings.iter().filter_map(|setting| {
            let (_, seconds) = SECONDS.iter().find(|(name, _)| setting.key == name)?;
            match setting.value {
                Constant::U32(calls) => Some(Rate {
                    at: setting.key.to_token_stream(),
                    calls,
                    per: Duration::from_secs(*seconds),
                    burst: self.burst(),
                }),
                _ => None,
            }
        });
        settings.collect()
    }

    /// All of them.
    pub(crate) fn all(&self) -> Vec<Rate> {
        let mut all = self.set();
        all.extend(self.listed.iter().cloned());
        all
    }
}
