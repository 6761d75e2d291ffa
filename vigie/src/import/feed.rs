//! A thread that reads a source and gives what is to be done, in order, a little ahead.

use super::batch::{Batch, SealedBatch};
use super::limits::BATCHES_AHEAD;
use super::lines::{Lines, Position};
use super::script::{Script, Step};
use super::source::Source;
use anyhow::Context as _;
use std::io::Read;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Something to be done.
#[derive(Debug)]
pub(super) enum Work {
    /// A statement to be executed, and the number of its line.
    Statement(String, u64),
    /// Lines to be written.
    Write(SealedBatch),
}

/// Something to be done, and the place in the source when it is done.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) work: Work,
    pub(super) after: Place,
}

/// A place in a source, and what is known there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) position: Position,
    pub(super) script: Script,
}

/// What is to be done, as it is read; then how reading ended.
pub(super) struct Feed {
    pub(super) items: mpsc::Receiver<Item>,
    pub(super) thread: JoinHandle<anyhow::Result<()>>,
}

/// Starts to read from a place.
pub(super) fn start(source: Source, from: Place, lines_max: usize) -> Feed {
    let (sender, items) = mpsc::channel(BATCHES_AHEAD);
    let thread = tokio::task::spawn_blocking(move || {
        let lines = Lines::new(source.reader, from.position)
            .context("the source ends before the place to go on from")?;
        let batch = Batch::new(from.script.target.clone());
        Reader { lines, script: from.script, batch, lines_max, sender }.run()
    });
    Feed { items, thread }
}

struct Reader<R> {
    lines: Lines<R>,
    script: Script,
    batch: Batch,
    lines_max: usize,
    sender: mpsc::Sender<Item>,
}

/// Nobody takes the work any more; whoever did has said why.
struct Unwanted;

impl<R: Read> Reader<R> {
    fn run(mut self) -> anyhow::Result<()> {
        loop {
            let before = self.lines.position();
            let Some(line) = self.lines.next()? else {
                let _ = self.send_batch(before);
                return Ok(());
            };
            let number = line.number;
            let outcome = match self.script.read(line.text) {
                Step::Nothing => Ok(()),
                Step::Statement(statement) => {
                    let work = Work::Statement(statement.to_owned(), number);
                    self.send_batch(before).and_then(|()| self.send(work, self.lines.position()))
                }
                Step::Point => {
                    anyhow::ensure!(
                        self.script.target.db.is_some(),
                        "line {number}: no # CONTEXT-DATABASE: says which database it belongs to; give --db"
                    );
                    let (text, is_torn) = (line.text.to_vec(), line.is_torn);
                    self.take(&text, number, is_torn, before)
                }
            };
            if let Err(Unwanted) = outcome {
                return Ok(());
            }
        }
    }

    /// Adds a point's line; what does not fit with those before is a batch of its own. A torn line would
    /// swallow those behind it.
    fn take(&mut self, text: &[u8], number: u64, is_torn: bool, before: Position) -> Result<(), Unwanted> {
        let fits = self.batch.has_room(text.len(), self.lines_max) && self.batch.target == self.script.target;
        if !fits || is_torn {
            self.send_batch(before)?;
        }
        self.batch.target.clone_from(&self.script.target);
        self.batch.push(text, number);
        if is_torn { self.send_batch(self.lines.position()) } else { Ok(()) }
    }

    /// Sends the lines so far. What stands between them and `after` are comments, which the script has read.
    fn send_batch(&mut self, after: Position) -> Result<(), Unwanted> {
        let batch = std::mem::replace(&mut self.batch, Batch::new(self.script.target.clone()));
        if batch.is_empty() { Ok(()) } else { self.send(Work::Write(batch.seal()), after) }
    }

    fn send(&self, work: Work, after: Position) -> Result<(), Unwanted> {
        let after = Place { position: after, script: self.script.clone() };
        self.sender.blocking_send(Item { work, after }).map_err(|_| Unwanted)
    }
}
