//! Signals that ask the process to stop.

use std::time::{Duration, Instant};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// A second signal within this time is the first one again: `timeout` and some supervisors signal the
/// process and its group.
const ECHO: Duration = Duration::from_secs(1);

/// A token that SIGINT or SIGTERM cancels. A further signal, later than [`ECHO`], ends the process at once.
pub(crate) fn stop_token() -> std::io::Result<CancellationToken> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let stop = CancellationToken::new();
    let told = stop.clone();
    tokio::spawn(async move {
        let mut first: Option<Instant> = None;
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            match first {
                None => {
                    tracing::info!("stopping");
                    first = Some(Instant::now());
                    told.cancel();
                }
                Some(first) if first.elapsed() < ECHO => {}
                Some(_) => {
                    tracing::warn!("asked to stop again: ending at once");
                    std::process::abort();
                }
            }
        }
    });
    Ok(stop)
}
