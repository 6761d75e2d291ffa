//! The house rules as tests: what reviewers would otherwise have to remember.
//!
//! Each rule reads manifests and sources as text and answers with complaints; a rule that finds
//! nothing wrong answers with none. `tests/house.rs` runs them over this repository and
//! `tests/rules.rs` proves that each can complain.

#![forbid(unsafe_code)]

mod complaint;
mod dependencies;
mod formats;
mod sources;
mod tree;

pub use complaint::Complaint;
pub use dependencies::{HOUSE, architecture_table, forbidden_dependencies};
pub use formats::{fingerprint, stale_format_documents};
pub use sources::{check_source, check_unsafe_is_forbidden};
pub use tree::{SourceFile, Tree};
