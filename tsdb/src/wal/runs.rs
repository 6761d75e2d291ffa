//! Which run of the engine wrote which files of the WAL, so that a file of another data directory is never replayed.
//!
//! Each start draws a key, and the MANIFEST has it before the run's first file is made. The salt of a file, which is
//! part of every frame's checksum, follows from the key and the file's generation and number. So a header tells
//! whether a file is the one that its name says, written by a run that this directory knows of: not by one of another
//! directory, nor by one of a copy of this directory that went its own way, nor one that has another's name.
//!
//! The layout is in `docs/format/wal.md` and `docs/format/manifest.md`.

use std::hash::{BuildHasher, RandomState};

use crate::decode::{Decoder, write_count};
use crate::generation::GenerationId;
use crate::wal::format::{KEY_NONE, SALT_GENERATION, SALT_NUMBER, mix};

/// One run, from the start of the engine to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    /// The first generation that it may have written; it ends where the next run's begin.
    pub(crate) first: GenerationId,
    pub(crate) key: RunKey,
}

/// What the salts of a run's files follow from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RunKey(u64);

impl RunKey {
    /// A key that no other run has: the standard library seeds each hasher state from the system.
    pub(crate) fn draw() -> Self {
        Self(RandomState::new().hash_one(KEY_NONE).max(KEY_NONE + 1))
    }

    /// The salt of a file of this run.
    pub(crate) const fn salt(self, generation: GenerationId, number: u64) -> u64 {
        let of_generation = mix(self.0 ^ mix(generation.wrapping_add(SALT_GENERATION)));
        mix(of_generation ^ mix(number.wrapping_add(SALT_NUMBER)))
    }
}

/// The runs whose files may be in the WAL, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Runs(Vec<Run>);

impl Runs {
    /// Those of a directory from before there were keys: every file is taken for what its name says.
    pub(crate) fn without_keys() -> Self {
        Self(vec![Run { first: 0, key: RunKey(KEY_NONE) }])
    }

    /// These runs and a new one, which begins with `first`; without those of which no file is `present`.
    pub(crate) fn with_next(&self, run: Run, present: &[GenerationId]) -> Self {
        let has_file = |other: &&Run| {
            let of = |generation: &GenerationId| self.of(*generation).is_some_and(|run| run == *other);
            other.first < run.first && present.iter().any(of)
        };
        Self(self.0.iter().filter(has_file).copied().chain([run]).collect())
    }

    /// The run that wrote a generation.
    fn of(&self, generation: GenerationId) -> Option<&Run> {
        self.0.iter().rev().find(|run| run.first <= generation)
    }

    /// Whether a file of this generation and number may have this salt: it is ours, or of a time when files could not
    /// tell.
    pub(crate) fn admits(&self, generation: GenerationId, number: u64, salt: u64) -> bool {
        let has = |run: &Run| run.key.0 == KEY_NONE || run.key.salt(generation, number) == salt;
        self.of(generation).is_some_and(has)
    }

    /// Whether no run is known: none has begun yet, or the directory is a copy without a WAL.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a run of this directory may have written this generation.
    pub(crate) fn covers(&self, generation: GenerationId) -> bool {
        self.of(generation).is_some()
    }

    /// Whether a salt can only be that of this generation and number.
    pub(crate) fn proves(&self, generation: GenerationId, number: u64, salt: u64) -> bool {
        let run = self.of(generation).filter(|run| run.key.0 != KEY_NONE);
        run.is_some_and(|run| run.key.salt(generation, number) == salt)
    }

    pub(crate) fn encode(&self, buf: &mut Vec<u8>) {
        write_count(buf, self.0.len());
        for run in &self.0 {
            disk::varint::write_u64(buf, run.first);
            buf.extend_from_slice(&run.key.0.to_le_bytes());
        }
    }

    pub(crate) fn decode(input: &mut Decoder<'_>) -> Option<Self> {
        let runs = input.list(|input| Some(Run { first: input.u64()?, key: RunKey(input.fixed_u64()?) }))?;
        runs.is_sorted_by(|a, b| a.first < b.first).then_some(Self(runs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(first: GenerationId, key: u64) -> Run {
        Run { first, key: RunKey(key) }
    }

    /// A change of the function would make every file that is there a foreign one.
    #[test]
    fn salts_are_the_same_for_ever() {
        let salts = [(1, 1, 1), (1, 1, 2), (1, 2, 1), (u64::MAX, u64::MAX, u64::MAX)]
            .map(|(key, generation, number)| RunKey(key).salt(generation, number));
        assert_eq!(
            salts.map(|salt| format!("{salt:016x}")),
            ["7c3bcd5e726c8ea8", "4e179d41c2f38002", "58d7a41acb0047a2", "e6e2dcee87653b62"]
        );
    }

    #[test]
    fn a_file_is_believed_under_its_own_name_and_run_only() {
        let runs = Runs(vec![run(3, 77), run(7, 78)]);
        let (old, new) = (RunKey(77), RunKey(78));
        assert!(runs.admits(6, 2, old.salt(6, 2)) && runs.admits(7, 2, new.salt(7, 2)));
        for (generation, number, salt) in [
            (6, 3, old.salt(6, 2)),
            (5, 2, old.salt(6, 2)),
            (7, 2, old.salt(7, 2)),
            (6, 2, new.salt(6, 2)),
            (2, 2, old.salt(2, 2)),
        ] {
            assert!(!runs.admits(generation, number, salt), "{generation}-{number}");
        }
        assert!(runs.proves(6, 2, old.salt(6, 2)) && !runs.proves(6, 3, old.salt(6, 2)));
    }

    #[test]
    fn files_from_before_there_were_keys_are_believed_but_prove_nothing() {
        let runs = Runs::without_keys();
        assert!(runs.admits(9, 1, 12345) && !runs.proves(9, 1, 12345));
        let next = runs.with_next(run(10, 5), &[9]);
        assert!(next.admits(9, 1, 12345) && !next.admits(10, 1, 12345));
        let next = next.with_next(run(11, 6), &[10]);
        assert_eq!(next, Runs(vec![run(10, 5), run(11, 6)]), "the old files are gone");
    }

    #[test]
    fn a_run_that_left_no_file_is_forgotten() {
        let runs = Runs(vec![run(3, 1), run(5, 2), run(6, 3)]);
        assert_eq!(runs.with_next(run(9, 4), &[3, 4, 8]), Runs(vec![run(3, 1), run(6, 3), run(9, 4)]));
        assert_eq!(
            runs.with_next(run(6, 4), &[5]),
            Runs(vec![run(5, 2), run(6, 4)]),
            "the last one made none"
        );
        assert_eq!(runs.with_next(run(9, 4), &[]), Runs(vec![run(9, 4)]));
    }

    #[test]
    fn runs_come_back_as_they_were_written() {
        let runs = Runs(vec![run(3, 1), run(5, u64::MAX)]);
        let mut bytes = Vec::new();
        runs.encode(&mut bytes);
        assert_eq!(Runs::decode(&mut Decoder::new(&bytes)), Some(runs));
        let mut bytes = Vec::new();
        Runs(vec![run(5, 1), run(5, 2)]).encode(&mut bytes);
        assert_eq!(Runs::decode(&mut Decoder::new(&bytes)), None);
    }
}
