//! `[server]` and `[storage]`.

use settings::{Document, Section, SettingsError};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;
use tsdb::SyncPolicy;

/// The least memory budget: below it not even one body fits.
const MEMORY_BYTES_MIN: usize = 64 << 20;

/// `[server]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServerSettings {
    pub(crate) http_addr: SocketAddr,
    pub(crate) hosts: Vec<String>,
}

impl ServerSettings {
    pub(crate) fn read(documents: &[Document<'_>]) -> Result<Self, SettingsError> {
        let mut section = Section::top("server", documents)?;
        let http_addr = match section.text("http_addr")? {
            None => SocketAddr::from((Ipv4Addr::LOCALHOST, 8086)),
            Some(text) => text.parse().map_err(|_| {
                section.invalid(
                    "http_addr",
                    format!("expected an address like \"127.0.0.1:8086\", found {text:?}"),
                )
            })?,
        };
        let hosts = section.texts("hosts")?.unwrap_or_default();
        section.finish()?;
        Ok(Self { http_addr, hosts })
    }
}

/// `[storage]`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StorageSettings {
    pub(crate) data_dir: PathBuf,
    pub(crate) sync: SyncPolicy,
    pub(crate) memory_bytes: usize,
    pub(crate) database: String,
    pub(crate) retention: Duration,
}

impl StorageSettings {
    pub(crate) fn read(documents: &[Document<'_>]) -> Result<Self, SettingsError> {
        let mut section = Section::top("storage", documents)?;
        let data_dir = section.text("data_dir")?.map_or_else(|| PathBuf::from("vigie-data"), PathBuf::from);
        let policy = section.choice("sync", &["always", "interval", "os"])?.unwrap_or("always");
        let pause = section.interval("sync_interval")?.unwrap_or(Duration::from_secs(1));
        let sync = match policy {
            "interval" => SyncPolicy::Interval(pause),
            "os" => SyncPolicy::Os,
            _ => SyncPolicy::Always,
        };
        let memory_bytes = match section.text("memory")? {
            None => default_memory_bytes(),
            Some(text) => parse_bytes(&text).filter(|bytes| *bytes >= MEMORY_BYTES_MIN).ok_or_else(|| {
                section.invalid("memory", format!("expected a size of at least \"64MiB\", found {text:?}"))
            })?,
        };
        let database = section.text("database")?.unwrap_or_else(|| "telegraf".to_owned());
        let retention = section.interval("retention")?.unwrap_or(Duration::from_secs(7 * 86_400));
        section.finish()?;
        Ok(Self { data_dir, sync, memory_bytes, database, retention })
    }
}

/// A quarter of the machine's memory, but no less than 128 MiB.
fn default_memory_bytes() -> usize {
    let info = rustix::system::sysinfo();
    let total = u64::from(info.mem_unit).saturating_mul(info.totalram);
    usize::try_from(total / 4).unwrap_or(usize::MAX).max(128 << 20)
}

/// A size such as `512MiB`, `2GiB`, `64MB` or a number of bytes.
fn parse_bytes(text: &str) -> Option<usize> {
    let units = [
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
        ("kB", 1_000),
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
        ("B", 1),
        ("", 1),
    ];
    let digits = text.trim().trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = text.trim()[digits.len()..].trim();
    let (_, factor) = units.into_iter().find(|(name, _)| *name == unit)?;
    digits.parse::<usize>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        let check = |text: &str, expected: Option<usize>| assert_eq!(parse_bytes(text), expected, "{text}");
        check("512MiB", Some(512 << 20));
        check("2 GiB", Some(2 << 30));
        check("1000", Some(1_000));
        check("64MB", Some(64_000_000));
        check("x", None);
        check("5 TiBs", None);
        check("99999999999999999999GiB", None);
    }
}
