//! Whatever a server sends, and wherever its parts are.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;

const CASES: u32 = 500;

/// Bytes, most of which look like the beginning of a document.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        6 => proptest::sample::select(vec![
            "{", "}", "[", "]", ":", ",", "\"", "\"a\"", "\"b\":", "null", "true", "1", "-1e9", "\n",
            "\\u00", "\"\\ud800\"", "{\"a\":", " ", "ü",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..4),
    ];
    vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn path() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[ab]([.][ab]){0,3}", "[ab./~@$ü]{0,6}",]
}

/// Documents of objects with few keys, so that paths meet something.
fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<i32>().prop_map(Value::from),
        "\\PC{0,6}".prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        vec(any::<u8>(), 0..3).prop_map(|list| json!(list)),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        vec(("[a-c]{1,2}", inner), 0..4)
            .prop_map(|pairs| Value::Object(pairs.into_iter().collect::<Map<_, _>>()))
    })
}

/// Follows a path, where it leads through objects only.
fn follow<'v>(value: &'v Value, path: &[String]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, key| value.get(key))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn no_body_and_no_path_makes_a_panic(body in body(), path in path()) {
        #[derive(Debug, serde::Deserialize)]
        struct Thing {
            #[allow(dead_code, reason = "read by nobody but serde")]
            a: u64,
        }
        for error in [
            find::<Vec<Thing>>(&body, &path).err(),
            read::<Thing>(&body, &path).err(),
            find::<Value>(&body, &path).err(),
        ].into_iter().flatten() {
            // What is told of it is short, however long the body is.
            prop_assert!(error.excerpt.chars().count() <= 2 * EXCERPT + 4);
            let shown = format!("{error}{error:?}");
            prop_assert!(!shown.is_empty());
        }
        // What is found in the whole is what a reader without paths finds.
        let whole = find::<Value>(&body, "").ok();
        prop_assert_eq!(whole.flatten(), serde_json::from_slice(&body).ok());
    }

    #[test]
    fn a_part_is_found_as_it_was_written(
        document in document(),
        keys in vec("[a-c]{1,2}", 1..4),
    ) {
        let body = serde_json::to_vec(&document).unwrap();
        let found = find::<Value>(&body, &keys.join("."));
        match follow(&document, &keys) {
            Some(part) => prop_assert_eq!(found.unwrap(), Some(part.clone())),
            // What is no object on the way is an error, and nothing else is.
            None => prop_assert!(!matches!(found, Ok(Some(_)))),
        }
    }
}
