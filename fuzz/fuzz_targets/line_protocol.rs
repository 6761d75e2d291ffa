//! Bodies of `/write`: no bytes may crash the parser, and what it took must be written and read back as it
//! was.

#![no_main]

#[path = "../bodies/line_protocol.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|body: &[u8]| body::run(body));
