//! `vigie backup`: a backup of a running server, as a folder or as one archive.

mod base;
mod receive;
mod stream;
mod summary;

pub(crate) use receive::{Earlier, unpack};

use crate::cli::BackupOptions;
use crate::client::{last_cause, refusal};
use crate::progress::{Progress, Unit};
use crate::runtime;
use anyhow::{Context as _, bail};
use base::Base;
use receive::{Target, Unpacked};
use reqwest::{Method, Response};
use std::io::Write as _;
use std::time::Instant;
use stream::Stream;
use summary::{Sent, Summary};

/// Makes a backup and says what it is.
pub(crate) fn run(options: &BackupOptions) -> anyhow::Result<()> {
    runtime::run_query(make(options))
}

async fn make(options: &BackupOptions) -> anyhow::Result<()> {
    if options.on_server {
        return link_on_server(options).await;
    }
    let started = Instant::now();
    let client = options.server.client()?;
    let target = Target::new(&options.dest)?;
    let base = options.incremental.as_deref().map(Base::read).transpose()?;
    target.accept(base.as_ref())?;
    let request = client.request(Method::POST, "/vigie/v1/backup", &[]);
    let body = base.as_ref().map(|base| base.bytes.clone()).unwrap_or_default();
    let response = client.send(request.body(body)).await?;
    if !response.status().is_success() {
        return Err(refusal(response).await);
    }
    let (is_stdout, is_folder) = (matches!(target, Target::Stdout), matches!(target, Target::Folder(_)));
    let about = About::new(&response)?;
    let base_path = base.as_ref().map(|base| base.path.clone());
    let unpacked = receive(response, target, base).await?;
    let summary = Summary {
        dest: options.dest.clone(),
        lsn: about.lsn,
        files: about.files,
        sent: about.sent,
        base: base_path,
        took: started.elapsed(),
    };
    tell(is_stdout, &summary.line(is_folder.then_some(&unpacked)))?;
    match (unpacked.damaged.as_slice(), about.unreadable) {
        ([], 0) => Ok(()),
        ([], missing) => {
            bail!("the backup lacks what {missing} segments of the store held: they cannot be read")
        }
        (damaged, _) => {
            bail!("all else is backed up, but in the store these are damaged: {}", damaged.join(", "))
        }
    }
}

/// The server makes a folder of hard links, which nothing is sent of.
async fn link_on_server(options: &BackupOptions) -> anyhow::Result<()> {
    let started = Instant::now();
    let client = options.server.client()?;
    let request = client.request(Method::POST, "/vigie/v1/backup", &[("into", &options.dest)]);
    let told: serde_json::Value = client.fetch(request).await?.json().await?;
    let number = |name: &str| told[name].as_u64().unwrap_or(0);
    let summary = Summary {
        dest: format!("{} on the server", told["path"].as_str().unwrap_or_default()),
        lsn: number("lsn"),
        files: number("files"),
        sent: Sent { files: number("files"), bytes: number("bytes") },
        base: None,
        took: started.elapsed(),
    };
    tell(false, &summary.line(None))
}

/// What a server says of the backup that it sends.
struct About {
    lsn: u64,
    files: u64,
    sent: Sent,
    /// Segments of the store that could not be read.
    unreadable: u64,
}

impl About {
    fn new(response: &Response) -> anyhow::Result<Self> {
        let number = |name: &str| {
            let value =
                response.headers().get(name).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
            value.with_context(|| format!("the server's answer is no backup: it has no header {name}"))
        };
        Ok(Self {
            lsn: number("x-vigie-backup-lsn")?,
            files: number("x-vigie-backup-files")?,
            sent: Sent {
                files: number("x-vigie-backup-sent-files")?,
                bytes: number("x-vigie-backup-sent-bytes")?,
            },
            unreadable: number("x-vigie-backup-unreadable")?,
        })
    }
}

async fn receive(mut response: Response, target: Target, base: Option<Base>) -> anyhow::Result<Unpacked> {
    let total = response.content_length();
    let progress = Progress::new(Unit::Bytes, total);
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
    saved
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
