//! `vigie backup`: a backup of a running server, as a folder or as one archive.

mod base;
mod progress;
mod receive;
mod stream;

pub(crate) use progress::Progress;
pub(crate) use receive::unpack;

use crate::cli::BackupOptions;
use crate::client::{last_cause, refusal};
use crate::runtime;
use anyhow::{Context as _, bail};
use base::Base;
use receive::{Received, Target};
use reqwest::{Method, Response};
use std::io::Write as _;
use std::time::Instant;
use stream::Stream;

/// Makes a backup and says what it is.
pub(crate) fn run(options: &BackupOptions) -> anyhow::Result<()> {
    runtime::run_query(make(options))
}

async fn make(options: &BackupOptions) -> anyhow::Result<()> {
    let started = Instant::now();
    let client = options.server.client()?;
    if options.on_server {
        let request = client.request(Method::POST, "/vigie/v1/backup", &[("into", &options.dest)]);
        let told: serde_json::Value = client.fetch(request).await?.json().await?;
        let (path, files) = (told["path"].as_str().unwrap_or_default(), told["files"].as_u64().unwrap_or(0));
        let (bytes, lsn) = (told["bytes"].as_u64().unwrap_or(0), told["lsn"].as_u64().unwrap_or(0));
        return tell(false, &summary(&format!("{path} on the server"), files, bytes, lsn, started));
    }
    let target = Target::new(&options.dest)?;
    let base = options.incremental.as_deref().map(Base::read).transpose()?;
    let request = client.request(Method::POST, "/vigie/v1/backup", &[]);
    let body = base.as_ref().map(|base| base.bytes.clone()).unwrap_or_default();
    let response = client.send(request.body(body)).await?;
    if !response.status().is_success() {
        return Err(refusal(response).await);
    }
    let is_stdout = matches!(target, Target::Stdout);
    let received = receive(response, target, base).await?;
    tell(is_stdout, &summary(&options.dest, received.files, received.bytes, received.lsn, started))?;
    match (received.damaged.as_slice(), received.unreadable) {
        ([], 0) => Ok(()),
        ([], missing) => {
            bail!("the backup lacks what {missing} segments of the store held: they cannot be read")
        }
        (damaged, _) => {
            bail!("all else is backed up, but in the store these are damaged: {}", damaged.join(", "))
        }
    }
}

async fn receive(mut response: Response, target: Target, base: Option<Base>) -> anyhow::Result<Received> {
    let number = |name: &str| response.headers().get(name)?.to_str().ok()?.parse::<u64>().ok();
    let lsn = number("x-vigie-backup-lsn").context("the server's answer is no backup")?;
    let files = number("x-vigie-backup-files").unwrap_or(0);
    let unreadable = number("x-vigie-backup-unreadable").unwrap_or(0);
    let total = response.content_length();
    let progress = Progress::start(total);
    let (sender, stream) = Stream::new();
    let saving = tokio::task::spawn_blocking(move || target.save(stream, base.as_ref()));
    let mut bytes = 0;
    let broken = loop {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                bytes += chunk.len() as u64;
                progress.advance(chunk.len() as u64);
                if sender.send(Ok(chunk)).await.is_err() {
                    break None;
                }
            }
            Ok(None) if total.is_none_or(|total| total == bytes) => break None,
            Ok(None) => break Some("it is shorter than announced".to_owned()),
            Err(error) => break Some(last_cause(&error)),
        }
    };
    if let Some(cause) = &broken {
        // The saver must not take the end of what came for the end of the backup.
        let _ = sender.send(Err(std::io::Error::other(cause.clone()))).await;
    }
    drop(sender);
    let saved = saving.await.context("saving panicked")?;
    progress.finish();
    if let Some(cause) = broken {
        bail!("the server broke off the backup: {cause}; nothing is left that looks whole");
    }
    Ok(Received { files, bytes, lsn, unreadable, damaged: saved? })
}

fn summary(dest: &str, files: u64, bytes: u64, lsn: u64, started: Instant) -> String {
    let mib = bytes as f64 / f64::from(1 << 20);
    let seconds = started.elapsed().as_secs_f64();
    format!("{dest}: {files} files, {mib:.1} MiB, everything up to LSN {lsn}, in {seconds:.1} s")
}

/// Prints a line; to stderr when stdout is the backup itself.
fn tell(is_stdout: bool, line: &str) -> anyhow::Result<()> {
    if is_stdout {
        writeln!(std::io::stderr().lock(), "{line}")?;
    } else {
        writeln!(std::io::stdout().lock(), "{line}")?;
    }
    Ok(())
}
