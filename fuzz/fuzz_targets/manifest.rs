//! Edits of the MANIFEST, in frames that are sound: an engine opens the directory or says why not.

#![no_main]

#[path = "../bodies/manifest.rs"]
mod body;
#[path = "../bodies/records.rs"]
mod records;

libfuzzer_sys::fuzz_target!(|input: &[u8]| body::run(input));
