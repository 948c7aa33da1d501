//! How the pages of a list are read.

use syn::{Ident, LitStr};

use crate::diagnostics::{Diagnostic, Errors};
use crate::parse::entry::{Entry, Form};
use crate::parse::keys::Keys;
use crate::parse::{pairs, part, value};

/// What the keys about pages say; at least one was given.
#[derive(Debug)]
pub(crate) struct Pages {
    /// The key that says where the items of a page are.
    pub(crate) items: Option<Items>,
    /// The key that says that a page may be without them.
    pub(crate) items_optional: Option<Ident>,
    /// The keys that say how the next page is found; at most one, if nothing was
    /// reported. Without one it is found as the client declares.
    pub(crate) turns: Vec<Turn>,
    /// Whether another key is likely to be meant as one of these; it is reported
    /// as misspelt.
    pub(crate) misspelt: bool,
}

/// `pages(..)` at a client: how the next page is found where an endpoint says only
/// where its items are.
#[derive(Debug)]
pub(crate) struct ClientPages {
    pub(crate) key: Ident,
    /// Exactly one, if nothing was reported.
    pub(crate) turns: Vec<Turn>,
    /// Whether what stands in the list was reported already.
    pub(crate) broken: bool,
}

#[derive(Debug)]
pub(crate) struct Items {
    pub(crate) key: Ident,
    /// The whole body is the list.
    pub(crate) are_all: bool,
    /// There is none if they are all of the body, or if that was reported.
    pub(crate) path: Option<LitStr>,
}

#[derive(Debug)]
pub(crate) struct Turn {
    pub(crate) key: Ident,
    /// There is none only if that was reported.
    pub(crate) next: Option<Next>,
}

/// What leads from one page to the next.
#[derive(Debug)]
pub(crate) enum Next {
    /// The URL at this path in the body.
    Url(LitStr),
    /// The header `Link` (RFC 8288).
    Link,
    /// This query parameter, which counts from one.
    Page(LitStr),
    /// This query parameter, filled from this path in the body.
    Cursor(LitStr, LitStr),
}

const ITEMS_OPTIONAL: &str = "items_optional";

type Reader = fn(&Entry, &mut Errors) -> Option<Next>;

const TURNS: &[(&str, Reader)] = &[("next", next), ("page", page), ("cursor", cursor)];

impl Pages {
    /// Takes the keys. `None` is an endpoint without pages.
    pub(super) fn take(keys: &mut Keys, errors: &mut Errors) -> Option<Self> {
        let items = keys.take("items", errors).map(|entry| {
            let are_all = matches!(entry.form, Form::Flag);
            let path = match are_all {
                true => None,
                false => errors.ok(items(&entry)),
            };
            Items {
                key: entry.key,
                are_all,
                path,
            }
        });
        let items_optional = keys.read_with(ITEMS_OPTIONAL, items_optional, errors);
        let turns = Turn::take_all(keys, errors);
        let said = items.is_some() || items_optional.is_some() || !turns.is_empty();
        said.then_some(Self {
            items,
            items_optional,
            turns,
            misspelt: false,
        })
    }

    /// Notes that a key is misspelt, once all keys were taken that there are.
    pub(super) fn note_misspelt(&mut self, keys: &Keys) {
        let turns = TURNS.iter().map(|(name, _)| *name);
        let names = turns.chain(["items", ITEMS_OPTIONAL]);
        self.misspelt = names.into_iter().any(|name| keys.misspell(name));
    }

    /// The query parameter that the pages have for themselves, with its key.
    pub(crate) fn parameter(&self) -> Option<(&Ident, &LitStr)> {
        parameter(&self.turns)
    }
}

