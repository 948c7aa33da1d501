//! Lists that are one parameter: `ids=1,2,3` (OpenAPI 3, `explode: false`).

use std::fmt::Display;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde::ser::{Error as _, Impossible, SerializeSeq, SerializeTuple, Serializer};
use serde_html_form::ser::Error;

use super::{pairs, without_plus};

/// Appends a list as one pair, with the delimiter between its items; nothing, if
/// it has none. A delimiter in an item is encoded, so that it separates nothing.
pub(crate) fn append_list<T: Serialize + ?Sized>(
    target: &mut String,
    name: &str,
    delimiter: char,
    value: &T,
) -> Result<(), Error> {
    let start = target.len();
    pairs(target, &[(name, "")])?;
    let mut list = List {
        target,
        delimiter,
        is_inside: false,
        is_empty: true,
    };
    value.serialize(&mut list)?;
    if list.is_empty {
        target.truncate(start);
    }
    without_plus(target, start);
    Ok(())
}

struct List<'a> {
    target: &'a mut String,
    delimiter: char,
    /// Whether what comes is an item, and not the list.
    is_inside: bool,
    is_empty: bool,
}

impl List<'_> {
    fn scalar<T: Serialize>(&mut self, value: T) -> Result<(), Error> {
        if !self.is_inside {
            return self.no_item();
        }
        if !std::mem::replace(&mut self.is_empty, false) {
            self.delimit();
        }
        let start = self.target.len();
        // With an empty name in front of the `=`.
        pairs(self.target, &[("", value)])?;
        self.target.remove(start);
        Ok(())
    }

    fn delimit(&mut self) {
        match self.delimiter {
            ',' => self.target.push(','),
            other => {
                let mut buffer = [0; 4];
                let text = other.encode_utf8(&mut buffer);
                self.target
                    .extend(utf8_percent_encode(text, NON_ALPHANUMERIC));
            }
        }
    }

    fn no_item<T>(&self) -> Result<T, Error> {
        Err(Error::custom(match self.is_inside {
            true => "an item of the list is more than one value",
            false => "it is declared as a list, and the value is none",
        }))
    }
}

macro_rules! scalars {
    ($($method:ident $type:ty,)*) => {$(
        fn $method(self, value: $type) -> Result<(), Error> {
            self.scalar(value)
        }
    )*};
}

impl<'a, 'b> Serializer for &'a mut List<'b> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Impossible<(), Error>;
    type SerializeTupleVariant = Impossible<(), Error>;
    type SerializeMap = Impossible<(), Error>;
    type SerializeStruct = Impossible<(), Error>;
    type SerializeStructVariant = Impossible<(), Error>;

    scalars! {
        serialize_bool bool,
        serialize_i8 i8,
        serialize_i16 i16,
        serialize_i32 i32,
        serialize_i64 i64,
        serialize_i128 i128,
        serialize_u8 u8,
        serialize_u16 u16,
        serialize_u32 u32,
        serialize_u64 u64,
        serialize_u128 u128,
        serialize_f32 f32,
        serialize_f64 f64,
        serialize_char char,
        serialize_str &str,
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<(), Error> {
        self.scalar(value.to_string())
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Error> {
        self.scalar(variant)
    }

    fn serialize_none(self) -> Result<(), Error> {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, Error> {
        if std::mem::replace(&mut self.is_inside, true) {
            return self.no_item();
        }
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, Error> {
        self.serialize_seq(None)
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<(), Error> {
        self.no_item()
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.no_item()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        self.no_item()
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Error> {
        self.no_item()
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Error> {
        self.no_item()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Error> {
        self.no_item()
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Error> {
        self.no_item()
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct, Error> {
        self.no_item()
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Error> {
        self.no_item()
    }
}

impl SerializeSeq for &mut List<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        value.serialize(&mut **self)
    }

    fn end(self) -> Result<(), Error> {
        Ok(())
    }
}

impl SerializeTuple for &mut List<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        value.serialize(&mut **self)
    }

    fn end(self) -> Result<(), Error> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn encoded<T: Serialize + ?Sized>(delimiter: char, value: &T) -> String {
        let mut target = String::new();
        append_list(&mut target, "ids", delimiter, value).unwrap();
        target
    }

    #[derive(Serialize)]
    struct Id(u32);

    #[derive(Serialize)]
    struct Ids(Vec<Id>);

    #[derive(Serialize)]
    #[serde(rename_all = "kebab-case")]
    enum Sort {
        NewestFirst,
        Name,
    }

    #[test]
    fn a_list_is_one_parameter() {
        assert_eq!(encoded(',', &[1, 2, 3][..]), "ids=1,2,3");
        assert_eq!(encoded(' ', &vec![1, 2]), "ids=1%202");
        assert_eq!(encoded('|', &[1, 2]), "ids=1%7C2");
        assert_eq!(encoded(',', &BTreeSet::from(["b", "a"])), "ids=a,b");
        assert_eq!(encoded(',', &Some(vec![true])), "ids=true");
        assert_eq!(encoded(',', &Ids(vec![Id(7), Id(8)])), "ids=7,8");
        assert_eq!(
            encoded(',', &[Sort::NewestFirst, Sort::Name]),
            "ids=newest-first,name"
        );
        assert_eq!(encoded(',', &("a", 1, 'x', 0.5)), "ids=a,1,x,0.5");
    }

    #[test]
    fn what_is_in_an_item_separates_nothing() {
        assert_eq!(encoded(',', &["a,b", "c d", "+"]), "ids=a%2Cb,c%20d,%2B");
        assert_eq!(
            encoded(' ', &["c d", "e"]),
            "ids=c%20d%20e",
            "which no API can tell"
        );
        assert_eq!(encoded('|', &["a|b&c=d", ""]), "ids=a%7Cb%26c%3Dd%7C");
    }

    #[test]
    fn what_is_not_there_is_left_out() {
        assert_eq!(encoded(',', &Vec::<u8>::new()), "");
        assert_eq!(encoded(',', &None::<Vec<u8>>), "");
        assert_eq!(encoded(',', &[None, Some(1), None]), "ids=1");
        assert_eq!(encoded(',', &[None::<u8>]), "");
        assert_eq!(encoded(',', &[""]), "ids=");
    }

    #[test]
    fn what_is_no_list_of_scalars_is_an_error() {
        let problem = |value: &dyn erased::Erased| value.problem();
        for value in [
            &1 as &dyn erased::Erased,
            &"1,2",
            &(),
            &[("a", 1)],
            &[[1]],
            &[()],
        ] {
            assert!(problem(value).contains("list"), "{}", problem(value));
        }
    }

    /// Values of several types, one after the other.
    mod erased {
        use super::*;

        pub(super) trait Erased {
            fn problem(&self) -> String;
        }

        impl<T: Serialize> Erased for T {
            fn problem(&self) -> String {
                let written = append_list(&mut String::new(), "ids", ',', self);
                written.unwrap_err().to_string()
            }
        }
    }
}
