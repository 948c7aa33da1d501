//! How values become query parameters and forms.

mod list;

use serde::Serialize;
use serde_html_form::ser::{Error as FormError, push_to_string};

pub(crate) use self::list::append_list;

/// Appends `value` to `target` as pairs: under `name`, if it is a scalar, an
/// `Option` or a sequence; under its own names, if it is a struct or a map.
pub(crate) fn append<T: Serialize + ?Sized>(
    target: &mut String,
    name: &str,
    value: &T,
) -> Result<(), FormError> {
    let start = target.len();
    append_form(target, name, value)?;
    without_plus(target, start);
    Ok(())
}

/// The same for a form.
pub(crate) fn append_form<T: Serialize + ?Sized>(
    target: &mut String,
    name: &str,
    value: &T,
) -> Result<(), FormError> {
    if pairs(target, &[(name, value)]).is_err()
        && let Err(error) = pairs(target, value)
    {
        // An array `[T; N]` is a tuple to serde, which has no place in a form.
        // In JSON it is a sequence.
        let json = serde_json::to_value(value).map_err(|_| error)?;
        pairs(target, &[(name, json)])?;
    }
    Ok(())
}

/// Both stand for a space in a form; only `%20` does everywhere in a URL.
fn without_plus(target: &mut String, start: usize) {
    if target[start..].contains('+') {
        let encoded = target[start..].replace('+', "%20");
        target.replace_range(start.., &encoded);
    }
}

fn pairs<T: Serialize + ?Sized>(target: &mut String, value: &T) -> Result<(), FormError> {
    let start = target.len();
    push_to_string(target, value).inspect_err(|_| target.truncate(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded<T: Serialize + ?Sized>(value: &T) -> String {
        let mut target = String::new();
        append(&mut target, "name", value).unwrap();
        target
    }

    #[derive(Serialize)]
    struct Newtype(u32);

    #[derive(Serialize)]
    #[serde(rename_all = "lowercase")]
    enum Sort {
        Ascending,
    }

    #[derive(Serialize)]
    struct Filter<'a> {
        tag: Option<&'a str>,
        ids: Vec<u32>,
        page: Option<u32>,
    }

    #[test]
    fn scalars_options_sequences_newtypes_and_enums_take_the_name() {
        assert_eq!(encoded(&1_u64), "name=1");
        assert_eq!(encoded(&true), "name=true");
        assert_eq!(encoded("a b&c=d+é"), "name=a%20b%26c%3Dd%2B%C3%A9");
        assert_eq!(encoded(&Some("x")), "name=x");
        assert_eq!(encoded(&None::<u8>), "");
        assert_eq!(encoded(&["a", "b"][..]), "name=a&name=b");
        assert_eq!(encoded(&["a", "b"]), "name=a&name=b");
        assert_eq!(encoded(&Some([1, 2])), "name=1&name=2");
        assert_eq!(encoded(&Some(vec![1, 2])), "name=1&name=2");
        assert_eq!(encoded(&Vec::<u8>::new()), "");
        assert_eq!(encoded(&Newtype(7)), "name=7");
        assert_eq!(encoded(&Sort::Ascending), "name=ascending");
    }

    #[test]
    fn a_struct_takes_the_names_of_its_fields_in_their_order() {
        let filter = Filter {
            tag: Some("web"),
            ids: vec![1, 2],
            page: None,
        };
        assert_eq!(encoded(&filter), "tag=web&ids=1&ids=2");
        assert_eq!(encoded(&Some(filter)), "tag=web&ids=1&ids=2");
    }

    #[test]
    fn what_has_no_place_in_a_query_is_an_error() {
        let nested = [("a", [("b", 1)])];
        let mut target = String::from("kept");
        assert!(append(&mut target, "name", &nested).is_err());
    }
}
