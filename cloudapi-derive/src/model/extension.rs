//! A struct whose endpoints belong to another client: `extends = Example`.

use quote::ToTokens as _;
use syn::{GenericParam, Ident, ItemStruct, LitStr, Type};

use super::{ClientPages, Field, api, durable_is_for_blocks, store_is_for_builders};
use crate::diagnostics::{Diagnostic, Errors, find_keyword};
use crate::parse::entry::Entry;
use crate::parse::keys::Keys;
use crate::parse::path::{Part, PathTemplate};
use crate::parse::value;
use crate::paths::Paths;

/// A client that is reached as another one is, and shares its limits.
#[derive(Debug)]
pub(crate) struct Extension {
    pub(crate) paths: Paths,
    pub(crate) item: ItemStruct,
    pub(crate) fields: Vec<Field>,
    /// There is none only if that was reported.
    pub(crate) parent: Option<Type>,
    /// What its endpoints' paths continue: empty, or with a slash at its end.
    pub(crate) path: String,
    /// The method of the parent that makes one.
    pub(crate) accessor: Option<Ident>,
    /// How its lists lead from page to page, if not as those of the parent do.
    pub(crate) pages: Option<ClientPages>,
    /// Whether another key is likely to be meant as `pages`; it is reported as
    /// misspelt.
    pub(crate) pages_misspelt: bool,
    /// The keys of what the parent declares.
    pub(crate) inherited: Vec<Ident>,
    /// The key that would leave no way to make one.
    pub(crate) constructor: Option<Ident>,
}

impl Extension {
    /// Takes the key that makes it one. `None` is a client of its own.
    pub(crate) fn begins(keys: &mut Keys, errors: &mut Errors) -> Option<Option<Entry>> {
        let extends = keys.take("extends", errors);
        // Whoever misspells the key means an extension all the same, and its users
        // make one.
        (extends.is_some() || keys.misspell("extends")).then_some(extends)
    }

    pub(crate) fn new(
        extends: Option<Entry>,
        mut keys: Keys,
        item: ItemStruct,
        errors: &mut Errors,
    ) -> Self {
        let parent = extends.and_then(|entry| errors.ok(value::ty(&entry)));
        let path = keys.take("path", errors);
        let path = path.and_then(|entry| errors.ok(entry.string(FORM).cloned()));
        let accessor = keys.read_with("accessor", value::method, errors);
        let pages = ClientPages::take(&mut keys, errors);
        let inherited = api::inherited()
            .filter_map(|name| keys.take_misplaced(name, errors))
            .map(|entry| entry.key)
            .collect();
        let constructor = keys
            .take_misplaced("constructor", errors)
            .map(|entry| entry.key);
        let runtime = keys.read_with("crate", value::module, errors);
        // Whoever misspells the key calls the method all the same.
        let misspelt = keys.misspelt("accessor");
        let misspelt = misspelt.and_then(|entry| value::method(entry).ok());
        let pages_misspelt = keys.misspell("pages");
        durable_is_for_blocks(&mut keys, errors);
        store_is_for_builders(&mut keys, errors);
        keys.finish(errors);
        Self {
            paths: Paths::new(runtime),
            fields: Field::all(&item),
            item,
            parent,
            path: path.map(|path| prefix(path, errors)).unwrap_or_default(),
            accessor: accessor.or(misspelt),
            pages,
            pages_misspelt,
            inherited,
            constructor,
        }
    }
}

impl Extension {
    /// Whether it is its own parent, as far as the name tells.
    pub(crate) fn extends_itself(&self) -> bool {
        let Some(Type::Path(path)) = &self.parent else {
            return false;
        };
        let ident = &self.item.ident;
        path.qself.is_none() && (path.path.is_ident(ident) || path.path.is_ident("Self"))
    }

    /// The names of its parameters that its parent does not have.
    pub(crate) fn parameters_of_its_own(&self) -> impl Iterator<Item = &Ident> {
        let parent = self.parent.to_token_stream();
        let parameters = self.item.generics.params.iter();
        let names = parameters.map(|parameter| match parameter {
            GenericParam::Lifetime(parameter) => &parameter.lifetime.ident,
            GenericParam::Type(parameter) => &parameter.ident,
            GenericParam::Const(parameter) => &parameter.ident,
        });
        names.filter(move |name| find_keyword(parent.clone(), &name.to_string()).is_none())
    }

    /// Whether clients have a method of the accessor's name.
    pub(crate) fn accessor_is_taken(&self) -> bool {
        let accessor = self.accessor.as_ref();
        accessor.is_some_and(|accessor| accessor == "new" || accessor == "builder")
    }
}

const FORM: &str = "the path that its endpoints have in common, as in \"volumes/\"";

/// The path as a directory, to which the paths of the endpoints are appended.
fn prefix(literal: LitStr, errors: &mut Errors) -> String {
    let Some(template) = PathTemplate::parse(literal, errors) else {
        return String::new();
    };
    let placeholder = |part: &Part| !matches!(part, Part::Literal(_));
    if template.parts.iter().any(placeholder) {
        errors.push(
            Diagnostic::new(
                &template.literal,
                "the path of a client has no placeholders",
            )
            .help("begin the paths of its endpoints with it"),
        );
    }
    let mut path = template.literal.value();
    if !path.is_empty() && !path.ends_with('/') {
        path.push('/');
    }
    path
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;

    use super::*;

    fn prefix(path: &str) -> (String, usize) {
        let mut errors = Errors::new();
        let path = super::prefix(LitStr::new(path, Span::call_site()), &mut errors);
        (path, errors.finish().len())
    }

    #[test]
    fn a_path_ends_with_a_slash() {
        for (path, prefix) in [
            ("", ""),
            ("volumes", "volumes/"),
            ("volumes/", "volumes/"),
            ("a/b%20c", "a/b%20c/"),
        ] {
            assert_eq!(self::prefix(path), (prefix.to_owned(), 0));
        }
    }

    #[test]
    fn its_mistakes_are_those_of_any_path() {
        for path in [
            "/volumes",
            "a//b",
            "..",
            "volumes?a=b",
            "{id}",
            "{id",
            "{self.id}",
        ] {
            assert_eq!(prefix(path).1, 1, "{path}");
        }
    }
}
