//! Who may import whom. The same table stands in ARCHITECTURE.md; a test compares them.

use crate::Complaint;
use toml::Table;

/// Each crate and the crates of the house that it may import.
pub const HOUSE: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("threads", &[]),
    ("disk", &["threads"]),
    ("tsdb", &["model", "threads", "disk"]),
    ("query", &["model"]),
    ("settings", &[]),
    ("collector", &["model", "disk", "settings"]),
    ("alerting", &["model", "disk", "query", "settings"]),
    ("dashboards", &[]),
    ("server", &["model", "disk", "tsdb", "query", "alerting", "dashboards"]),
    (
        "vigie",
        &["model", "disk", "tsdb", "query", "settings", "collector", "alerting", "dashboards", "server"],
    ),
    (
        "benches",
        &[
            "model",
            "disk",
            "tsdb",
            "query",
            "settings",
            "collector",
            "alerting",
            "dashboards",
            "server",
            "vigie",
        ],
    ),
    ("tidy", &[]),
];

/// The crates in which an asynchronous runtime may stand: a synchronous core in an asynchronous shell.
const ASYNC_CRATES: &[&str] = &["collector", "alerting", "server", "vigie", "benches"];

/// What the crate may import for its tests only.
const DEV_EXTRA: &[(&str, &[&str])] = &[("dashboards", &["query"])];

/// Complaints about a crate's manifest: imports that the table does not have, tokio where it must not be.
#[must_use]
pub fn forbidden_dependencies(name: &str, manifest: &str) -> Vec<Complaint> {
    let place = format!("{name}/Cargo.toml");
    let Some((_, allowed)) = HOUSE.iter().find(|(house, _)| *house == name) else {
        return vec![Complaint::new(place, "a crate that the house table does not know")];
    };
    let table: Table = match manifest.parse() {
        Ok(table) => table,
        Err(error) => return vec![Complaint::new(place, error.to_string())],
    };
    let mut complaints = Vec::new();
    for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
        for import in table.get(section).and_then(|found| found.as_table()).into_iter().flat_map(Table::keys)
        {
            let extra = section == "dev-dependencies"
                && DEV_EXTRA.iter().any(|(owner, extra)| *owner == name && extra.contains(&import.as_str()));
            if HOUSE.iter().any(|(house, _)| house == import) && !allowed.contains(&import.as_str()) && !extra
            {
                complaints.push(Complaint::new(&*place, format!("{name} may not import {import}")));
            }
            if import.starts_with("tokio") && !ASYNC_CRATES.contains(&name) {
                complaints.push(Complaint::new(&*place, format!("{name} is synchronous: no {import} here")));
            }
        }
    }
    complaints
}

/// The rows of the first table in ARCHITECTURE.md whose head is `crate | may import`: a crate and the
/// crates that it may import.
#[must_use]
pub fn architecture_table(text: &str) -> Vec<(String, Vec<String>)> {
    let rows = text.lines().skip_while(|line| !line.starts_with("| crate | may import")).skip(2);
    rows.take_while(|line| line.starts_with('|'))
        .filter_map(|line| {
            let mut cells = line.trim_matches('|').split('|').map(|cell| cell.trim().replace('`', ""));
            let (name, imports) = (cells.next()?, cells.next()?);
            let imports = imports.split(',').map(str::trim).filter(|name| !matches!(*name, "" | "-"));
            Some((name, imports.map(str::to_owned).collect()))
        })
        .collect()
}
