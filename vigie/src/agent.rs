//! `vigie agent`: collects this machine and sends it to a server.

use crate::cli::AgentOptions;
use crate::config::Config;
use crate::{runtime, signals};
use anyhow::Context as _;
use collector::{Agent, Host, HttpOutput, Output};
use model::{Clock, SystemClock};
use settings::SettingsFile;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

/// Runs until a signal asks to stop, then sends what is left.
pub(crate) fn run(options: &AgentOptions) -> anyhow::Result<()> {
    let mut config = Config::load(&options.config)?.collector;
    if config.outputs.is_empty() {
        config.outputs = default_output(&options.url)?;
    }
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    runtime::run_agent(async {
        if options.test {
            return print_once(&config, &clock).await;
        }
        let stop = signals::stop_token()?;
        let agent = Agent::new(config.clone(), http_outputs(&config)?, clock);
        agent.run(stop).await;
        Ok(())
    })
}

/// The outputs that the configuration names.
pub(crate) fn http_outputs(config: &collector::Config) -> anyhow::Result<Vec<Arc<dyn Output>>> {
    let mut outputs: Vec<Arc<dyn Output>> = Vec::new();
    for (seed, output) in (u64::from(std::process::id())..).zip(&config.outputs) {
        let output = HttpOutput::new(output, seed).context("[[outputs.influxdb]] cannot be used")?;
        outputs.push(Arc::new(output));
    }
    Ok(outputs)
}

/// One output to a server at `url`, everything else as it is by default.
fn default_output(url: &str) -> anyhow::Result<Vec<collector::HttpOutputConfig>> {
    let url = toml::Value::from(url);
    let text = format!("[[outputs.influxdb]]\nurls = [{url}]\ndatabase = \"telegraf\"\n");
    let file = SettingsFile { path: PathBuf::from("--url"), text };
    Ok(collector::Config::from_files(&[file])?.outputs)
}

async fn print_once(config: &collector::Config, clock: &Arc<dyn Clock>) -> anyhow::Result<()> {
    let gathered = collector::gather_once(config, &Host::from_env(), clock).await;
    std::io::stdout().lock().write_all(gathered.lines.as_bytes())?;
    for error in &gathered.errors {
        tracing::error!("{error}");
    }
    anyhow::ensure!(gathered.errors.is_empty(), "{} inputs had errors", gathered.errors.len());
    Ok(())
}
