//! Declarations as people write them, each with what makes it special: it compiles, under
//! the lints that it asks for, and what its `main` does succeeds.
//!
//! All are modules of one crate, and so known to Clippy, too.
#![deny(non_ascii_idents, rust_2024_compatibility)]
// Most are only to compile, and some are written as nobody should.
#![allow(
    dead_code,
    clippy::let_underscore_future,
    clippy::needless_arbitrary_self_type,
    clippy::too_many_arguments
)]

use std::process::{ExitCode, Termination};

macro_rules! declarations {
    ($($name:ident)*) => {$(
        pub mod $name;

        #[test]
        fn $name() {
            assert_eq!($name::main().report(), ExitCode::SUCCESS);
        }
    )*};
}

declarations! {
    accessors
    all_parameters
    all_settings
    all_verbs
    basic
    blocking
    blocks
    bodies
    cfg_attributes
    client_pages
    constructor_none
    crate_path
    credentials
    deprecated
    derives
    docs
    durable
    endpoints_of_a_trait
    error_description
    extends
    extends_generics
    fields
    fixed_texts
    forbidden_lints
    generics
    hostile_arguments
    hostile_modules
    hostile_traits
    hostile_types
    idempotency
    in_functions_and_macros
    lifetimes
    no_imports
    own_error
    pages
    parts
    prelude_only
    raw_identifiers
    recursive_fields
    responses
    return_aliases
    send_futures
    strict_lints
    unit_struct
    vendors
    visibility
}
