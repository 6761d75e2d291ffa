//! Configuration files: any text is read or refused, with a line that is there.

#![no_main]

#[path = "../bodies/settings.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|text: &str| body::run(text));
