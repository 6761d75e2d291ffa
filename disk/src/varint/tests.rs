//! Known encodings, round trips, and arbitrary input.

use proptest::prelude::*;

use super::{read_bytes, read_i64, read_u64, unzigzag, write_bytes, write_i64, write_u64, zigzag};

fn encoded(value: u64) -> Vec<u8> {
    let mut buf = Vec::new();
    write_u64(&mut buf, value);
    buf
}

#[test]
fn known_numbers_have_known_bytes() {
    assert_eq!(encoded(0), [0]);
    assert_eq!(encoded(127), [127]);
    assert_eq!(encoded(128), [0x80, 1]);
    assert_eq!(encoded(624_485), [0xe5, 0x8e, 0x26]);
    assert_eq!(encoded(u64::MAX), [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]);
}

#[test]
fn zigzag_keeps_small_magnitudes_small() {
    assert_eq!([0, -1, 1, -2, i64::MIN].map(zigzag), [0, 1, 2, 3, u64::MAX]);
    assert_eq!(unzigzag(u64::MAX), i64::MIN);
}

#[test]
fn a_number_wider_than_64_bits_is_refused() {
    let mut input: &[u8] = &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2];
    assert_eq!(read_u64(&mut input), None);
    assert_eq!(input.len(), 10, "a refused number leaves the input untouched");
    let mut endless: &[u8] = &[0x80; 64];
    assert_eq!(read_u64(&mut endless), None);
}

#[test]
fn a_length_beyond_the_input_is_refused() {
    let mut input: &[u8] = &[5, b'a', b'b'];
    assert_eq!(read_bytes(&mut input), None);
    assert_eq!(input.len(), 3);
}

proptest! {
    #[test]
    fn every_number_comes_back(value: u64, signed: i64, bytes: Vec<u8>) {
        let mut buf = Vec::new();
        write_u64(&mut buf, value);
        write_i64(&mut buf, signed);
        write_bytes(&mut buf, &bytes);
        let mut input = buf.as_slice();
        prop_assert_eq!(read_u64(&mut input), Some(value));
        prop_assert_eq!(read_i64(&mut input), Some(signed));
        prop_assert_eq!(read_bytes(&mut input), Some(bytes.as_slice()));
        prop_assert!(input.is_empty());
    }

    #[test]
    fn every_prefix_of_a_number_is_refused(value in 128_u64..) {
        let bytes = encoded(value);
        for cut in 0..bytes.len() {
            prop_assert_eq!(read_u64(&mut &bytes[..cut]), None);
        }
    }

    #[test]
    fn arbitrary_input_never_panics(bytes: Vec<u8>) {
        let mut input = bytes.as_slice();
        while read_bytes(&mut input).is_some() {}
        let mut input = bytes.as_slice();
        while read_i64(&mut input).is_some() {}
        prop_assert!(input.len() <= bytes.len());
    }
}
