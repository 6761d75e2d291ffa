//! The list of mounts: `36 35 98:0 /root /mnt rw,noatime master:1 - ext3 /dev/root rw,errors=continue`
//! (proc(5), `mountinfo`).

use crate::kernel_file::{KernelLine, KernelText};
use crate::{Accumulator, Host, Result};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

const EXPECTED: &str = "six words, a lone hyphen, then a type and a source";

/// One mount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mount {
    /// `98:0`.
    pub(super) number: String,
    /// What is mounted: `/dev/sda1`, `server:/export`.
    pub(super) device: String,
    /// Where.
    pub(super) path: PathBuf,
    pub(super) fstype: String,
    options: Vec<String>,
}

impl Mount {
    /// Whether it has exactly this option; `bind` is one of a mount that shows part of a file system.
    pub(super) fn has_option(&self, option: &str) -> bool {
        self.options.iter().any(|known| known == option)
    }

    /// `rw` or `ro`.
    pub(super) fn mode(&self) -> &'static str {
        ["rw", "ro"].into_iter().find(|mode| self.has_option(mode)).unwrap_or("unknown")
    }
}

/// A line as it stands.
struct Entry<'a> {
    number: &'a str,
    root: String,
    path: String,
    options: &'a str,
    fstype: &'a str,
    source: String,
}

/// Reads all mounts; a strange line is noted and left out.
pub(super) fn parse(text: KernelText<'_>, host: &Host, accumulator: &mut Accumulator) -> Result<Vec<Mount>> {
    let mut mounts = Vec::new();
    let mut devices: HashMap<&str, String> = HashMap::new();
    for line in text.lines() {
        match Entry::parse(line) {
            Ok(entry) => {
                let device = entry.device(host, &devices);
                devices.entry(entry.number).or_insert_with(|| device.clone());
                mounts.push(entry.into_mount(device));
            }
            Err(error) => accumulator.add_error(error),
        }
    }
    if mounts.is_empty() { Err(text.lacks("at least one mount")) } else { Ok(mounts) }
}

impl<'a> Entry<'a> {
    fn parse(line: KernelLine<'a>) -> Result<Self> {
        let refuse = || line.malformed(EXPECTED);
        let (mount, file_system) = line.text.split_once(" - ").ok_or_else(refuse)?;
        let mut words = mount.split_ascii_whitespace().skip(2);
        let mut next = || words.next().ok_or_else(refuse);
        let (number, root, path, options) = (next()?, unescape(next()?), unescape(next()?), next()?);
        let mut words = file_system.split(' ');
        let fstype = words.next().filter(|word| !word.is_empty()).ok_or_else(refuse)?;
        let source = unescape(words.next().ok_or_else(refuse)?);
        Ok(Self { number, root, path, options, fstype, source })
    }

    fn is_bind(&self) -> bool {
        self.root != "/"
    }

    /// What Telegraf calls the device: the same for every mount of one file system, and the real name
    /// where the kernel shows an alias.
    fn device(&self, host: &Host, known: &HashMap<&str, String>) -> String {
        if self.is_bind() {
            if let Some(first) = known.get(self.number) {
                return first.clone();
            }
            if !self.source.starts_with('/') {
                return self.root.clone();
            }
        }
        match &*self.source {
            "" | "none" => self.fstype.to_owned(),
            "/dev/root" => self.root_device(host).unwrap_or_else(|| self.source.clone()),
            source if source.starts_with("/dev/mapper/") => mapped_device(host, source),
            source => source.to_owned(),
        }
    }

    /// The name behind `/dev/root`, which is none.
    fn root_device(&self, host: &Host) -> Option<String> {
        let target = fs::read_link(host.sys.join("dev/block").join(self.number)).ok()?;
        Some(format!("/dev/{}", target.file_name()?.to_string_lossy()))
    }

    fn into_mount(self, device: String) -> Mount {
        let mut options: Vec<String> = self.options.split(',').map(str::to_owned).collect();
        if self.is_bind() {
            options.push("bind".to_owned());
        }
        let (number, fstype) = (self.number.to_owned(), self.fstype.to_owned());
        Mount { number, device, path: PathBuf::from(self.path), fstype, options }
    }
}

/// `/dev/mapper/vg-root` is a link to `../dm-0`.
fn mapped_device(host: &Host, source: &str) -> String {
    let below = source.strip_prefix("/dev/").unwrap_or(source);
    let target = fs::canonicalize(host.dev.join(below));
    let name = target.ok().and_then(|target| Some(target.file_name()?.to_string_lossy().into_owned()));
    name.map_or_else(|| source.to_owned(), |name| Path::new("/dev").join(name).to_string_lossy().into_owned())
}

/// The kernel writes blanks, tabs, newlines, backslashes and hashes as `\` and three octal digits.
fn unescape(word: &str) -> String {
    let mut bytes = Vec::with_capacity(word.len());
    let mut rest = word.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        match (first, octal(tail)) {
            (b'\\', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[3..];
            }
            _ => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn octal(digits: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(digits.get(..3)?).ok()?;
    if digits.bytes().all(|digit| (b'0'..=b'7').contains(&digit)) {
        u8::from_str_radix(digits, 8).ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octal_escapes_are_read_and_other_backslashes_stay() {
        for (word, expected) in [
            (r"/a\040b", "/a b"),
            (r"/a\134b", r"/a\b"),
            (r"/a\9b\", r"/a\9b\"),
            (r"/\303\274", "/ü"),
            (r"\777x", r"\777x"),
        ] {
            assert_eq!(unescape(word), expected);
        }
    }
}
