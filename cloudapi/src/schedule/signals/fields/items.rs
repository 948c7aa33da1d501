//! Lists and dictionaries of RFC 9651, as far as rate limits need them.

use std::borrow::Cow;
use std::fmt;

use sfv::visitor::{
    DictionaryVisitor, EntryVisitor, Ignored, InnerListVisitor, ItemVisitor, ListVisitor,
    ParameterVisitor,
};
use sfv::{BareItemFromInput, KeyRef, Parser};

use crate::schedule::signals::said::LONGEST_NAME;
use crate::schedule::signals::{Partition, ResponseView, Unreadable};

/// A list with more items than this is no list of limits.
const MOST_ITEMS: usize = 16;

/// An item of a list with its parameters, or the entries of a dictionary.
#[derive(Debug)]
pub(super) struct Item<'a> {
    pub(super) value: Value<'a>,
    /// `q`, or `limit`.
    pub(super) quota: Parameter,
    /// `w`
    pub(super) window: Parameter,
    /// `r`, or `remaining`.
    pub(super) remaining: Parameter,
    /// `t`, or `reset`.
    pub(super) reset: Parameter,
    /// `qu` is "requests", which is the default.
    pub(super) counts_requests: bool,
    /// `pk`
    pub(super) partition: Option<Partition>,
}

#[derive(Debug)]
pub(super) enum Value<'a> {
    Name(Cow<'a, str>),
    Number(u64),
    Other,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Parameter {
    #[default]
    Absent,
    Number(u64),
    Malformed,
}

impl Parameter {
    pub(super) const fn number(self) -> Result<Option<u64>, &'static str> {
        match self {
            Self::Absent => Ok(None),
            Self::Number(number) => Ok(Some(number)),
            Self::Malformed => Err("a parameter is not a whole number"),
        }
    }

    fn of(value: &BareItemFromInput<'_>) -> Self {
        match whole_number(value) {
            Some(number) => Self::Number(number),
            None => Self::Malformed,
        }
    }
}

fn whole_number(value: &BareItemFromInput<'_>) -> Option<u64> {
    match value {
        BareItemFromInput::Integer(number) => u64::try_from(i64::from(*number)).ok(),
        _ => None,
    }
}

/// The items of a list, which may be spread over several lines of the field
/// (RFC 9651 4.2). `None` if the field is not there.
pub(super) fn items<'a>(
    response: &ResponseView<'a>,
    field: &'static str,
) -> Result<Option<Vec<Item<'a>>>, Unreadable> {
    let mut items = None;
    for line in response.headers().get_all(field) {
        let list = Items(items.get_or_insert_default());
        let parsed = Parser::new(line.as_bytes()).parse_list_with_visitor(list);
        parsed.map_err(|_| Unreadable {
            field,
            reason: "it is not a list of items as the draft has it",
        })?;
    }
    Ok(items)
}

/// The entries of a dictionary; `None` if the field is not one, or not there.
pub(super) fn dictionary<'a>(response: &ResponseView<'a>, field: &'static str) -> Option<Item<'a>> {
    let mut entries = Item::new();
    for line in response.headers().get_all(field) {
        let dictionary = Entries(&mut entries);
        Parser::new(line.as_bytes())
            .parse_dictionary_with_visitor(dictionary)
            .ok()?;
    }
    Some(entries)
}

impl<'a> Item<'a> {
    const fn new() -> Self {
        Self {
            value: Value::Other,
            quota: Parameter::Absent,
            window: Parameter::Absent,
            remaining: Parameter::Absent,
            reset: Parameter::Absent,
            counts_requests: true,
            partition: None,
        }
    }

    /// Of a parameter that is there twice, the last one counts. Unknown ones are
    /// comments.
    fn set(&mut self, key: &str, value: &BareItemFromInput<'a>) {
        match key {
            "q" | "limit" => self.quota = Parameter::of(value),
            "w" => self.window = Parameter::of(value),
            "r" | "remaining" => self.remaining = Parameter::of(value),
            "t" | "reset" => self.reset = Parameter::of(value),
            "qu" => {
                self.counts_requests =
                    matches!(value, BareItemFromInput::String(unit) if unit.as_str() == "requests");
            }
            "pk" => {
                self.partition = match value {
                    BareItemFromInput::ByteSequence(key) => Some(Partition::opaque(key)),
                    _ => None,
                };
            }
            _ => {}
        }
    }
}

