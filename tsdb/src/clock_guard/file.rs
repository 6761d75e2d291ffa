//! The file `CLOCK`: the last wall time that was believed. `docs/format/directory.md` describes it.

use disk::Fs;

use crate::directory::Directory;
use crate::error::{Error, Result};

/// The first line.
const HEAD: &str = "vigie clock 1";

/// No file of a time is longer.
const BYTES_MAX: usize = 256;

/// Replaces the file.
///
/// # Errors
/// When the disk fails; the file then holds the old time or the new one.
pub(super) fn write(fs: &dyn Fs, directory: &Directory, believed_ns: i64) -> Result<()> {
    Ok(disk::replace(fs, &directory.clock(), encode(believed_ns).as_bytes())?)
}

/// The time in the file; nothing if there is no file.
///
/// # Errors
/// When it cannot be read, or is not what was written.
pub(super) fn read(fs: &dyn Fs, directory: &Directory) -> Result<Option<i64>> {
    let path = directory.clock();
    if !fs.exists(&path)? {
        return Ok(None);
    }
    let bytes = fs.read_at(&path, 0, BYTES_MAX)?;
    let time =
        decode(&bytes).ok_or_else(|| Error::corrupt(&path, 0, "a time with its checksum", "other text"))?;
    Ok(Some(time))
}

fn encode(believed_ns: i64) -> String {
    format!("{HEAD}\n{believed_ns} {:08x}\n", disk::crc32(believed_ns.to_string().as_bytes()))
}

fn decode(bytes: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(bytes).ok()?;
    let time = text.lines().nth(1)?.split(' ').next()?.parse().ok()?;
    (encode(time) == text).then_some(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_comes_back_and_nothing_else_is_one() {
        for time in [i64::MIN, -1, 0, 1_704_880_800_000_000_000, i64::MAX] {
            let text = encode(time);
            assert_eq!(decode(text.as_bytes()), Some(time));
            assert!(text.len() <= BYTES_MAX);
            for bit in 0..text.len() * 8 {
                let mut damaged = text.clone().into_bytes();
                damaged[bit / 8] ^= 1 << (bit % 8);
                assert_eq!(decode(&damaged), None, "{time}, bit {bit}");
            }
            (0..text.len()).for_each(|len| assert_eq!(decode(&text.as_bytes()[..len]), None));
        }
    }
}
