//! Names of databases and retention policies: checked once, then trusted.

use crate::limits::NAME_BYTES_MAX;
use thiserror::Error;

/// The name of a database or retention policy that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("invalid name")]
pub struct InvalidName;

/// Whether InfluxDB 1.x would take `name` for a database or retention policy: not empty, not `.` or
/// `..`, no slash, nothing unprintable; and not longer than [`NAME_BYTES_MAX`].
///
/// # Errors
/// [`InvalidName`], whose text is InfluxDB's.
pub fn check_name(name: &str) -> Result<(), InvalidName> {
    let refused = name.is_empty()
        || name == "."
        || name == ".."
        || name.len() > NAME_BYTES_MAX
        || name.contains(['/', '\\'])
        || name.chars().any(|c| c.is_control() || (c.is_whitespace() && c != ' '));
    if refused { Err(InvalidName) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