/// It is none of ours.
#[derive(Debug)]
struct TooMuch;

impl fmt::Display for TooMuch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("too many items, or too long a name")
    }
}

impl std::error::Error for TooMuch {}

struct Items<'i, 'a>(&'i mut Vec<Item<'a>>);

impl<'a> ListVisitor<'a> for Items<'_, 'a> {
    type Out = ();
    type Error = TooMuch;

    fn entry(&mut self) -> Result<impl EntryVisitor<'a>, TooMuch> {
        if self.0.len() >= MOST_ITEMS {
            return Err(TooMuch);
        }
        let index = self.0.len();
        self.0.push(Item::new());
        Ok(OneItem(&mut self.0[index]))
    }

    fn finish(self) -> Result<(), TooMuch> {
        Ok(())
    }
}

struct OneItem<'i, 'a>(&'i mut Item<'a>);

impl<'a> EntryVisitor<'a> for OneItem<'_, 'a> {
    type Error = TooMuch;

    fn item(self) -> Result<impl ItemVisitor<'a>, TooMuch> {
        Ok(self)
    }

    /// Its value stays "other", so it is found malformed.
    fn inner_list(self) -> Result<impl InnerListVisitor<'a>, TooMuch> {
        Ok(Ignored)
    }
}

impl<'a> ItemVisitor<'a> for OneItem<'_, 'a> {
    type Out = ();
    type Error = TooMuch;

    fn bare_item(
        self,
        value: BareItemFromInput<'a>,
    ) -> Result<impl ParameterVisitor<'a, Out = ()>, TooMuch> {
        self.0.value = match value {
            BareItemFromInput::String(name) if name.as_str().len() > LONGEST_NAME => {
                return Err(TooMuch);
            }
            BareItemFromInput::String(Cow::Borrowed(name)) => {
                Value::Name(Cow::Borrowed(name.as_str()))
            }
            BareItemFromInput::String(Cow::Owned(name)) => Value::Name(Cow::Owned(name.into())),
            other => whole_number(&other).map_or(Value::Other, Value::Number),
        };
        Ok(self)
    }
}

impl<'a> ParameterVisitor<'a> for OneItem<'_, 'a> {
    type Out = ();
    type Error = TooMuch;

    fn parameter(&mut self, key: &'a KeyRef, value: BareItemFromInput<'a>) -> Result<(), TooMuch> {
        self.0.set(key.as_str(), &value);
        Ok(())
    }

    fn finish(self) -> Result<(), TooMuch> {
        Ok(())
    }
}

struct Entries<'i, 'a>(&'i mut Item<'a>);

impl<'a> DictionaryVisitor<'a> for Entries<'_, 'a> {
    type Out = ();
    type Error = TooMuch;

    fn entry(&mut self, key: &'a KeyRef) -> Result<impl EntryVisitor<'a>, TooMuch> {
        Ok(OneEntry {
            key: key.as_str(),
            entries: self.0,
        })
    }

    fn finish(self) -> Result<(), TooMuch> {
        Ok(())
    }
}

struct OneEntry<'i, 'a> {
    key: &'a str,
    entries: &'i mut Item<'a>,
}

impl<'a> EntryVisitor<'a> for OneEntry<'_, 'a> {
    type Error = TooMuch;

    fn item(self) -> Result<impl ItemVisitor<'a>, TooMuch> {
        Ok(self)
    }

    fn inner_list(self) -> Result<impl InnerListVisitor<'a>, TooMuch> {
        Ok(Ignored)
    }
}

impl<'a> ItemVisitor<'a> for OneEntry<'_, 'a> {
    type Out = ();
    type Error = TooMuch;

    fn bare_item(
        self,
        value: BareItemFromInput<'a>,
    ) -> Result<impl ParameterVisitor<'a, Out = ()>, TooMuch> {
        self.entries.set(self.key, &value);
        Ok(Ignored)
    }
}
