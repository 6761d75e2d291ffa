//! The bodies of all writes of a load, made before the clock starts.
//!
//! They lie in one unnamed temporary file, one behind the other: a day of 100 hosts is 300 MB of text,
//! and a generator that ran beside the server would take its processor.

use anyhow::Context as _;
use benches::Workload;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

/// Prepared bodies.
#[derive(Debug)]
pub(crate) struct Bodies {
    file: File,
    /// Where each body ends in the file.
    ends: Vec<u64>,
    gzip: bool,
}

impl Bodies {
    /// Writes the lines of a workload as bodies of `batch_lines` lines each; the last may have fewer.
    pub(crate) fn prepare(
        workload: &Workload,
        batch_lines: usize,
        gzip: bool,
        folder: &Path,
    ) -> anyhow::Result<Self> {
        let file =
            tempfile::tempfile_in(folder).with_context(|| format!("a file in {}", folder.display()))?;
        let mut writer = BodyWriter { file: BufWriter::new(file), ends: Vec::new(), gzip };
        let (mut lines, mut text) = (workload.lines(), String::new());
        let (mut body, mut body_lines) = (Vec::new(), 0);
        while lines.next_step(&mut text) {
            for line in text.split_inclusive('\n') {
                body.extend_from_slice(line.as_bytes());
                body_lines += 1;
                if body_lines == batch_lines {
                    writer.push(&body)?;
                    body.clear();
                    body_lines = 0;
                }
            }
            text.clear();
        }
        if body_lines > 0 {
            writer.push(&body)?;
        }
        writer.finish()
    }

    /// How many bodies there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether they are compressed.
    pub(crate) fn gzip(&self) -> bool {
        self.gzip
    }

    /// Bytes of all bodies.
    pub(crate) fn bytes(&self) -> u64 {
        self.ends.last().copied().unwrap_or(0)
    }

    /// Reads a body into `buf`.
    pub(crate) fn read(&self, index: usize, buf: &mut Vec<u8>) -> anyhow::Result<()> {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        buf.resize(usize::try_from(self.ends[index] - start)?, 0);
        self.file.read_exact_at(buf, start).context("reading a prepared body")
    }
}

struct BodyWriter {
    file: BufWriter<File>,
    ends: Vec<u64>,
    gzip: bool,
}

impl BodyWriter {
    fn push(&mut self, body: &[u8]) -> anyhow::Result<()> {
        let written = if self.gzip { self.write_gzip(body)? } else { self.write_plain(body)? };
        let end = self.ends.last().copied().unwrap_or(0) + written;
        self.ends.push(end);
        Ok(())
    }

    fn write_plain(&mut self, body: &[u8]) -> anyhow::Result<u64> {
        self.file.write_all(body)?;
        Ok(body.len() as u64)
    }

    fn write_gzip(&mut self, body: &[u8]) -> anyhow::Result<u64> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(body)?;
        self.write_plain(&encoder.finish()?)
    }

    fn finish(self) -> anyhow::Result<Bodies> {
        let file = self.file.into_inner().map_err(|error| error.into_error())?;
        Ok(Bodies { file, ends: self.ends, gzip: self.gzip })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    fn text(workload: &Workload) -> String {
        let (mut lines, mut text) = (workload.lines(), String::new());
        while lines.next_step(&mut text) {}
        text
    }

    #[test]
    fn the_bodies_hold_every_line_in_batches_of_the_size() {
        let workload = Workload::Devops { hosts: 7, steps: 5 };
        for gzip in [false, true] {
            let bodies = Bodies::prepare(&workload, 10, gzip, &std::env::temp_dir()).unwrap();
            let (mut all, mut body) = (String::new(), Vec::new());
            let mut sizes = Vec::new();
            for index in 0..bodies.len() {
                bodies.read(index, &mut body).unwrap();
                let mut plain = String::new();
                if gzip {
                    flate2::read::GzDecoder::new(body.as_slice()).read_to_string(&mut plain).unwrap();
                } else {
                    plain.push_str(std::str::from_utf8(&body).unwrap());
                }
                sizes.push(plain.lines().count());
                all.push_str(&plain);
            }
            assert_eq!(sizes, [10, 10, 10, 5]);
            assert_eq!(all, text(&workload));
        }
    }
}
