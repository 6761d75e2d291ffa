//! `vigie export`: a server's points as line protocol, into a file or out of the standard output.

use crate::cli::ExportOptions;
use crate::progress::{Progress, Unit};
use crate::{client, runtime, signals};
use anyhow::Context as _;
use disk::{Fs as _, StdFs};
use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::{Method, Response};
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Asks for the export and writes it while it comes.
pub(crate) fn run(options: &ExportOptions) -> anyhow::Result<()> {
    let output = &options.output;
    anyhow::ensure!(!output.is_dir(), "--output: {} is a folder; expected a file", output.display());
    if let (Some(start), Some(end)) = (options.start, options.end) {
        anyhow::ensure!(start <= end, "--start lies after --end: no point is between them");
    }
    refuse_to_overwrite(options)?;
    runtime::run_query(async {
        let response = ask(options).await?;
        let is_file = output.as_os_str() != "-" && (output.is_file() || !output.exists());
        if is_file { write_file(response, options).await } else { write_stream(response, options).await }
    })
}

fn refuse_to_overwrite(options: &ExportOptions) -> anyhow::Result<()> {
    let path = &options.output;
    anyhow::ensure!(
        options.force || !path.is_file(),
        "{} is there already; nothing is overwritten without --force",
        path.display()
    );
    Ok(())
}

async fn ask(options: &ExportOptions) -> anyhow::Result<Response> {
    let client = options.server.client()?;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let time = |value: Option<i64>| value.map(|ns| ns.to_string()).unwrap_or_default();
    let params = [
        ("db", &*text(&options.db)),
        ("rp", &*text(&options.rp)),
        ("measurement", &*text(&options.measurement)),
        ("start", &*time(options.start)),
        ("end", &*time(options.end)),
        ("format", "line"),
    ];
    let encoding = if options.gzip { "gzip" } else { "identity" };
    client
        .fetch(client.request(Method::GET, "/vigie/v1/export", &params).header("accept-encoding", encoding))
        .await
}

/// Writes beside the file and renames at the end: a file of that name is a whole export.
async fn write_file(response: Response, options: &ExportOptions) -> anyhow::Result<()> {
    let path = &options.output;
    let beside = with_suffix(path, ".partial");
    let named = || format!("cannot write {}", beside.display());
    let stop = signals::stop_token()?;
    let file = File::create(&beside).with_context(named)?;
    let mut out = BufWriter::new(file);
    let place = beside.display().to_string();
    let copied = tokio::select! {
        copied = copy(response, options.gzip, &mut out, &place) => copied,
        () = stop.cancelled() => Err(anyhow::anyhow!("stopped; nothing is left of the export")),
    };
    let written = copied.and_then(|bytes| {
        let file = out.into_inner().map_err(io::IntoInnerError::into_error).with_context(named)?;
        file.sync_all().with_context(named)?;
        Ok(bytes)
    });
    let bytes = match written {
        Ok(bytes) => bytes,
        Err(error) => {
            // Half an export is of no use.
            return match std::fs::remove_file(&beside) {
                Ok(()) => Err(error),
                Err(stays) => Err(error.context(format!("{} stays: {stays}", beside.display()))),
            };
        }
    };
    // It may have been made meanwhile.
    refuse_to_overwrite(options).with_context(|| format!("the export is in {}", beside.display()))?;
    StdFs.rename(&beside, path)?;
    StdFs
        .sync_dir(path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")))?;
    let told = writeln!(io::stderr(), "{}: {bytes} bytes", path.display());
    // Nobody reads it: the export is there all the same.
    drop(told);
    Ok(())
}

async fn write_stream(response: Response, options: &ExportOptions) -> anyhow::Result<()> {
    if options.output.as_os_str() == "-" {
        copy(response, options.gzip, &mut BufWriter::new(io::stdout()), "the standard output").await?;
    } else {
        let open = File::options().write(true).open(&options.output);
        let place = options.output.display().to_string();
        let file = open.with_context(|| format!("cannot write {place}"))?;
        copy(response, options.gzip, &mut BufWriter::new(file), &place).await?;
    }
    Ok(())
}

/// Writes the answer as it comes to `place`; compresses it where the server did not. Returns the bytes written.
async fn copy(mut response: Response, gzip: bool, out: &mut impl Write, place: &str) -> anyhow::Result<u64> {
    let named = || format!("cannot write {place}");
    let is_compressed = response.headers().get("content-encoding").is_some_and(|value| value == "gzip");
    let progress = Progress::new(Unit::Bytes, None);
    let mut encoder = (gzip && !is_compressed).then(|| GzEncoder::new(Vec::new(), Compression::default()));
    let mut bytes = 0;
    loop {
        let piece = response.chunk().await.map_err(|error| broken_off(&error))?;
        let Some(piece) = piece else { break };
        bytes += match &mut encoder {
            None => write(out, &piece).with_context(named)?,
            Some(encoder) => {
                encoder.write_all(&piece)?;
                write(out, &std::mem::take(encoder.get_mut())).with_context(named)?
            }
        };
        progress.at(bytes);
    }
    if let Some(encoder) = encoder {
        bytes += write(out, &encoder.finish()?).with_context(named)?;
    }
    out.flush().with_context(named)?;
    progress.finish();
    Ok(bytes)
}

fn broken_off(error: &reqwest::Error) -> anyhow::Error {
    let cause = client::last_cause(error);
    anyhow::anyhow!("the server broke off the export: {cause}; the server's log says why")
}

fn write(out: &mut impl Write, bytes: &[u8]) -> io::Result<u64> {
    out.write_all(bytes).map(|()| bytes.len() as u64)
}

/// The path with `suffix` behind its name.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path.as_os_str());
    name.push(suffix);
    PathBuf::from(name)
}
