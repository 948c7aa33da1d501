//! What the macros say about mistakes (`ui/fail`, in folders by the kind of
//! mistake; `ui/fail_as_built` for those that a check alone does not find) and what
//! they accept (`ui/pass`).
//!
//! Each failing case has one mistake, but for those in `many`, and uses the item
//! that has it: all that the compiler says is about the mistake.
//! `TRYBUILD=overwrite cargo test -p tests --test ui` writes the messages anew.

// Apart, because those that must fail are then compiled together, and each by itself only
// where a case beside them is to be run.

#[test]
fn mistakes_are_told() {
    trybuild::TestCases::new().compile_fail("ui/fail/*/*.rs");
}

#[test]
fn declarations_compile() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/pass/*.rs");
    // Some constants are evaluated only where code is made, as for cases that are run.
    cases.compile_fail("ui/fail_as_built/*/*.rs");
}
