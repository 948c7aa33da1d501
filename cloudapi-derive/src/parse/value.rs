//! The values that are not a constant: each reader takes what stands after a
//! key and gives it its meaning.

use syn::ext::IdentExt as _;
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::{Ident, LitStr, Path, Token, Type};

use crate::diagnostics::{Diagnostic, shown};
use crate::parse::entry::{Entry, Form};
use crate::parse::path::is_name;
use crate::parse::text::{Fields, Text};
use crate::parse::{baseurl, part};

/// The base URL.
pub(crate) fn base_url(entry: &Entry) -> Result<LitStr, Diagnostic> {
    let text = entry.string("a URL, as in \"https://api.example.com/v1/\"");
    let text = text.map_err(|error| match (entry.is_constant(), entry.ty()) {
        (true, Some(given)) => error.help(format_args!(
            "write a URL here; another one can be given when the client is built: \
             `builder().baseurl({})`",
            shown(given)
        )),
        _ => error,
    })?;
    match baseurl::problem(&text.value()) {
        None => Ok(text.clone()),
        Some((what, help)) => Err(Diagnostic::new(text, what).help(help)),
    }
}

/// A text with the client's fields.
pub(crate) fn text(entry: &Entry) -> Result<Text, Diagnostic> {
    let text = entry.string("a text with fields in braces, as in \"{token}\"")?;
    Text::parse_some(text, Fields::Bare)
}

/// A key that is given or not.
pub(crate) fn flag(entry: &Entry) -> Result<(), Diagnostic> {
    match entry.form {
        Form::Flag => Ok(()),
        _ => Err(
            Diagnostic::new(entry, format_args!("`{}` takes no value", entry.key))
                .help(format_args!("write `{}` alone, or leave it out", entry.key)),
        ),
    }
}

/// `none`, for what is otherwise made.
pub(crate) fn none(entry: &Entry) -> Result<(), Diagnostic> {
    match entry.path() {
        Some(path) if path.is_ident("none") => Ok(()),
        _ => Err(entry.wrong_type("`none`, to leave the name to you")),
    }
}

/// The name of a method.
pub(crate) fn method(entry: &Entry) -> Result<Ident, Diagnostic> {
    let name = entry.path().and_then(Path::get_ident);
    name.filter(|name| is_name(&name.unraw().to_string()))
        .cloned()
        .ok_or_else(|| {
            let key = &entry.key;
            entry.wrong_type(&format!("the name of a method, as in `{key} = volumes`"))
        })
}

/// The path of the runtime crate.
pub(crate) fn module(entry: &Entry) -> Result<Path, Diagnostic> {
    entry
        .path()
        .filter(|path| {
            path.segments
                .iter()
                .all(|segment| segment.arguments.is_none())
        })
        .cloned()
        .ok_or_else(|| entry.wrong_type("a path, as in `crate = my_crate::cloudapi`"))
}

/// A type.
pub(crate) fn ty(entry: &Entry) -> Result<Type, Diagnostic> {
    let example = match entry.key.to_string().as_str() {
        "extends" => "the type of another client, as in `extends = Example`",
        _ => "a type, as in `error = ExampleError`",
    };
    match entry.ty() {
        Some(ty) => Ok(ty.clone()),
        None => Err(entry.wrong_type(example)),
    }
}

/// `basic("{user}", "{password}")`
pub(crate) fn basic(entry: &Entry) -> Result<(Text, Text), Diagnostic> {
    const FORM: &str = "the user and the password, as in `basic(\"{user}\", \"{password}\")`";
    let Form::List(list) = &entry.form else {
        return Err(entry.wrong_type(FORM));
    };
    let parser = Punctuated::<LitStr, Token![,]>::parse_terminated;
    let texts: Vec<_> = match parser.parse2(list.clone()) {
        Ok(texts) => texts.into_iter().collect(),
        Err(_) => {
            return Err(Diagnostic::new(entry, "`basic` takes texts in quotes").expected(FORM));
        }
    };
    let [user, password] = &texts[..] else {
        let what = format!("`basic` takes two texts, not {}", texts.len());
        return Err(Diagnostic::new(entry, what)
            .expected(FORM)
            .help("where the API wants only a key, the other text is `\"\"`"));
    };
    // Many APIs take a key as the one and nothing as the other.
    Ok((
        Text::parse(user, Fields::Bare)?,
        Text::parse(password, Fields::Bare)?,
    ))
}

/// The path of a part of the response's JSON.
pub(crate) fn part(entry: &Entry) -> Result<LitStr, Diagnostic> {
    part::read(entry.string(part::FORM)?)
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::quote;

    use super::*;
    use crate::diagnostics::Errors;
    use crate::parse::keys::Keys;

    fn entry(tokens: TokenStream) -> Entry {
        let mut errors = Errors::new();
        let entry = Keys::parse("#[x]", tokens, &mut errors).take("key", &mut errors);
        assert!(errors.finish().is_empty());
        entry.unwrap()
    }

    #[test]
    fn words_and_paths_are_no_strings() {
        assert!(flag(&entry(quote!(key))).is_ok());
        assert!(flag(&entry(quote!(key = true))).is_err());
        assert!(none(&entry(quote!(key = none))).is_ok());
        assert!(none(&entry(quote!(key = "none"))).is_err());
        assert!(module(&entry(quote!(key = a::b))).is_ok());
        assert!(module(&entry(quote!(key = a::<u8>))).is_err());
        assert!(module(&entry(quote!(key = "a"))).is_err());
        assert!(method(&entry(quote!(key = a))).is_ok());
        assert!(method(&entry(quote!(key = r#type))).is_ok());
        for value in [
            quote!("a"),
            quote!(a::b),
            quote!(a<b>),
            quote!(self),
            quote!(7),
        ] {
            assert!(method(&entry(quote!(key = #value))).is_err(), "{value}");
        }
    }

    #[test]
    fn types_are_no_strings() {
        assert!(ty(&entry(quote!(key = a::B<C, D>))).is_ok());
        assert!(ty(&entry(quote!(key = "B"))).is_err());
        assert!(ty(&entry(quote!(key))).is_err());
    }

    #[test]
    fn a_user_has_a_password() {
        assert!(basic(&entry(quote!(key("{user}", "{password}")))).is_ok());
        assert!(basic(&entry(quote!(key("{key}", "",)))).is_ok());
        for (tokens, why) in [
            (quote!(key), "has no value"),
            (quote!(key = "{key}"), "does not take this value"),
            (quote!(key("{user}")), "not 1"),
            (quote!(key("a", "b", "c")), "not 3"),
            (quote!(key(user, password)), "in quotes"),
            (quote!(key("{user", "")), "not closed"),
        ] {
            let error = basic(&entry(tokens)).unwrap_err();
            assert!(error.message().contains(why), "{}", error.message());
        }
    }
}
