//! Records of the write-ahead log, in frames that are sound: an engine starts with any of them, answers, and writes
//! what it took into segments.

#![no_main]

#[path = "../bodies/wal.rs"]
mod body;
#[path = "../bodies/records.rs"]
mod records;

libfuzzer_sys::fuzz_target!(|input: &[u8]| body::run(input));
