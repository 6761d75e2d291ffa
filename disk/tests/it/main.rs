//! The crate through its front door: what survives a power cut, a failing call, a flipped bit.

mod broken_mapping;
mod group_commit;
mod real_disk;
mod recovery;
mod replacing;
mod simulated_disk;
mod torn_groups;
