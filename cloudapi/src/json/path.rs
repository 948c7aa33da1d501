//! The two ways to write a path into a document: `links.pages`, and the JSON
//! Pointer `/links/pages` (RFC 6901), which reaches every key and into lists.

use std::borrow::Cow;

/// What is left of a path.
#[derive(Clone, Copy, Debug)]
pub(super) struct Steps<'p> {
    /// There is nothing left if it is none; as a text it may be the empty key.
    rest: Option<&'p str>,
    is_pointer: bool,
}

impl<'p> Steps<'p> {
    pub(super) fn new(path: &'p str) -> Self {
        let pointer = path.strip_prefix('/');
        Self {
            rest: pointer.or(Some(path).filter(|path| !path.is_empty())),
            is_pointer: pointer.is_some(),
        }
    }

    /// Takes the next key.
    pub(super) fn next(&mut self) -> Option<Cow<'p, str>> {
        let rest = self.rest?;
        let separator = if self.is_pointer { '/' } else { '.' };
        let (key, rest) = match rest.split_once(separator) {
            Some((key, rest)) => (key, Some(rest)),
            None => (rest, None),
        };
        self.rest = rest;
        Some(match self.is_pointer && key.contains('~') {
            // In this order, so that `~01` is `~1` and not a slash.
            true => key.replace("~1", "/").replace("~0", "~").into(),
            false => key.into(),
        })
    }

    /// The position in a list that a key of this path stands for (RFC 6901 4).
    pub(super) fn index(&self, key: &str) -> Option<usize> {
        let is_index = key == "0" || !key.starts_with(['0', '+']);
        key.parse().ok().filter(|_| self.is_pointer && is_index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(path: &str) -> Vec<String> {
        let mut steps = Steps::new(path);
        let next = || steps.next().map(Cow::into_owned);
        std::iter::from_fn(next).collect()
    }

    #[test]
    fn both_ways_lead_to_the_same_keys() {
        assert_eq!(keys(""), [""; 0]);
        assert_eq!(keys("links.pages"), ["links", "pages"]);
        assert_eq!(keys("/links/pages"), ["links", "pages"]);
        assert_eq!(keys("a~1b"), ["a~1b"]);
    }

    #[test]
    fn a_pointer_is_read_as_rfc_6901_has_it() {
        // The examples of section 5.
        for (pointer, key) in [
            ("/foo", "foo"),
            ("/", ""),
            ("/a~1b", "a/b"),
            ("/c%d", "c%d"),
            ("/e^f", "e^f"),
            ("/g|h", "g|h"),
            ("/i\\j", "i\\j"),
            ("/k\"l", "k\"l"),
            ("/ ", " "),
            ("/m~0n", "m~n"),
            ("/~01", "~1"),
        ] {
            assert_eq!(keys(pointer), [key]);
        }
        assert_eq!(keys("/foo/0"), ["foo", "0"]);
        assert_eq!(keys("//"), ["", ""]);
    }

    #[test]
    fn an_index_is_plain_and_of_a_pointer() {
        let index = |path, key| Steps::new(path).index(key);
        assert_eq!(index("/a", "0"), Some(0));
        assert_eq!(index("/a", "10"), Some(10));
        for key in ["", "-", "-1", "+1", "01", "1.0", "99999999999999999999999"] {
            assert_eq!(index("/a", key), None, "{key}");
        }
        assert_eq!(index("a", "0"), None);
    }
}
