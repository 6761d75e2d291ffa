//! Every way in which the files of a small directory can be wrong. Opening and reading give the right answer, or
//! say what is damaged; a value that nobody wrote never comes back, and what is damaged stays on disk.

mod subject;

use std::path::Path;

use disk::{Fs, SimFs};

use crate::harness::{Machine, write};
use crate::image::Image;
use subject::{Outcome, Subject};

/// What is done to a byte, one at a time.
const PATTERNS: [fn(u8) -> u8; 4] = [|byte| byte ^ 0x01, |byte| byte ^ 0x80, |byte| !byte, |_| 0];

/// How often what came out of a sweep.
#[derive(Debug, Default)]
struct Tally {
    right: u64,
    told: u64,
    refused: u64,
    wrong: Vec<String>,
}

impl Tally {
    fn take(&mut self, subject: &Subject, image: &Image, context: &dyn Fn() -> String) {
        match subject.judge(image, context) {
            Ok(Outcome::Right) => self.right += 1,
            Ok(Outcome::Told) => self.told += 1,
            Ok(Outcome::Refused) => self.refused += 1,
            Err(wrong) => self.wrong.push(format!("{}: {wrong}", context())),
        }
    }

    fn finish(self, what: &str) {
        let Self { right, told, refused, wrong } = &self;
        println!("{what}: {right} answered rightly, {told} told of, {refused} refused to open");
        let shown = wrong.iter().take(12).map(String::as_str).collect::<Vec<_>>().join("\n");
        assert!(wrong.is_empty(), "{what}: {} wrong\n{shown}", wrong.len());
        assert!(right + told + refused > 0, "{what}: nothing was done");
    }
}

fn each_file(subject: &Subject, mut take: impl FnMut(&Path, &[u8])) {
    subject.image.0.iter().for_each(|(path, bytes)| take(path, bytes));
}

fn with(subject: &Subject, path: &Path, bytes: Vec<u8>) -> Image {
    let mut image = subject.image.clone();
    image.0.insert(path.to_path_buf(), bytes);
    image
}

fn flip_every_byte(subject: &Subject) {
    let mut tally = Tally::default();
    each_file(subject, |path, bytes| {
        for (offset, byte) in bytes.iter().enumerate() {
            for (number, pattern) in PATTERNS.iter().enumerate() {
                let mut damaged = bytes.to_vec();
                damaged[offset] = pattern(*byte);
                if damaged == bytes {
                    continue;
                }
                let image = with(subject, path, damaged);
                tally.take(subject, &image, &|| format!("{} byte {offset} pattern {number}", path.display()));
            }
        }
    });
    tally.finish(&format!("{}, every byte flipped", subject.name));
}

fn cut_at_every_length(subject: &Subject) {
    let mut tally = Tally::default();
    each_file(subject, |path, bytes| {
        for len in 0..bytes.len() {
            let image = with(subject, path, bytes[..len].to_vec());
            tally.take(subject, &image, &|| format!("{} cut to {len} bytes", path.display()));
        }
        for more in [1, 7, 8, 600] {
            for filler in [0, 0xff] {
                let mut grown = bytes.to_vec();
                grown.extend(std::iter::repeat_n(filler, more));
                let image = with(subject, path, grown);
                tally.take(subject, &image, &|| format!("{} with {more} x {filler}", path.display()));
            }
        }
    });
    tally.finish(&format!("{}, every length", subject.name));
}

fn zero_and_remove(subject: &Subject) {
    let mut tally = Tally::default();
    each_file(subject, |path, bytes| {
        let image = with(subject, path, vec![0; bytes.len()]);
        tally.take(subject, &image, &|| format!("{} all zeros", path.display()));
        for start in (0..bytes.len()).step_by(64) {
            let mut damaged = bytes.to_vec();
            let end = (start + 64).min(bytes.len());
            damaged[start..end].fill(0);
            let image = with(subject, path, damaged);
            tally.take(subject, &image, &|| format!("{} zeros from {start}", path.display()));
        }
        let mut image = subject.image.clone();
        image.0.remove(path);
        tally.take(subject, &image, &|| format!("{} removed", path.display()));
    });
    tally.finish(&format!("{}, zeroed and removed", subject.name));
}

