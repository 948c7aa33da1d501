//! The stores that the processes share.

use std::path::Path;

use tests::contract;

/// The address of a new file.
pub(super) fn sqlite(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("calls.db").display())
}

/// The address of the server that `.ci/servers` starts. What is in it has the names of the
/// tests' own servers, whose ports differ from run to run, so nothing is in the way.
pub(super) fn redis() -> Option<String> {
    contract::server("CLOUDAPI_REDIS")
}
