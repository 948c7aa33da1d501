//! What is told of what goes wrong.

use std::fmt;
use std::io::{self, Write as _};

use crate::show::printable;

/// On stderr, as long as there is one. What stores and servers say must not move the cursor
/// of a terminal there either.
pub(crate) fn complain(problem: impl fmt::Display) {
    let problem = printable(&problem.to_string());
    let _ = writeln!(io::stderr(), "cloudapi: {problem}");
}
