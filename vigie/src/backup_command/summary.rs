//! What a backup came to, in one line.

use super::receive::Unpacked;
use indicatif::HumanBytes;
use std::path::PathBuf;
use std::time::Duration;

/// A backup that is made.
#[derive(Debug)]
pub(super) struct Summary {
    /// What it is called.
    pub(super) dest: String,
    pub(super) lsn: u64,
    /// All files that a restore needs.
    pub(super) files: u64,
    /// Those that came, and what they hold.
    pub(super) sent: Sent,
    /// The earlier backup that it was made against.
    pub(super) base: Option<PathBuf>,
    pub(super) took: Duration,
}

/// Files that came from the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) files: u64,
    pub(super) bytes: u64,
}

impl Summary {
    /// The line. `unpacked` says what was made of it, if it is a folder.
    pub(super) fn line(&self, unpacked: Option<&Unpacked>) -> String {
        let Self { dest, lsn, sent, took, .. } = self;
        let bytes = HumanBytes(sent.bytes);
        let content = match &self.base {
            None => format!("{}, {bytes}", files(self.files)),
            Some(base) => {
                let rest = self.unchanged(&base.display().to_string(), unpacked);
                format!("{}, of which {} new, {bytes}; {rest}", files(self.files), are(sent.files))
            }
        };
        format!("{dest}: {content}; everything up to LSN {lsn}, in {:.1} s", took.as_secs_f64())
    }

    /// Where the files are that the earlier backup has.
    fn unchanged(&self, base: &str, unpacked: Option<&Unpacked>) -> String {
        let unchanged = self.files.saturating_sub(self.sent.files);
        match unpacked {
            _ if unchanged == 0 => {
                format!("it has nothing in common with {base}; is that of another server?")
            }
            Some(Unpacked { linked, copied: 0, .. }) => format!("{linked} unchanged, linked from {base}"),
            Some(Unpacked { linked: 0, copied, .. }) => format!("{copied} unchanged, copied from {base}"),
            Some(Unpacked { linked, copied, .. }) => {
                format!("{linked} unchanged, linked from {base}, and {copied} copied")
            }
            None => format!("{unchanged} unchanged, which a restore takes from {base}"),
        }
    }
}

fn files(count: u64) -> String {
    if count == 1 { "1 file".to_owned() } else { format!("{count} files") }
}

fn are(count: u64) -> String {
    if count == 1 { "1 is".to_owned() } else { format!("{count} are") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_and_unchanged_files_are_told_apart() {
        let mut summary = Summary {
            dest: "b".to_owned(),
            lsn: 9,
            files: 5,
            sent: Sent { files: 5, bytes: 3 << 19 },
            base: None,
            took: Duration::from_millis(1_250),
        };
        let check = |summary: &Summary, unpacked: Option<&Unpacked>, expected: &str| {
            assert_eq!(summary.line(unpacked), format!("b: {expected}; everything up to LSN 9, in 1.2 s"));
        };
        let unpacked = |linked, copied| Unpacked { linked, copied, ..Unpacked::default() };
        check(&summary, Some(&unpacked(0, 0)), "5 files, 1.50 MiB");
        summary.base = Some("a".into());
        check(&summary, Some(&unpacked(0, 0)), {
            "5 files, of which 5 are new, 1.50 MiB; it has nothing in common with a; is that of another server?"
        });
        summary.sent.files = 1;
        let new = "5 files, of which 1 is new, 1.50 MiB; ";
        check(&summary, Some(&unpacked(4, 0)), &format!("{new}4 unchanged, linked from a"));
        check(&summary, Some(&unpacked(0, 4)), &format!("{new}4 unchanged, copied from a"));
        check(&summary, None, &format!("{new}4 unchanged, which a restore takes from a"));
    }
}
