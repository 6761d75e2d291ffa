//! The InfluxQL that the page needs, in Telegraf's names.
//!
//! The texts are kept beside the code that reads their rows (`fleet`, `readings`), because the order of the
//! columns is the contract between both.

/// Names one query of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QueryId {
    /// Every host of the last week: its newest value and uptime, by `host`.
    Hosts,
    /// The newest CPU value of each host of the last week, by `host`: not every agent sends an uptime.
    LastCpu,
    /// Processors of each host, by `host`.
    Cores,
    /// Share of memory in use and its size, by `host`.
    MemoryNow,
    /// Share of each file system in use, by `host`, `path`, `fstype`.
    DiskNow,
    /// Idle time of the last hour, coarse, by `host`.
    CpuHour,
    /// Processor time by kind.
    Cpu,
    /// Memory by use.
    Memory,
    /// File systems, by `path` and `fstype`.
    DiskSpace,
    /// Counters of the network, by `interface`.
    Network,
    /// Load averages and processors.
    Load,
    /// Counters of the disks, by `name`.
    DiskTraffic,
}

/// A query of the page: run it on the default retention policy of the database the agents write to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PanelQuery {
    /// Goes back with the rows, see [`crate::Answer`].
    pub id: QueryId,
    /// One SELECT.
    pub text: String,
}

/// The queries that find the hosts and fill their cards. They are the same for every request.
pub fn fleet_queries() -> Vec<PanelQuery> {
    FLEET.iter().map(|(id, text)| PanelQuery { id: *id, text: (*text).to_owned() }).collect()
}

/// The queries behind the panels of one host.
pub fn host_queries(host: &str) -> Vec<PanelQuery> {
    let host = string_literal(host);
    HOST.iter().map(|template| PanelQuery { id: template.id, text: template.text(&host) }).collect()
}

const FLEET: [(QueryId, &str); 6] = [
    (QueryId::Hosts, r#"SELECT last("uptime") FROM "system" WHERE time >= now() - 7d GROUP BY "host""#),
    (
        QueryId::LastCpu,
        r#"SELECT last("usage_idle") FROM "cpu" WHERE "cpu" = 'cpu-total' AND time >= now() - 7d GROUP BY "host""#,
    ),
    (QueryId::Cores, r#"SELECT last("n_cpus") FROM "system" WHERE time >= now() - 1h GROUP BY "host""#),
    (
        QueryId::MemoryNow,
        r#"SELECT last("used_percent"), last("total") FROM "mem" WHERE time >= now() - 1h GROUP BY "host""#,
    ),
    (
        QueryId::DiskNow,
        r#"SELECT last("used_percent") FROM "disk" WHERE time >= now() - 1h GROUP BY "host", "path", "fstype""#,
    ),
    (
        QueryId::CpuHour,
        r#"SELECT mean("usage_idle") FROM "cpu" WHERE "cpu" = 'cpu-total' AND time >= now() - 1h GROUP BY time(1m), "host" fill(none)"#,
    ),
];

/// What differs between the queries of one host.
struct Template {
    id: QueryId,
    select: &'static str,
    from: &'static str,
    condition: &'static str,
    group: &'static str,
}

impl Template {
    fn text(&self, host: &str) -> String {
        let Template { select, from, condition, group, .. } = self;
        format!(
            "SELECT {select} FROM \"{from}\" WHERE \"host\" = {host}{condition} AND time >= now() - 1h \
             GROUP BY time(20s){group} fill(none)"
        )
    }
}

const HOST: [Template; 6] = [
    Template {
        id: QueryId::Cpu,
        select: r#"mean("usage_user"), mean("usage_system"), mean("usage_softirq"), mean("usage_iowait"), mean("usage_steal"), mean("usage_nice")"#,
        from: "cpu",
        condition: r#" AND "cpu" = 'cpu-total'"#,
        group: "",
    },
    Template {
        id: QueryId::Memory,
        select: r#"mean("used"), mean("cached"), mean("buffered"), last("total")"#,
        from: "mem",
        condition: "",
        group: "",
    },
    Template {
        id: QueryId::DiskSpace,
        select: r#"last("used_percent"), last("used"), last("total")"#,
        from: "disk",
        condition: "",
        group: r#", "path", "fstype""#,
    },
    Template {
        id: QueryId::Network,
        select: r#"non_negative_derivative(last("bytes_recv"), 1s), non_negative_derivative(last("bytes_sent"), 1s)"#,
        from: "net",
        condition: r#" AND "interface" != 'lo'"#,
        group: r#", "interface""#,
    },
    Template {
        id: QueryId::Load,
        select: r#"mean("load1"), mean("load5"), mean("load15"), last("n_cpus")"#,
        from: "system",
        condition: "",
        group: "",
    },
    Template {
        id: QueryId::DiskTraffic,
        select: r#"non_negative_derivative(last("write_bytes"), 1s), non_negative_derivative(last("read_bytes"), 1s)"#,
        from: "diskio",
        condition: "",
        group: r#", "name""#,
    },
];

/// A string of InfluxQL: a quote or a backslash in it cannot end it, a line break stays inside it.
fn string_literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('\'');
    for character in text.chars() {
        match character {
            '\'' => literal.push_str("\\'"),
            '\\' => literal.push_str("\\\\"),
            '\n' => literal.push_str("\\n"),
            other => literal.push(other),
        }
    }
    literal.push('\'');
    literal
}

#[cfg(test)]
mod tests;
