//! Columns: any bytes are decoded or refused, and every value that is encoded comes back.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((count, body)) = bytes.split_first_chunk::<2>() else { return };
    tsdb::fuzzing::codec(u16::from_be_bytes(*count), body);
});
