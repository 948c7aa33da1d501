//! What is told of what is done, for as long as somebody listens.

use std::fmt;
use std::io::{self, Write};

use crate::Problem;
use crate::show::printable;

/// On stderr, as long as there is one. What stores and servers say must not move the cursor
/// of a terminal there either.
pub(crate) fn complain(problem: impl fmt::Display) {
    let problem = printable(&problem.to_string());
    let _ = writeln!(io::stderr(), "cloudapi: {problem}");
}

/// The output of a command that does something: it goes on when nobody reads that any more,
/// since half of it would be done otherwise.
pub(crate) struct Told<'a> {
    out: &'a mut dyn Write,
    lost: Option<io::Error>,
}

impl<'a> Told<'a> {
    pub(crate) fn new(out: &'a mut dyn Write) -> Self {
        Self { out, lost: None }
    }

    pub(crate) fn line(&mut self, line: impl fmt::Display) {
        if self.lost.is_none() {
            self.lost = writeln!(self.out, "{line}").err();
        }
    }

    /// All is done.
    pub(crate) fn end(self) -> Result<(), Problem> {
        self.lost
            .map_or(Ok(()), |error| Err(Problem::Untold(error)))
    }
}
