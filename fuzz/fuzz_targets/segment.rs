//! Segments: any bytes are read or refused, also when their checksums fit.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| tsdb::fuzzing::segment(bytes));
