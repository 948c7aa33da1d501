//! A body that is put together field by field: a JSON object or a form.

use std::fmt;

use bytes::Bytes;

use serde::Serialize;

use crate::auth::Secret;
use crate::outcome::BoxError;
use crate::query;
use crate::value::{AsSecret, ByItself, Concealed};

/// A parameter that is a field of a JSON object.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a field of JSON",
    label = "this is marked `#[json(\"..\")]`",
    note = "JSON takes types that implement `serde::Serialize` (add \
            `#[derive(serde::Serialize)]`), and `cloudapi::Secret` or an `Option` of it"
)]
pub trait JsonField<Way> {
    /// Whether it must not be shown.
    #[doc(hidden)]
    fn is_secret(&self) -> bool {
        false
    }

    /// Appends it as JSON.
    #[doc(hidden)]
    fn write_field(&self, target: &mut Vec<u8>) -> serde_json::Result<()>;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + ?Sized> JsonField<ByItself> for T {
    fn write_field(&self, target: &mut Vec<u8>) -> serde_json::Result<()> {
        serde_json::to_writer(target, self)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Concealed> JsonField<AsSecret> for T {
    fn is_secret(&self) -> bool {
        self.concealed().is_some()
    }

    fn write_field(&self, target: &mut Vec<u8>) -> serde_json::Result<()> {
        serde_json::to_writer(target, &self.concealed().map(Secret::expose))
    }
}

/// A parameter that is a field of a form.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a field of a form",
    label = "this is marked `#[form(\"..\")]`",
    note = "a form takes types that implement `serde::Serialize` (a scalar, an `Option`, a \
            slice), and `cloudapi::Secret` or an `Option` of it"
)]
pub trait FormField<Way> {
    /// Whether it must not be shown.
    #[doc(hidden)]
    fn is_secret(&self) -> bool {
        false
    }