fn mix_up_files(subject: &Subject, other: &Subject) {
    let mut tally = Tally::default();
    each_file(subject, |one, bytes| {
        each_file(subject, |two, replacement| {
            if one < two {
                let mut image = with(subject, one, replacement.to_vec());
                image.0.insert(two.to_path_buf(), bytes.to_vec());
                tally.take(subject, &image, &|| format!("{} and {} swapped", one.display(), two.display()));
            }
            if one != two {
                let image = with(subject, one, replacement.to_vec());
                tally.take(subject, &image, &|| format!("{} over {}", two.display(), one.display()));
            }
        });
        for name in ["segments/000000009999.seg", "wal/0000009999-0000000001.wal", "segments/x", "wal/x"] {
            let image = with(subject, Path::new(name), bytes.to_vec());
            tally.take(subject, &image, &|| format!("{} as {name} too", one.display()));
        }
        // A log file says nowhere whose it is, so one of another directory is not tried here.
        if let Some(foreign) = other.image.0.get(one).filter(|_| !one.starts_with("wal")) {
            let image = with(subject, one, foreign.clone());
            tally.take(subject, &image, &|| format!("{} of another directory", one.display()));
        }
    });
    tally.finish(&format!("{}, mixed up", subject.name));
}

#[test]
fn a_flipped_byte_anywhere_is_harmless_or_told_of() {
    flip_every_byte(&Subject::running(0));
    flip_every_byte(&Subject::stopped(0));
}

#[test]
fn a_file_of_any_other_length_is_harmless_or_told_of() {
    cut_at_every_length(&Subject::running(0));
    cut_at_every_length(&Subject::stopped(0));
}

#[test]
fn files_that_are_gone_or_zeroed_are_told_of() {
    zero_and_remove(&Subject::running(0));
    zero_and_remove(&Subject::stopped(0));
}

#[test]
fn files_in_wrong_places_are_harmless_or_told_of() {
    mix_up_files(&Subject::running(0), &Subject::running(1));
    mix_up_files(&Subject::stopped(0), &Subject::stopped(1));
}

/// One file after another is copied while the engine writes, freezes and merges between them.
#[test]
fn a_directory_copied_file_by_file_while_it_changes_is_whole_or_told_of() {
    let mut tally = Tally::default();
    for seed in 0..200 {
        let mut subject = Subject::running(seed);
        let image = subject.copy_slowly(seed);
        tally.take(&subject, &image, &|| format!("seed {seed}"));
    }
    tally.finish("copied while running");
}

#[test]
fn damage_to_the_copy_that_is_kept_is_no_reason_to_lose_the_next_one() {
    let machine = Machine::new(1);
    let engine = machine.open();
    engine.create_database("db").unwrap();
    for number in 0..8 {
        write(&engine, "db", None, &format!("m v={number} {number}"));
    }
    drop(engine);
    let original = Image::of(&machine.sim, Path::new("data"));
    let (wal, bytes) = original.0.iter().find(|(path, _)| path.starts_with("wal")).unwrap();
    let mut kept = Vec::new();
    for offset in [120, 200] {
        let sim = SimFs::new(1);
        let mut image = original.clone();
        let mut damaged = bytes.clone();
        damaged[offset] ^= 1;
        image.0.insert(wal.clone(), damaged.clone());
        image.put(&sim, Path::new("data"));
        let found = Machine { sim, ..machine.clone() };
        let engine = found.open();
        assert!(!engine.recovery().damage.is_empty(), "{:?}", engine.recovery());
        engine.freeze().unwrap();
        engine.stop().unwrap();
        let copy = Path::new("data/lost+found").join(wal.file_name().unwrap());
        assert_eq!(found.sim.read(&copy).unwrap(), damaged, "the damaged file stays as it was");
        kept.push(damaged);
    }
    assert_ne!(kept[0], kept[1]);
}
