//! What the macros say about mistakes (`ui/fail`, in folders by the kind of
//! mistake) and what they accept (`ui/pass`).
//!
//! Each failing case has one mistake, but for those in `many`, and uses the item
//! that has it: all that the compiler says is about the mistake.
//! `TRYBUILD=overwrite cargo test -p tests --test ui` writes the messages anew.

#[test]
fn mistakes_are_told_and_declarations_compile() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/fail/*/*.rs");
    cases.pass("ui/pass/*.rs");
}
