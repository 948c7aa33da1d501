//! What the macros say about mistakes, in folders by the kind of mistake. What they accept
//! is in `accepted`.
//!
//! Each case has one mistake, but for those in `many`, and uses the item that has it: all
//! that the compiler says is about the mistake.
//! `TRYBUILD=overwrite cargo test -p tests --test ui` writes the messages anew.

#[test]
fn mistakes_are_told() {
    // With a case that is to be run beside them, each would be compiled by itself.
    trybuild::TestCases::new().compile_fail("ui/fail/*/*.rs");
}
