//! Asks mounts for their size, one after the other, and never waits long for any.
//!
//! The asking happens on a thread of its own. When it does not answer in time it is left behind with
//! the mount that holds it, and a new thread goes on with the rest; a mount that holds a thread is not
//! asked again until that thread comes back. So there are never more waiting threads than hung mounts,
//! and never more than [`HUNG_MOUNTS_MAX`].

use crate::limits::HUNG_MOUNTS_MAX;
use crate::{Error, Result};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

/// What a file system says of itself, in bytes and inodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Usage {
    pub(super) total: u64,
    /// What a usual user may still take.
    pub(super) free: u64,
    pub(super) used: u64,
    pub(super) inodes_total: u64,
    pub(super) inodes_free: u64,
}

impl Usage {
    /// Asks the system; may block for ever.
    pub(super) fn ask(path: &Path) -> io::Result<Self> {
        let stat = rustix::fs::statfs(path)?;
        let block_bytes = u64::try_from(stat.f_bsize).unwrap_or(0);
        Ok(Self {
            total: stat.f_blocks.saturating_mul(block_bytes),
            free: stat.f_bavail.saturating_mul(block_bytes),
            used: stat.f_blocks.saturating_sub(stat.f_bfree).saturating_mul(block_bytes),
            inodes_total: stat.f_files,
            inodes_free: stat.f_ffree,
        })
    }
}

/// How a mount is asked; a test asks otherwise.
pub(super) type Ask = Arc<dyn Fn(&Path) -> io::Result<Usage> + Send + Sync>;

type Answer = (usize, io::Result<Usage>);

/// Small: the thread calls one function of the system.
const STACK_BYTES: usize = 128 << 10;

/// Asks, and remembers who has not answered yet.
pub(super) struct Prober {
    ask: Ask,
    timeout: Duration,
    hung: Vec<Hung>,
}

/// A mount that holds a thread.
struct Hung {
    path: PathBuf,
    is_back: Arc<AtomicBool>,
}

impl Prober {
    pub(super) fn new(ask: Ask, timeout: Duration) -> Self {
        Self { ask, timeout, hung: Vec::new() }
    }

    /// Asks each of `paths` and hands on its index and what came of it. A mount that still hangs from an
    /// earlier call is passed over in silence.
    pub(super) fn ask_all(&mut self, paths: &[PathBuf], mut each: impl FnMut(usize, Result<Usage>)) {
        self.hung.retain(|hung| !hung.is_back.load(Ordering::Acquire));
        let mut todo: Vec<(usize, PathBuf)> = paths.iter().cloned().enumerate().collect();
        todo.retain(|(_, path)| !self.hung.iter().any(|hung| hung.path == *path));
        while !todo.is_empty() && self.hung.len() < HUNG_MOUNTS_MAX {
            let (answers, is_back) = match self.start(todo.clone()) {
                Ok(started) => started,
                Err(source) => return each(todo[0].0, Err(Error::Thread(source))),
            };
            if let Some(path) = self.listen(&answers, &mut todo, &mut each) {
                self.hung.push(Hung { path, is_back });
            }
        }
    }

    /// Hands answers on until all are there or one takes too long; gives that mount.
    fn listen(
        &self,
        answers: &Receiver<Answer>,
        todo: &mut Vec<(usize, PathBuf)>,
        each: &mut impl FnMut(usize, Result<Usage>),
    ) -> Option<PathBuf> {
        while !todo.is_empty() {
            let outcome = answers.recv_timeout(self.timeout);
            let (index, path) = todo.remove(0);
            match outcome {
                Ok((_, Ok(usage))) => each(index, Ok(usage)),
                Ok((_, Err(source))) => each(index, Err(Error::Mount { path, source })),
                Err(RecvTimeoutError::Timeout) => {
                    each(index, Err(Error::MountHangs { path: path.clone(), after: self.timeout }));
                    return Some(path);
                }
                Err(RecvTimeoutError::Disconnected) => {
                    let source = io::Error::other("the asking thread ended early");
                    each(index, Err(Error::Mount { path, source }));
                    return None;
                }
            }
        }
        None
    }

    fn start(&self, todo: Vec<(usize, PathBuf)>) -> io::Result<(Receiver<Answer>, Arc<AtomicBool>)> {
        let (sender, receiver) = sync_channel(todo.len());
        let is_back = Arc::new(AtomicBool::new(false));
        let (ask, back) = (Arc::clone(&self.ask), Arc::clone(&is_back));
        let thread = thread::Builder::new().name("statfs".to_owned()).stack_size(STACK_BYTES);
        thread.spawn(move || {
            ask_in_order(&ask, todo, &sender);
            back.store(true, Ordering::Release);
        })?;
        Ok((receiver, is_back))
    }
}

/// Stops when nobody listens any more: the caller has given this thread up.
fn ask_in_order(ask: &Ask, todo: Vec<(usize, PathBuf)>, sender: &SyncSender<Answer>) {
    for (index, path) in todo {
        if sender.send((index, ask(&path))).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests;
