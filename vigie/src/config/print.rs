//! The configuration as TOML that is read back the same.

use super::Config;
use tsdb::SyncPolicy;

pub(super) fn to_toml(config: &Config) -> String {
    let mut table = toml::Table::new();
    table.insert("server".into(), server(config).into());
    table.insert("storage".into(), storage(config).into());
    format!("{table}\n{}\n{}", config.collector.to_toml(), config.alerting.to_toml())
}

fn server(config: &Config) -> toml::Table {
    let hosts: Vec<toml::Value> = config.server.hosts.iter().map(|host| host.as_str().into()).collect();
    [("http_addr".to_owned(), config.server.http_addr.to_string().into()), ("hosts".to_owned(), hosts.into())]
        .into_iter()
        .collect()
}

fn storage(config: &Config) -> toml::Table {
    let storage = &config.storage;
    let mut table = toml::Table::new();
    table.insert("data_dir".into(), storage.data_dir.display().to_string().into());
    if let Some(dir) = &storage.backup_dir {
        table.insert("backup_dir".into(), dir.display().to_string().into());
    }
    let sync = match storage.sync {
        SyncPolicy::Interval(pause) => {
            table.insert("sync_interval".into(), settings::interval::print(pause).into());
            "interval"
        }
        SyncPolicy::Os => "os",
        _ => "always",
    };
    table.insert("sync".into(), sync.into());
    table.insert("memory".into(), storage.memory.to_string().into());
    if let Some(reserve) = storage.reserve {
        table.insert("reserve".into(), reserve.to_string().into());
    }
    let series_max = i64::try_from(storage.series_max).unwrap_or(i64::MAX);
    table.insert("series_max".into(), series_max.into());
    table.insert("database".into(), storage.database.as_str().into());
    table.insert("retention".into(), settings::interval::print(storage.retention).into());
    table
}
