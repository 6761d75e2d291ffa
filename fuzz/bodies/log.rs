//! The record log: any bytes are read to their end, the same way alone and as one file of several, and what is read
//! lies where it is said to lie.

use std::path::{Path, PathBuf};

use disk::SimFs;
use disk::log::{Part, Reader, Stop, recover, settle};

/// One input.
pub(crate) fn run(bytes: &[u8]) {
    for stop in [Stop::Clean, Stop::Unknown, Stop::Running] {
        read(bytes, stop);
    }
    let sim = SimFs::new(1);
    let (front, back) = bytes.split_at(bytes.len() / 2);
    let paths: Vec<PathBuf> = [front, back, bytes]
        .iter()
        .enumerate()
        .map(|(number, bytes)| {
            let path = PathBuf::from(number.to_string());
            disk::replace(&sim, &path, bytes).expect("the disk is well");
            path
        })
        .collect();
    let Ok(mut recovery) = recover(&sim, &paths, Stop::Unknown) else { return };
    let mut last_lsn = 0;
    for frame in recovery.by_ref() {
        let frame = frame.expect("the disk is well");
        assert!(frame.lsn > last_lsn);
        last_lsn = frame.lsn;
    }
    let report = recovery.finish().expect("the disk is well");
    settle(&sim, &report).expect("the disk is well");
}

fn read(bytes: &[u8], stop: Stop) {
    let Ok(mut reader) = Reader::new(Path::new("a.log"), bytes, stop) else { return };
    let mut end = 0;
    for part in reader.by_ref() {
        let range = match part {
            Part::Frame { offset, payload, .. } => offset..offset + payload.len() as u64,
            Part::Hole { range } => range,
        };
        assert!(range.start >= end && range.end <= bytes.len() as u64);
        end = range.end;
    }
    assert!(reader.tail().is_some());
}
