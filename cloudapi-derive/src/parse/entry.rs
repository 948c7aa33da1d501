//! One key of an attribute: `key`, `key = value`, `key = Type` or `key(..)`.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Expr, ExprLit, Ident, Lit, LitStr, Path, Type};

use crate::diagnostics::Diagnostic;

/// One key with what was given to it.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: Ident,
    pub(crate) form: Form,
}

#[derive(Debug)]
pub(crate) enum Form {
    /// `key`
    Flag,
    /// `key = value`
    Value(Expr),
    /// `key = Type`, which may also be the path of something else.
    Type(Type),
    /// `key(..)`
    List(TokenStream),
}

impl Entry {
    /// The expression after `=`, also if it came through a `macro_rules!`.
    pub(crate) fn value(&self) -> Option<&Expr> {
        let Form::Value(value) = &self.form else {
            return None;
        };
        let mut value = value;
        while let Expr::Group(group) = value {
            value = &group.expr;
        }
        Some(value)
    }

    /// The literal after `=`.
    pub(crate) fn literal(&self) -> Option<&Lit> {
        match self.value() {
            Some(Expr::Lit(ExprLit { lit, .. })) => Some(lit),
            _ => None,
        }
    }

    /// The string literal after `=`; `form` says what it should hold.
    pub(crate) fn string(&self, form: &str) -> Result<&LitStr, Diagnostic> {
        match self.literal() {
            Some(Lit::Str(text)) => Ok(text),
            _ => Err(self.wrong_type(form)),
        }
    }

    /// The type after `=`, also if it came through a `macro_rules!`.
    pub(crate) fn ty(&self) -> Option<&Type> {
        let Form::Type(ty) = &self.form else {
            return None;
        };
        let mut ty = ty;
        while let Type::Group(group) = ty {
            ty = &group.elem;
        }
        Some(ty)
    }

    /// The path after `=`.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self.ty() {
            Some(Type::Path(path)) if path.qself.is_none() => Some(&path.path),
            _ => None,
        }
    }

    /// Whether the name of a constant was given, as far as its capitals tell, or what
    /// another macro makes.
    pub(crate) fn is_constant(&self) -> bool {
        let last = self.path().and_then(|path| path.segments.last());
        let last = last.map(|last| last.ident.to_string());
        let in_capitals = last.is_some_and(|name| name.to_uppercase() == name);
        in_capitals || matches!(self.ty(), Some(Type::Macro(_)))
    }

    /// Says that something else was expected.
    pub(crate) fn wrong_type(&self, form: &str) -> Diagnostic {
        let key = &self.key;
        let what = match &self.form {
            Form::Flag => format!("`{key}` has no value"),
            _ if self.is_constant() => {
                format!("`{key}` takes no constant, as a macro does not see its value")
            }
            Form::List(_) => format!("`{key}` takes no list"),
            Form::Value(_) | Form::Type(_) => format!("`{key}` does not take this value"),
        };
        Diagnostic::new(self, what).expected(form)
    }
}

impl ToTokens for Entry {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match &self.form {
            Form::Value(value) => value.to_tokens(tokens),
            Form::Type(ty) => ty.to_tokens(tokens),
            Form::Flag | Form::List(_) => self.key.to_tokens(tokens),
        }
    }
}
