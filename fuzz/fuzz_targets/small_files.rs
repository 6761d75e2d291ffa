//! The small files of a data directory and of a backup.

#![no_main]

#[path = "../bodies/small_files.rs"]
mod body;
#[path = "../bodies/records.rs"]
mod records;

libfuzzer_sys::fuzz_target!(|input: &[u8]| body::run(input));
