//! What the macros say about mistakes (`ui/fail`, in folders by the kind of
//! mistake) and what they accept (`ui/pass`).
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
    trybuild::TestCases::new().pass("ui/pass/*.rs");
}
