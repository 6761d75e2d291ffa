//! `processes`: how many there are in each state, from every `/proc/PID/stat`.

use super::{BlockingInput, Input, InputKind, InputSettings};
use crate::field::integer;
use crate::kernel_file::{KernelFile, KernelText};
use crate::{Accumulator, Error, Host, Result};
use settings::{Section, SettingsError};
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;

pub(super) const KIND: InputKind = InputKind {
    name: "processes",
    description: "How many processes there are in each state",
    sample: "[[inputs.processes]]\n",
    needs_two_gathers: false,
    read,
};

/// Which word behind the closing parenthesis is the number of threads: `num_threads` of proc(5).
const THREADS_WORD: usize = 17;

#[derive(Debug, Clone, Copy)]
struct Settings;

fn read(section: &mut Section<'_>) -> std::result::Result<Arc<dyn InputSettings>, SettingsError> {
    // Telegraf uses sudo on BSD only.
    section.without_effect(&["use_sudo"])?;
    Ok(Arc::new(Settings))
}

impl InputSettings for Settings {
    fn build(&self, host: &Host) -> Input {
        let file = KernelFile::new(PathBuf::new());
        Input::Blocking(Box::new(Processes { proc: host.proc.clone(), file }))
    }
}

struct Processes {
    proc: PathBuf,
    file: KernelFile,
}

/// Processes by state. Named as the fields are.
#[derive(Debug, Default)]
struct Counts {
    blocked: i64,
    zombies: i64,
    stopped: i64,
    running: i64,
    sleeping: i64,
    total: i64,
    unknown: i64,
    dead: i64,
    paging: i64,
    total_threads: i64,
    idle: i64,
    parked: i64,
}

impl BlockingInput for Processes {
    fn gather(&mut self, accumulator: &mut Accumulator) -> Result<()> {
        let mut counts = Counts::default();
        let entries = std::fs::read_dir(&self.proc).map_err(|source| Error::read(&self.proc, source))?;
        let mut path = self.proc.clone();
        for entry in entries {
            let name = entry.map_err(|source| Error::read(&self.proc, source))?.file_name();
            if !name.as_encoded_bytes().first().is_some_and(u8::is_ascii_digit) {
                continue;
            }
            path.push(name);
            path.push("stat");
            self.file.set_path(&path);
            path.pop();
            path.pop();
            match self.file.read().and_then(parse) {
                Ok((state, threads)) => counts.add(state, threads),
                Err(error) if is_gone(&error) => {}
                Err(error) => accumulator.add_error(error),
            }
        }
        counts.report(accumulator);
        Ok(())
    }
}

/// A process may end between the listing and the reading.
fn is_gone(error: &Error) -> bool {
    let no_such_process = rustix::io::Errno::SRCH.raw_os_error();
    match error {
        Error::Read { source, .. } => {
            source.kind() == ErrorKind::NotFound || source.raw_os_error() == Some(no_such_process)
        }
        _ => false,
    }
}

/// The state and the number of threads. The command before them stands in parentheses and may hold
/// anything, even a closing one.
fn parse(text: KernelText<'_>) -> Result<(char, i64)> {
    let expected = "a command in parentheses, then a state and at least 17 numbers";
    let line = text.first_line()?;
    let (_, behind) = text.text.rsplit_once(')').ok_or_else(|| line.malformed(expected))?;
    let mut words = behind.split_ascii_whitespace();
    let state = words.next().and_then(|word| word.chars().next()).ok_or_else(|| line.malformed(expected))?;
    let threads = line.number(words.nth(THREADS_WORD - 1), expected)?;
    Ok((state, threads))
}

impl Counts {
    /// The letters are those of proc(5).
    fn add(&mut self, state: char, threads: i64) {
        let count = match state {
            'R' => &mut self.running,
            'S' => &mut self.sleeping,
            'D' => &mut self.blocked,
            'Z' => &mut self.zombies,
            'X' | 'x' => &mut self.dead,
            'T' | 't' => &mut self.stopped,
            'W' => &mut self.paging,
            'I' => &mut self.idle,
            'P' => &mut self.parked,
            _ => &mut self.unknown,
        };
        *count += 1;
        self.total += 1;
        self.total_threads = self.total_threads.saturating_add(threads);
    }

    fn report(&self, accumulator: &mut Accumulator) {
        let fields = [
            integer("blocked", self.blocked),
            integer("zombies", self.zombies),
            integer("stopped", self.stopped),
            integer("running", self.running),
            integer("sleeping", self.sleeping),
            integer("total", self.total),
            integer("unknown", self.unknown),
            integer("dead", self.dead),
            integer("paging", self.paging),
            integer("total_threads", self.total_threads),
            integer("idle", self.idle),
            integer("parked", self.parked),
        ];
        let has_parked = usize::from(self.parked > 0);
        accumulator.add("processes", &[], &fields[..fields.len() - 1 + has_parked]);
    }
}

#[cfg(test)]
mod tests;
