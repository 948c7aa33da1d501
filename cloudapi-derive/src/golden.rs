//! Expansions as people can read them: `golden/*.rs` is what a user writes, and
//! `golden/*.expanded.rs` what the macros make of it.
//!
//! `CLOUDAPI_BLESS=1 cargo test -p cloudapi-derive` writes the latter anew.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::{env, fs};

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::visit::{self, Visit};
use syn::{Attribute, File, ImplItem, Item, Meta, UseTree};

use crate::expand;
use crate::model::Verb;
use crate::parse::method::Method;

/// The files that a user wrote.
fn inputs() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let mut inputs: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.to_string_lossy().ends_with(".expanded.rs"))
        .collect();
    inputs.sort();
    assert!(!inputs.is_empty());
    inputs
}

/// What the macros make of a file.
fn expansion(source: &str) -> File {
    let mut file: File = syn::parse_str(source).unwrap();
    let items = file.items.iter_mut().map(|item| match item {
        Item::Struct(item) => {
            let is_ours = |attribute: &Attribute| attribute.path().is_ident("rest_api");
            let position = item.attrs.iter().position(is_ours).unwrap();
            let attribute = item.attrs.remove(position);
            expand::rest_api(arguments(&attribute), item.to_token_stream())
        }
        Item::Impl(block) => {
            let is_ours = |attribute: &Attribute| attribute.path().is_ident("rest_api");
            let position = block.attrs.iter().position(is_ours);
            let attribute = position.map(|position| block.attrs.remove(position));
            let tokens = block.to_token_stream();
            match attribute {
                Some(attribute) => endpoints(expand::rest_api(arguments(&attribute), tokens)),
                None => endpoints(tokens),
            }
        }
        other => other.to_token_stream(),
    });
    syn::parse2(quote!(#(#items)*)).unwrap()
}

/// What the endpoints of the blocks become.
fn endpoints(blocks: TokenStream) -> TokenStream {
    let mut file: File = syn::parse2(blocks).unwrap();
    for item in &mut file.items {
        if let Item::Impl(block) = item {
            for item in &mut block.items {
                if let ImplItem::Verbatim(method) = item {
                    *method = endpoint(method.clone());
                }
            }
        }
    }
    file.to_token_stream()
}

fn endpoint(method: TokenStream) -> TokenStream {
    let mut method = Method::parse(method).unwrap().unwrap();
    let is_verb = |attribute: &Attribute| verb(attribute).is_some();
    let position = method.attributes.iter().position(is_verb).unwrap();
    let attribute = method.attributes.remove(position);
    let Method {
        attributes,
        visibility,
        signature,
        ..
    } = method;
    expand::endpoint(
        verb(&attribute).unwrap(),
        arguments(&attribute),
        &quote!(#(#attributes)* #visibility #signature;),
    )
}

fn verb(attribute: &Attribute) -> Option<Verb> {
    Verb::named_by(attribute.path())
}

fn arguments(attribute: &Attribute) -> TokenStream {
    match &attribute.meta {
        Meta::List(list) => list.tokens.clone(),
        _ => TokenStream::new(),
    }
}

#[test]
fn expansions_are_as_they_were() {
    let bless = env::var_os("CLOUDAPI_BLESS").is_some();
    for input in inputs() {
        let expanded = prettyplease::unparse(&expansion(&fs::read_to_string(&input).unwrap()));
        let golden = input.with_extension("expanded.rs");
        if bless {
            fs::write(golden, expanded).unwrap();
        } else {
            let expected = fs::read_to_string(&golden).unwrap_or_default();
            assert_eq!(
                expected,
                expanded,
                "{} is not what is generated now; see `src/golden.rs`",
                golden.display()
            );
        }
    }
}

#[test]
fn generated_paths_are_absolute() {
    for input in inputs() {
        let source = fs::read_to_string(&input).unwrap();
        let mut written = HashSet::new();
        identifiers(source.parse().unwrap(), &mut written);
        let mut relative = Relative {
            written,
            found: Vec::new(),
        };
        relative.visit_file(&expansion(&source));
        assert!(
            relative.found.is_empty(),
            "{}: {:?}",
            input.display(),
            relative.found
        );
    }
}

fn identifiers(tokens: TokenStream, found: &mut HashSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => drop(found.insert(ident.to_string())),
            TokenTree::Group(group) => identifiers(group.stream(), found),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// Finds paths that begin neither with `::` nor with what the user wrote nor
/// with what the macros define themselves.
struct Relative {
    written: HashSet<String>,
    found: Vec<String>,
}

impl<'ast> Visit<'ast> for Relative {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        let first = path.segments[0].ident.to_string();
        let own = ["Self", "call", "formatter", "paging", "parent", "self"]
            .contains(&first.as_str())
            || first.starts_with("__")
            || first.ends_with("Builder");
        if path.leading_colon.is_none() && !own && !self.written.contains(&first) {
            self.found.push(path.to_token_stream().to_string());
        }
        visit::visit_path(self, path);
    }

    fn visit_attribute(&mut self, _: &'ast Attribute) {}

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let written = match &item.tree {
            UseTree::Path(path) => self.written.contains(&path.ident.to_string()),
            _ => false,
        };
        if item.leading_colon.is_none() && !written {
            self.found.push(item.to_token_stream().to_string());
        }
    }
}

#[test]
fn an_item_of_another_kind_stays() {
    for item in ["struct S;", "mod m { }", "const X : u8 = 1 ;"] {
        let item: TokenStream = item.parse().unwrap();
        let expanded = expand::endpoint(Verb::Get, quote!("a"), &item).to_string();
        assert!(expanded.contains("compile_error"));
        assert!(expanded.ends_with(&item.to_string()), "{expanded}");
    }
    let item: TokenStream = "impl X { }".parse().unwrap();
    let expanded = expand::rest_api(quote!(), item.clone()).to_string();
    assert_eq!(expanded, item.to_string());
    let expanded = expand::rest_api(quote!(scope = "a"), item.clone()).to_string();
    assert!(expanded.contains("on the struct"));
    assert!(expanded.ends_with(&item.to_string()), "{expanded}");
}
