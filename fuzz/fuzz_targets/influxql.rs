//! Statements: no text may crash the parser, and what parses must print as a text that parses to the same.

#![no_main]

#[path = "../bodies/influxql.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|text: &str| body::run(text));
