//! The corpora of the fuzz targets, and what damages them, without a fuzzer.

use std::path::{Path, PathBuf};

use super::{codec, segment};

/// The files of a corpus.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
    let paths: Vec<PathBuf> = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(!paths.is_empty(), "the corpus of {target} is empty");
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

#[test]
fn segments_with_sound_checksums_and_wrong_bytes_are_read_without_a_panic() {
    let mut tried = 0;
    for bytes in corpus("segment") {
        for offset in 0..bytes.len() {
            for pattern in [0x01, 0x10, 0x80, 0xff] {
                let mut damaged = bytes.clone();
                damaged[offset] ^= pattern;
                segment(&damaged);
                tried += 1;
            }
        }
    }
    assert!(tried > 1000, "{tried}");
}

#[test]
fn codecs_take_any_bytes_and_give_every_value_back() {
    for bytes in corpus("codec") {
        for offset in 0..bytes.len() {
            for pattern in [0, 0x01, 0x80, 0xff] {
                let mut damaged = bytes.clone();
                damaged[offset] ^= pattern;
                let (count, body) = damaged.split_at(2.min(damaged.len()));
                codec(count.iter().fold(0, |count, byte| count << 8 | u16::from(*byte)), body);
            }
        }
    }
}
