//! `[server]` and `[storage]`.

use super::memory::Memory;
use super::size::Size;
use super::{address, folders};
use settings::{Document, Section, SettingsError};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;
use tsdb::SyncPolicy;
use tsdb::limits::SERIES_MAX;

/// The shortest time that points can be kept, as in InfluxDB.
const RETENTION_MIN: Duration = Duration::from_secs(3_600);

/// The highest limit on the series of a shard: a segment numbers them with 32 bits.
const SERIES_MAX_MOST: usize = u32::MAX as usize;

/// Where data goes unless the configuration or a flag says where.
pub(super) const DATA_DIR: &str = "vigie-data";

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
            Some(text) => address::parse(&text).map_err(|reason| section.invalid("http_addr", reason))?,
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
    pub(crate) backup_dir: Option<PathBuf>,
    pub(crate) sync: SyncPolicy,
    pub(crate) memory: Memory,
    pub(crate) reserve: Option<Size>,
    pub(crate) series_max: u64,
    pub(crate) database: String,
    pub(crate) retention: Duration,
}

impl StorageSettings {
    pub(crate) fn read(documents: &[Document<'_>]) -> Result<Self, SettingsError> {
        let mut section = Section::top("storage", documents)?;
        let data_dir = section.path("data_dir")?.unwrap_or_else(|| PathBuf::from(DATA_DIR));
        let backup_dir = section.path("backup_dir")?;
        if backup_dir.as_ref() == Some(&data_dir) {
            let reason = "expected another folder than data_dir".to_owned();
            return Err(section.invalid("backup_dir", reason));
        }
        for (key, dir) in [("data_dir", Some(&data_dir)), ("backup_dir", backup_dir.as_ref())] {
            let reason = dir.and_then(|dir: &PathBuf| folders::reason_against(dir));
            reason.map_or(Ok(()), |reason| Err(section.invalid(key, reason)))?;
        }
        let policy = section.choice("sync", &["always", "interval", "os"])?.unwrap_or("always");
        let pause = section.interval("sync_interval")?.unwrap_or(Duration::from_secs(1));
        let sync = match policy {
            "interval" => SyncPolicy::Interval(pause),
            "os" => SyncPolicy::Os,
            _ => SyncPolicy::Always,
        };
        let memory = match section.text_or_number("memory")? {
            None => Memory::default(),
            Some(text) => Memory::parse(&text).map_err(|reason| section.invalid("memory", reason))?,
        };
        let reserve = match section.text_or_number("reserve")? {
            None => None,
            Some(text) => Some(Size::parse(&text).map_err(|reason| section.invalid("reserve", reason))?),
        };
        let series_max =
            section.count("series_max", 0, SERIES_MAX_MOST)?.map_or(SERIES_MAX, |count| count as u64);
        let database = section.name("database")?.unwrap_or_else(|| "telegraf".to_owned());
        let retention = section.interval("retention")?.unwrap_or(Duration::from_secs(7 * 86_400));
        if !retention.is_zero() && retention < RETENTION_MIN {
            let reason = "expected \"0s\", which keeps for ever, or at least \"1h\"".to_owned();
            return Err(section.invalid("retention", reason));
        }
        section.finish()?;
        Ok(Self { data_dir, backup_dir, sync, memory, reserve, series_max, database, retention })
    }
}
