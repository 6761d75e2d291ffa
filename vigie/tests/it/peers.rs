//! Programs that tests talk to.

use std::path::PathBuf;

/// The path of a program, or nothing: the test is skipped then, which its output says, unless
/// `VIGIE_REQUIRE_PEERS=1` makes that a failure.
pub(crate) fn find(program: &str, test: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&folders)
        .chain([PathBuf::from("/usr/sbin"), PathBuf::from("/usr/bin")])
        .map(|folder| folder.join(program))
        .find(|path| path.is_file());
    if found.is_none() {
        skip(test, &format!("{program} is not installed"));
    }
    found
}

/// Says that a test is skipped and why, or fails it with `VIGIE_REQUIRE_PEERS=1`.
pub(crate) fn skip(test: &str, reason: &str) {
    let required = std::env::var("VIGIE_REQUIRE_PEERS").is_ok_and(|value| value == "1");
    assert!(!required, "{test}: {reason}, and VIGIE_REQUIRE_PEERS=1");
    eprintln!("SKIPPED {test}: {reason}");
}