impl ClientPages {
    /// Takes the key. `None` is a client that does not say.
    pub(super) fn take(keys: &mut Keys, errors: &mut Errors) -> Option<Self> {
        const FORM: &str =
            "what each endpoint would say, as in `pages(next = \"links.pages.next\")`";
        let entry = keys.take("pages", errors)?;
        let Form::List(list) = &entry.form else {
            errors.push(entry.wrong_type(FORM));
            return Some(Self {
                key: entry.key,
                turns: Vec::new(),
                broken: true,
            });
        };
        let mut keys = Keys::parse("pages(..)", list.clone(), errors);
        let turns = Turn::take_all(&mut keys, errors);
        for name in ["items", ITEMS_OPTIONAL] {
            if let Some(Entry { key, .. }) = keys.take_misplaced(name, errors) {
                let help =
                    format!("take `{key}` out, and write it where the endpoints are declared");
                errors.push(
                    Diagnostic::new(&key, "each endpoint says itself where its items are")
                        .help(help),
                );
            }
        }
        let broken = !keys.is_empty();
        keys.finish(errors);
        Some(Self {
            key: entry.key,
            turns,
            broken,
        })
    }

    /// The query parameter that the pages have for themselves.
    pub(crate) fn parameter(&self) -> Option<&LitStr> {
        parameter(&self.turns).map(|(_, name)| name)
    }
}

impl Turn {
    /// Takes the keys that say how the next page is found.
    fn take_all(keys: &mut Keys, errors: &mut Errors) -> Vec<Self> {
        let mut turns = Vec::new();
        for (name, read) in TURNS {
            if let Some(entry) = keys.take(name, errors) {
                turns.push(Self {
                    next: read(&entry, errors),
                    key: entry.key,
                });
            }
        }
        turns
    }
}

fn parameter(turns: &[Turn]) -> Option<(&Ident, &LitStr)> {
    turns.iter().find_map(|turn| match &turn.next {
        Some(Next::Page(name) | Next::Cursor(name, _)) => Some((&turn.key, name)),
        Some(Next::Url(_) | Next::Link) | None => None,
    })
}

fn items_optional(entry: &Entry) -> Result<Ident, Diagnostic> {
    value::flag(entry)?;
    Ok(entry.key.clone())
}

fn items(entry: &Entry) -> Result<LitStr, Diagnostic> {
    const FORM: &str = "the keys that lead to the list, as in \"droplets\" or \"data.items\", or \
                        `items` alone if the whole body is the list";
    let path = entry.string(FORM)?;
    match path.value().is_empty() {
        true => Err(Diagnostic::new(path, "the path is empty")
            .help("if the whole body is the list, write `items` alone")),
        false => part::read(path),
    }
}

fn next(entry: &Entry, errors: &mut Errors) -> Option<Next> {
    const FORM: &str = "the path of the next page's URL in the body, as in \"links.pages.next\", or \
                        `link` for the header `Link`";
    if entry.path().is_some_and(|path| path.is_ident("link")) {
        return Some(Next::Link);
    }
    let path = errors.ok(entry.string(FORM))?;
    errors.ok(part::read(path)).map(Next::Url)
}

fn page(entry: &Entry, errors: &mut Errors) -> Option<Next> {
    const FORM: &str = "the query parameter that counts the pages from 1, as in `page = \"page\"`";
    let name = errors.ok(entry.string(FORM))?;
    errors.ok(pairs::query_name(name.clone())).map(Next::Page)
}

fn cursor(entry: &Entry, errors: &mut Errors) -> Option<Next> {
    const FORM: &str = "the path of the next cursor in the body, as in `cursor = \"meta.next\"`, or \
                        `cursor(\"page_token\" = \"meta.next\")` if it is sent under another name";
    if !matches!(entry.form, Form::List(_)) {
        let path = errors.ok(entry.string(FORM))?;
        let name = LitStr::new("cursor", entry.key.span());
        return Some(Next::Cursor(name, errors.ok(part::read(path))?));
    }
    let mut pairs = pairs::read(entry, ("the cursor", "path"), FORM, errors).into_iter();
    let (name, path) = pairs.next()?;
    if let Some((other, _)) = pairs.next() {
        errors.push(Diagnostic::new(other, "`cursor` names two query parameters").expected(FORM));
    }
    let name = errors.ok(pairs::query_name(name));
    let path = errors.ok(part::read(&path));
    name.zip(path).map(|(name, path)| Next::Cursor(name, path))
}
