//! The runtime of a verb: how many threads it has, and how it ends.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// How long the end waits for threads that cannot be interrupted: the look-up of a name, a file of a hung
/// mount, a store that replays its log. What they do may be cut off at any point, as a crash would.
const LEFT_BEHIND_AFTER: Duration = Duration::from_millis(500);

/// How long an idle thread of the agent is kept: shorter than any usual interval, so that between gathers
/// there is one thread, not one per input.
const AGENT_THREAD_KEPT: Duration = Duration::from_secs(1);

/// Runs a server's future to its end, on a thread per core.
pub(crate) fn run_server<T>(future: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    raise_open_files();
    run(Builder::new_multi_thread().enable_all().build()?, future)
}

/// Runs an agent's future to its end, on this thread; inputs that block have threads while they gather.
pub(crate) fn run_agent<T>(future: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    run(Builder::new_current_thread().enable_all().thread_keep_alive(AGENT_THREAD_KEPT).build()?, future)
}

/// Runs one question and its answer, on this thread.
pub(crate) fn run_query<T>(future: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    run(Builder::new_current_thread().enable_all().build()?, future)
}

fn run<T>(runtime: Runtime, future: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    install_tls();
    let outcome = runtime.block_on(future);
    runtime.shutdown_timeout(LEFT_BEHIND_AFTER);
    outcome
}

/// Takes as many open files as the system grants. The usual 1,024 is there for programs that call select(2); a
/// thousand agents would use it up, and the store could not open its files.
fn raise_open_files() {
    let limit = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }) {
        tracing::warn!(%error, "the limit of open files stays at {:?}", limit.current);
    }
}

/// Makes ring the process' provider of cryptography. A second call changes nothing.
fn install_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}