    /// Appends its encoded pairs.
    #[doc(hidden)]
    fn append_field(&self, target: &mut String, name: &str) -> Result<(), BoxError>;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + ?Sized> FormField<ByItself> for T {
    fn append_field(&self, target: &mut String, name: &str) -> Result<(), BoxError> {
        Ok(query::append_form(target, name, self)?)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Concealed> FormField<AsSecret> for T {
    fn is_secret(&self) -> bool {
        self.concealed().is_some()
    }

    fn append_field(&self, target: &mut String, name: &str) -> Result<(), BoxError> {
        let secret = self.concealed().map(Secret::expose);
        Ok(query::append_form(target, name, &secret)?)
    }
}

/// The fields so far. A body has one kind of them.
#[derive(Default)]
pub(crate) enum Fields {
    /// The body is none of fields.
    #[default]
    None,
    /// An object that is still open.
    Json(Vec<u8>),
    Form(String),
}

impl Fields {
    /// Adds a field of a JSON object. One that is null is left out: to most APIs
    /// null is a value, which says more than nothing.
    pub(crate) fn json<T: JsonField<W> + ?Sized, W>(
        &mut self,
        name: &str,
        value: &T,
    ) -> Result<(), String> {
        if !matches!(self, Self::Json(_)) {
            *self = Self::Json(vec![b'{']);
        }
        let Self::Json(object) = self else {
            return Ok(());
        };
        let start = object.len();
        let written = json_pair(object, name, value);
        if !matches!(written, Ok(true)) {
            object.truncate(start);
        }
        match written {
            Ok(_) => Ok(()),
            Err(error) => Err(format!(
                "the field `{name}` of the body cannot be written as JSON: {error}"
            )),
        }
    }

    /// Adds a field of a form, or as many as a query would have of the value.
    pub(crate) fn form<T: FormField<W> + ?Sized, W>(
        &mut self,
        name: &str,
        value: &T,
    ) -> Result<(), String> {
        if !matches!(self, Self::Form(_)) {
            *self = Self::Form(String::new());
        }
        let Self::Form(form) = self else {
            return Ok(());
        };
        let start = form.len();
        if start > 0 {
            form.push('&');
        }
        let pairs = form.len();
        let written = value.append_field(form, name);
        if written.is_err() || form.len() == pairs {
            form.truncate(start);
        }
        written.map_err(|error| {
            format!("the field `{name}` of the body cannot be written as a form: {error}")
        })
    }

    /// The body and its media type, if there is one of fields.
    pub(crate) fn finish(self) -> Option<(Bytes, &'static str)> {
        match self {
            Self::None => None,
            Self::Json(mut object) => {
                object.push(b'}');
                Some((Bytes::from(object), "application/json"))
            }
            Self::Form(form) => Some((Bytes::from(form), "application/x-www-form-urlencoded")),
        }
    }
}

/// Appends a pair to an open object. Whether there is anything in it.
fn json_pair<T: JsonField<W> + ?Sized, W>(
    object: &mut Vec<u8>,
    name: &str,
    value: &T,
) -> serde_json::Result<bool> {
    if object.len() > 1 {
        object.push(b',');
    }
    serde_json::to_writer(&mut *object, name)?;
    object.push(b':');
    let start = object.len();
    value.write_field(object)?;
    Ok(&object[start..] != b"null")
}

/// Without the values: some are secrets.
impl fmt::Debug for Fields {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Fields(..)")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn text(fields: Fields) -> String {
        String::from_utf8(fields.finish().unwrap().0.to_vec()).unwrap()
    }

    #[test]
    fn an_object_has_the_fields_in_their_order_and_none_that_is_null() {
        let mut fields = Fields::default();
        fields.json("left", &None::<u8>).unwrap();
        fields.json("a \"b\"", "x\n").unwrap();
        fields.json("out", &serde_json::Value::Null).unwrap();
        fields.json("list", &[1, 2]).unwrap();
        fields.json("some", &Some(false)).unwrap();
        fields.json("key", &Secret::new("s\"3")).unwrap();
        let shown = format!("{fields:?}");
        assert_eq!(
            text(fields),
            r#"{"a \"b\"":"x\n","list":[1,2],"some":false,"key":"s\"3"}"#
        );
        assert_eq!(shown, "Fields(..)");
    }

    #[test]
    fn without_any_value_it_is_an_object_all_the_same() {
        let mut fields = Fields::default();
        assert!(fields.json("a", &None::<u8>).is_ok());
        assert_eq!(text(fields), "{}");
        assert!(Fields::default().finish().is_none());
    }

    #[test]
    fn a_field_that_cannot_be_written_leaves_no_trace() {
        let mut fields = Fields::default();
        fields.json("a", &1).unwrap();
        let problem = fields.json("map", &BTreeMap::from([((1, 2), 3)]));
        assert!(problem.unwrap_err().contains("the field `map` of the body"));
        fields.json("b", &2).unwrap();
        assert_eq!(text(fields), r#"{"a":1,"b":2}"#);

        let mut fields = Fields::default();
        fields.form("a", &1).unwrap();
        let problem = fields.form("map", &[("a", [("b", 1)])]);
        assert!(problem.unwrap_err().contains("the field `map` of the body"));
        fields.form("b", &2).unwrap();
        assert_eq!(text(fields), "a=1&b=2");
    }

    #[test]
    fn a_form_has_its_fields_as_a_query_has() {
        let mut fields = Fields::default();
        fields.form("left", &None::<u8>).unwrap();
        fields.form("a&b", "c d+é").unwrap();
        fields.form("ids", &[1, 2][..]).unwrap();
        fields.form("none", &Vec::<u8>::new()).unwrap();
        fields
            .form("map", &BTreeMap::from([("own", true)]))
            .unwrap();
        fields.form("key", &Secret::new("s=3")).unwrap();
        assert_eq!(
            text(fields),
            "a%26b=c+d%2B%C3%A9&ids=1&ids=2&own=true&key=s%3D3"
        );
    }
}
