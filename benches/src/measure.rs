//! A server process and what it costs, as the kernel counts it.
//!
//! Processor time is read from `/proc/PID/stat` once more after the process has ended and before it is
//! reaped: a zombie still holds its totals, so the last flush is in them. Peaks of memory come from
//! `/proc/PID/status`, looked at every few milliseconds until the process ends; the resident peak is the
//! kernel's own high-water mark and misses nothing but the last look.

mod watch;

use crate::limits::{LOG_TAIL_BYTES_MAX, QUIET, QUIET_CPU, SETTLE_MAX, STOP_MAX};
use anyhow::{Context as _, bail, ensure};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};
use watch::Watch;

/// The unit in which the system counts the space of a file, whatever the file system's own.
const BLOCK_BYTES: u64 = 512;

/// A running server; killed when dropped.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    watch: Option<Watch>,
    log: PathBuf,
}

/// What a process came to from its start to its clean end.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Ended {
    /// Processor time of all threads, user and system.
    pub(crate) cpu: Duration,
    /// Peaks of memory in bytes.
    pub(crate) peak: Memory,
}

/// Bytes of a process.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Memory {
    /// Resident, mapped files included.
    pub(crate) resident_bytes: u64,
    /// Resident and not backed by a file.
    pub(crate) anonymous_bytes: u64,
}

impl Process {
    /// Starts a command whose stderr goes to the file `log`, with stdout too unless it is wanted.
    pub(crate) fn start(mut command: Command, log: PathBuf, keep_stdout: bool) -> anyhow::Result<Self> {
        let file = File::create(&log).with_context(|| format!("creating {}", log.display()))?;
        let stdout = if keep_stdout { Stdio::piped() } else { file.try_clone()?.into() };
        command.stdin(Stdio::null()).stdout(stdout).stderr(file);
        let child = command.spawn().with_context(|| format!("starting {:?}", command.get_program()))?;
        let watch = Some(Watch::start(child.id()));
        Ok(Self { child, watch, log })
    }

    /// What it prints, once.
    pub(crate) fn take_stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// Whether it is still running.
    pub(crate) fn is_running(&mut self) -> anyhow::Result<bool> {
        Ok(self.child.try_wait()?.is_none())
    }

    /// Processor time so far, in steps of the kernel's clock tick (10 ms).
    pub(crate) fn cpu(&self) -> anyhow::Result<Duration> {
        Ok(process_cpu(self.child.id())?)
    }

    /// Processor time so far of the threads that are alive, to the nanosecond.
    pub(crate) fn cpu_of_threads(&self) -> anyhow::Result<Duration> {
        Ok(threads_cpu(self.child.id())?)
    }

    /// Bytes in memory now.
    pub(crate) fn memory(&self) -> anyhow::Result<Memory> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let resident_bytes = watch::kibibytes(&status, "VmRSS:").unwrap_or(0) << 10;
        let anonymous_bytes = watch::kibibytes(&status, "RssAnon:").unwrap_or(0) << 10;
        Ok(Memory { resident_bytes, anonymous_bytes })
    }

    /// Waits until the process is idle and its folders keep their size for a while. Gives the time from
    /// the call to the last thing that moved.
    pub(crate) fn settle(&self, folders: &[PathBuf]) -> anyhow::Result<Duration> {
        let start = Instant::now();
        let (mut moved, mut cpu, mut bytes) = (start, self.cpu()?, folders_bytes(folders)?);
        while moved.elapsed() < QUIET {
            ensure!(start.elapsed() < SETTLE_MAX, "it had not settled after {SETTLE_MAX:?}");
            std::thread::sleep(Duration::from_secs(1));
            let (new_cpu, new_bytes) = (self.cpu()?, folders_bytes(folders)?);
            if new_bytes != bytes || new_cpu.saturating_sub(cpu) > QUIET_CPU {
                moved = Instant::now();
            }
            (cpu, bytes) = (new_cpu, new_bytes);
        }
        Ok(moved - start)
    }

    /// SIGTERM, and waits for a clean end.
    pub(crate) fn stop(mut self) -> anyhow::Result<Ended> {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::TERM)?;
        wait_for_zombie(pid)?;
        let cpu = process_cpu(self.child.id())?;
        let peak = self.watch.take().map(Watch::finish).unwrap_or_default();
        let status = self.child.wait()?;
        ensure!(status.success(), "it ended with {status}: {}", self.log_tail());
        Ok(Ended { cpu, peak })
    }

    /// The end of what it logged.
    pub(crate) fn log_tail(&self) -> String {
        let text = fs::read(&self.log).unwrap_or_default();
        let start = text.len().saturating_sub(LOG_TAIL_BYTES_MAX);
        String::from_utf8_lossy(&text[start..]).trim().to_owned()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Bytes that all files below the folders take on the disk: what is preallocated counts, holes do not. What
/// goes away meanwhile is none.
pub(crate) fn folders_bytes(folders: &[PathBuf]) -> io::Result<u64> {
    folders.iter().map(|folder| folder_bytes(folder)).sum()
}

fn folder_bytes(folder: &Path) -> io::Result<u64> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        entries => entries?,
    };
    entries.map(|entry| entry_bytes(&entry?)).sum()
}

fn entry_bytes(entry: &fs::DirEntry) -> io::Result<u64> {
    match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => folder_bytes(&entry.path()),
        Ok(metadata) => Ok(metadata.blocks() * BLOCK_BYTES),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error),
    }
}

/// Returns when the process has ended, and leaves it for its parent to reap.
fn wait_for_zombie(pid: Pid) -> anyhow::Result<()> {
    let start = Instant::now();
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
    while waitid(WaitId::Pid(pid), options)?.is_none() {
        if start.elapsed() > STOP_MAX {
            bail!("it had not stopped {STOP_MAX:?} after SIGTERM");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

fn process_cpu(pid: u32) -> io::Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let ticks = cpu_ticks(&stat).ok_or_else(|| io::Error::other(format!("/proc/{pid}/stat: {stat}")))?;
    Ok(Duration::from_secs_f64(ticks as f64 / rustix::param::clock_ticks_per_second() as f64))
}

/// utime and stime, the 14th and 15th field; the second, in brackets, may hold spaces.
fn cpu_ticks(stat: &str) -> Option<u64> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    Some(fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?)
}

fn threads_cpu(pid: u32) -> io::Result<Duration> {
    let mut nanoseconds = 0;
    for task in fs::read_dir(format!("/proc/{pid}/task"))? {
        let text = fs::read_to_string(task?.path().join("schedstat")).unwrap_or_default();
        nanoseconds += text.split(' ').next().and_then(|word| word.parse::<u64>().ok()).unwrap_or(0);
    }
    Ok(Duration::from_nanos(nanoseconds))
}

#[cfg(test)]
mod tests;
