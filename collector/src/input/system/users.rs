//! Who is logged in, from utmp(5): a file of records, one per terminal.

use crate::limits::KERNEL_FILE_BYTES_MAX;
use crate::{Error, Host, Result};
use std::collections::HashSet;
use std::fs::File;
use std::io::{ErrorKind, Read};

/// Bytes of a record, `struct utmp` of the C library. On aarch64 its times are 64 bits wide.
const RECORD_BYTES: usize = if cfg!(target_arch = "aarch64") { 400 } else { 384 };

/// `ut_type` of a login, a 16-bit number at the start of the record.
const USER_PROCESS: u16 = 7;

/// Where `ut_user` lies in a record: 32 bytes, ended by a zero if shorter.
const USER: std::ops::Range<usize> = 44..76;

/// Logins and different users; `None` when the system keeps no such file or hides it.
pub(super) fn count(host: &Host) -> Result<Option<(i64, i64)>> {
    let path = host.var.join("run/utmp");
    let mut bytes = Vec::new();
    let outcome = File::open(&path).and_then(|file| file.take(KERNEL_FILE_BYTES_MAX).read_to_end(&mut bytes));
    match outcome {
        Ok(_) => Ok(Some(count_records(&bytes))),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) => Ok(None),
        Err(source) => Err(Error::Read { path, source }),
    }
}

/// A record that is cut short at the end is left out.
fn count_records(bytes: &[u8]) -> (i64, i64) {
    let users = bytes.chunks_exact(RECORD_BYTES).filter(|record| is_login(record)).map(user);
    let mut unique = HashSet::new();
    let mut count = 0;
    for user in users {
        unique.insert(user);
        count += 1;
    }
    (count, i64::try_from(unique.len()).unwrap_or(i64::MAX))
}

fn is_login(record: &[u8]) -> bool {
    u16::from_ne_bytes([record[0], record[1]]) == USER_PROCESS
}

fn user(record: &[u8]) -> &[u8] {
    let name = &record[USER];
    &name[..name.iter().position(|byte| *byte == 0).unwrap_or(name.len())]
}

#[cfg(test)]
pub(super) fn record(kind: u16, user: &str) -> Vec<u8> {
    let mut record = vec![0; RECORD_BYTES];
    record[..2].copy_from_slice(&kind.to_ne_bytes());
    record[USER.start..USER.start + user.len()].copy_from_slice(user.as_bytes());
    record
}
