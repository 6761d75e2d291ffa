//! The record log: any bytes are read to their end, the same way alone and as one file of several, and what is read
//! lies where it is said to lie.

#![no_main]

#[path = "../bodies/log.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| body::run(bytes));
