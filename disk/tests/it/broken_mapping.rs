//! Mapped files that are cut under their readers: the reader learns it, the process lives.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};

use disk::{Bytes, Fs, StdFs};

const LEN: usize = 100_000;

/// A file of `LEN` bytes, none of them zero, and its mapping.
fn mapped(dir: &Path, name: &str) -> (PathBuf, Bytes) {
    let path = dir.join(name);
    StdFs.create(&path).expect("a new file").append(&[7; LEN]).expect("room for it");
    let bytes = StdFs.map(&path).expect("a mapping");
    (path, bytes)
}

fn cut(path: &Path, len: u64) {
    let file = OpenOptions::new().write(true).open(path);
    file.and_then(|file| file.set_len(len)).expect("the file can be cut");
}

fn zeros(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == 0).count()
}

#[test]
fn a_file_that_is_cut_under_a_reader_reads_as_zeros_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let (path, bytes) = mapped(dir.path(), "cut");
    let (_, other) = mapped(dir.path(), "whole");
    assert_eq!((zeros(&bytes), bytes.broken_at()), (0, None));
    cut(&path, 50_000);
    assert_eq!(zeros(&bytes), LEN - 50_000, "what is left of the file is still there");
    let page = 4096;
    assert_eq!(bytes.broken_at(), Some(50_000_u64.next_multiple_of(page)));
    assert_eq!(bytes.slice(0..10).broken_at(), bytes.broken_at(), "a slice speaks for its file");
    assert_eq!((zeros(&other), other.broken_at()), (0, None));
}

#[test]
fn a_cut_is_found_wherever_it_is_and_whatever_was_read() {
    let dir = tempfile::tempdir().unwrap();
    for len in [0, 1, 4095, 4096, 4097, 50_000, 98_303, 98_304, 98_305, LEN as u64 - 1] {
        let (path, bytes) = mapped(dir.path(), &len.to_string());
        assert_eq!(bytes[0], 7);
        cut(&path, len);
        assert!(bytes.broken_at().is_some(), "cut to {len}");
        assert!(StdFs.map(&path).is_ok_and(|again| again.broken_at().is_none()), "a new mapping is whole");
    }
}

#[test]
fn many_threads_fault_in_many_files_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let files: Vec<_> = (0..16).map(|number| mapped(dir.path(), &number.to_string())).collect();
    for (number, (path, _)) in files.iter().enumerate() {
        if number % 2 == 0 {
            cut(path, 4096 * number as u64);
        }
    }
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let (files, dir) = (&files, dir.path());
            scope.spawn(move || {
                for (number, (_, bytes)) in files.iter().enumerate() {
                    let expected = if number % 2 == 0 { LEN - 4096 * number } else { 0 };
                    assert_eq!(zeros(bytes), expected);
                    assert_eq!(bytes.broken_at().is_some(), expected > 0);
                    // Slots of the table come and go meanwhile.
                    drop(mapped(dir, &format!("{thread}-{number}")));
                }
            });
        }
    });
}

#[test]
fn what_is_mapped_is_counted() {
    let dir = tempfile::tempdir().unwrap();
    let kept: Vec<_> = (0..100).map(|number| mapped(dir.path(), &number.to_string())).collect();
    // Other tests map files, too.
    assert!(disk::mapped().mappings >= 100 && disk::mapped().bytes >= 100 * LEN);
    drop(kept);
    assert!(disk::mapped().bytes < 100 * LEN);
}

/// In a process of its own: the guard is installed, then a mapping that is not ours faults.
#[test]
fn a_fault_that_is_not_ours_still_ends_the_process() {
    use std::os::unix::process::ExitStatusExt;
    const CHILD: &str = "VIGIE_FOREIGN_FAULT";
    if std::env::var_os(CHILD).is_some() {
        let dir = tempfile::tempdir().unwrap();
        let (path, bytes) = mapped(dir.path(), "ours");
        let file = std::fs::File::open(&path).unwrap();
        #[expect(unsafe_code, reason = "a mapping that the crate does not know of")]
        // SAFETY: none is claimed: the process is meant to end here.
        let foreign = unsafe { memmap2::Mmap::map(&file).unwrap() };
        cut(&path, 0);
        assert_eq!(bytes[0], 0, "ours goes on");
        println!("about to fault");
        assert_eq!(zeros(&foreign), LEN, "never reached");
    }
    let name = "broken_mapping::a_fault_that_is_not_ours_still_ends_the_process";
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout).into_owned();
    assert!(said.contains("about to fault"), "{said}");
    assert_eq!(child.status.signal(), Some(7), "{:?}, {said}", child.status);
}
