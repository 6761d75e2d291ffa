//! Copies a running InfluxDB 1.x: databases, retention policies, points.
//!
//! [`schema`] asks what there is, [`plan`] makes steps of it: one measurement in one window of time, a window being
//! one shard group, because inside it each field has one type. [`copy`] takes the steps in a fixed order, so that one
//! step says how far a copy is. JSON does not tell `1` from `1.0`: types come from the schema, not from the rows.
//!
//! Users, continuous queries and subscriptions are not copied. Points that arrive at the source meanwhile may be
//! missed; copy once more with `--start`.

mod copy;
mod plan;
mod rows;
mod schema;
mod source;

use super::contact;
use super::definitions;
use super::destination::{Destination, Patient};
use super::limits::SILENCE_MAX;
use crate::cli::ImportOptions;
use crate::client::Client;
use crate::progress::{Progress, Unit};
use anyhow::Context as _;
use copy::Copy;
use plan::Plan;
use schema::Database;
use source::Influx;

/// Copies everything that was asked for.
pub(super) async fn run(options: &ImportOptions, from: &str) -> anyhow::Result<()> {
    let client = Client::new("--from", from, Some(SILENCE_MAX))?;
    let source = Influx::new(Patient::new(client, options.retry_for), login(options)?);
    let destination = Destination::new(options)?;
    greet(&source, &destination).await?;
    let start = Progress::new(Unit::Steps, None);
    let databases =
        schema::databases(&source, &options.from_db, &start).await.with_context(|| from.to_owned())?;
    let plan = Plan::make(&source, &databases, options, &start).await.with_context(|| from.to_owned())?;
    define(&destination, &databases, &start).await?;
    start.finish();
    Copy::new(options, from, &source, &destination, &plan).run().await
}

/// Both must be there, and be two: names stay as they are, so a server would be copied onto itself.
async fn greet(source: &Influx, destination: &Destination) -> anyhow::Result<()> {
    let (from, to) = (source.server.client(), destination.server.client());
    let peers = (contact::first("--from", from).await?, contact::first("--url", to).await?);
    anyhow::ensure!(
        !peers.0.is(&peers.1) && from.url() != to.url(),
        "--from: {} is the server that --url names ({}): nothing would be copied; expected two servers",
        from.url(),
        to.url()
    );
    Ok(())
}

/// User and password for the source.
fn login(options: &ImportOptions) -> anyhow::Result<Option<(String, String)>> {
    let (Some(user), Some(path)) = (&options.from_user, &options.from_password_file) else { return Ok(None) };
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let password = text.lines().next().unwrap_or_default();
    Ok(Some((user.clone(), password.to_owned())))
}

/// Makes the databases and retention policies at the destination.
async fn define(
    destination: &Destination,
    databases: &[Database],
    progress: &Progress,
) -> anyhow::Result<()> {
    for statement in databases.iter().flat_map(Database::statements) {
        if let Some(error) = definitions::execute(destination, &statement, progress).await? {
            progress.tell(&format!("{statement}: {error}"));
        }
    }
    Ok(())
}
