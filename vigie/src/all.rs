//! `vigie run`: collector, store, alerts and page in one process.

use crate::cli::ServeOptions;
use crate::config::Config;
use crate::in_process::InProcess;
use crate::serve::{announce, server_config};
use crate::{agent, agent_metrics, runtime, signals};
use anyhow::Context as _;
use collector::{Agent, Output};
use model::SystemClock;
use server::Server;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Runs until a signal asks to stop: first the collector, whose last points still go in, then the server.
pub(crate) fn run(options: &ServeOptions) -> anyhow::Result<()> {
    let config = Config::load(&options.config)?;
    runtime::run_server(async {
        let stop = signals::stop_token()?;
        let server = Server::bind(server_config(&config, options, true)).await?;
        let agent = Arc::new(new_agent(&config, &server)?);
        let counted = Arc::clone(&agent);
        server.add_metrics(Box::new(move |out| agent_metrics::write(&counted.stats(), out)));
        serve_and_collect(server, &agent, stop).await
    })
}

fn new_agent(config: &Config, server: &Server) -> anyhow::Result<Agent> {
    let own = InProcess::new(server.ingest(), &config.storage.database, &config.collector.agent);
    let mut outputs: Vec<Arc<dyn Output>> = vec![Arc::new(own)];
    outputs.extend(agent::http_outputs(&config.collector)?);
    Ok(Agent::new(config.collector.clone(), outputs, Arc::new(SystemClock::new())))
}

async fn serve_and_collect(server: Server, agent: &Agent, stop: CancellationToken) -> anyhow::Result<()> {
    let collected = CancellationToken::new();
    let address = server.local_addr();
    let serving = server.run(collected.clone(), || announce(address));
    let collecting = async {
        agent.run(stop.clone()).await;
        collected.cancel();
    };
    let mut serving = std::pin::pin!(serving);
    let mut collecting = std::pin::pin!(collecting);
    let served = tokio::select! {
        // The server ends by itself only when it failed; there is nobody to collect for then.
        served = serving.as_mut() => {
            stop.cancel();
            served
        }
        () = collecting.as_mut() => serving.await,
    };
    served.context("the server ended")
}
