//! The life of a server: listen, open the store behind, answer, stop in order.

use crate::backup::{AlertFiles, Backups};
use crate::connection;
use crate::error::Error;
use crate::ingest::Ingest;
use crate::metrics::Places;
use crate::origin::TrustedHosts;
use crate::router::router;
use crate::state::{AppState, MetricsSource, Store};
use crate::stream::EngineStream;
use crate::{Config, limits};
use alerting::AlertService;
use disk::{Fs, StdFs};
use model::{Budget, Clock, SystemClock};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};
use tokio_util::sync::CancellationToken;
use tsdb::{Engine, RecoveryReport};

/// A server that listens, and whose store is being opened.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    state: AppState,
    hosts: TrustedHosts,
    publish: watch::Sender<Store>,
    opened: Opened,
}

impl Server {
    /// Listens and starts to open the store.
    ///
    /// # Errors
    /// [`Error::Listen`] when the address cannot be had. A store that cannot be opened is told by
    /// [`run`](Self::run).
    pub async fn bind(config: Config) -> Result<Self, Error> {
        let listen = |source| Error::Listen { address: config.http_addr.to_string(), source };
        let listener = TcpListener::bind(config.http_addr).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let (publish, store) = watch::channel(Store::Opening);
        let state = AppState {
            store,
            alerts: Arc::new(OnceLock::new()),
            clock: Arc::new(SystemClock::new()),
            budget: Budget::new(config.memory_bytes),
            queries: Places::new("queries", limits::QUERIES_MAX),
            exports: Places::new("exports", limits::EXPORTS_MAX),
            http: Arc::default(),
            more_metrics: Arc::default(),
            page_database: config.page_database.as_str().into(),
            backups: Arc::new(Backups::new(config.backup_dir.clone())),
            instance: RandomState::new().build_hasher().finish(),
        };
        let hosts = TrustedHosts(config.hosts.iter().map(|host| host.to_ascii_lowercase()).collect());
        let opened = open_behind(config, state.clone(), publish.clone());
        Ok(Self { listener, address, state, hosts, publish, opened })
    }

    /// Where it listens; the port is the real one.
    #[must_use]
    pub const fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// The way in for points that are made in this process.
    #[must_use]
    pub fn ingest(&self) -> Ingest {
        Ingest(self.state.clone())
    }

    /// Has `/metrics` show what others count, too. Only the first call counts.
    pub fn add_metrics(&self, source: MetricsSource) {
        let _ = self.state.more_metrics.set(source);
    }

    /// Answers until `stop` is cancelled; then finishes open requests, saves the alerts' state and closes
    /// the store, each within a bound.
    ///
    /// `announce` is called when the store answers, or when it takes longer than [`limits::ANNOUNCE_AFTER`]:
    /// most stores that cannot be opened are found out before anybody is told where the server listens.
    ///
    /// # Errors
    /// When the store or the alerts cannot be opened, or the store cannot be closed cleanly; an unclean
    /// close loses nothing that was acknowledged.
    pub async fn run(self, stop: CancellationToken, announce: impl FnOnce()) -> Result<(), Error> {
        let answering = stop.child_token();
        let serving =
            connection::serve(self.listener, router(self.state.clone(), self.hosts), answering.clone());
        let mut serving = std::pin::pin!(serving);
        let opened = tokio::select! {
            opened = told_when_open(self.opened, announce) => opened,
            () = serving.as_mut() => Ok(()),
        };
        if opened.is_err() {
            answering.cancel();
        }
        serving.await;
        let closed = close(self.state, self.publish).await;
        opened.and(closed)
    }
}

type Opened = oneshot::Receiver<Result<(), Error>>;

/// Waits for the store; announces when it is open, or when that takes long.
async fn told_when_open(mut opened: Opened, announce: impl FnOnce()) -> Result<(), Error> {
    let Ok(outcome) = tokio::time::timeout(limits::ANNOUNCE_AFTER, &mut opened).await else {
        announce();
        return opened.await.unwrap_or(Ok(()));
    };
    let outcome = outcome.unwrap_or(Ok(()));
    if outcome.is_ok() {
        announce();
    }
    outcome
}

fn open_behind(config: Config, state: AppState, publish: watch::Sender<Store>) -> Opened {
    let (tell, opened) = oneshot::channel();
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || {
        let (store, result) = match open(config, &state, runtime) {
            Ok(engine) => (Store::Open(engine), Ok(())),
            Err(error) => (Store::Closed, Err(error)),
        };
        // A server that was stopped meanwhile stays closed.
        publish.send_if_modified(|current| {
            let is_awaited = matches!(current, Store::Opening);
            if is_awaited {
                *current = store;
            }
            is_awaited
        });
        // Nobody listens when the server was stopped meanwhile.
        let _ = tell.send(result);
    });
    opened
}

fn open(config: Config, state: &AppState, runtime: Handle) -> Result<Arc<Engine>, Error> {
    let fs: Arc<dyn Fs> = Arc::new(StdFs);
    let mut options = tsdb::Options::new(Arc::clone(&state.clock), state.budget.clone());
    options.sync = config.sync;
    options.disk_reserve = config.disk_reserve;
    options.series_max = config.series_max;
    let engine = Engine::open(Arc::clone(&fs), &config.data_dir, options)?;
    tell_recovery(engine.recovery());
    if let Some((db, duration)) = &config.database {
        create_database(&engine, db, *duration)?;
    }
    let stream = Arc::new(EngineStream::new(Arc::clone(&engine)));
    let directory = config.data_dir.join("alerting");
    let clock: Arc<dyn Clock> = Arc::clone(&state.clock);
    let alerts =
        AlertService::start(config.alerting, stream, fs, directory, clock, state.budget.clone(), runtime)?;
    let _ = state.alerts.set(alerts);
    state.backups.register(Arc::new(AlertFiles(Arc::clone(&state.alerts))));
    Ok(engine)
}

/// What a start found goes into the log: what was replayed, cut off, damaged or moved aside.
fn tell_recovery(found: &RecoveryReport) {
    let ms = u64::try_from(found.elapsed.as_millis()).unwrap_or(u64::MAX);
    tracing::info!(clean = found.clean, frames = found.frames, rows = found.rows, ms, "the store is open");
    for damage in found.damage.iter().take(limits::DAMAGE_LOGGED_MAX) {
        tracing::error!(damage, "the store is damaged; queries that need this fail or lack points");
    }
    if let more @ 1.. = found.damage.len().saturating_sub(limits::DAMAGE_LOGGED_MAX) {
        tracing::error!(more, "more places are damaged; `vigie inspect verify` names them");
    }
    for torn in &found.torn {
        tracing::warn!(torn, "a write that was cut off before it was acknowledged is gone");
    }
    for path in found.kept_aside.iter().take(limits::DAMAGE_LOGGED_MAX) {
        tracing::warn!(path = %path.display(), "kept aside: nobody knows this file, or it is a copy of a damaged one");
    }
}

fn create_database(engine: &Engine, db: &str, duration: Option<Duration>) -> Result<(), Error> {
    if engine.database(db).is_some() {
        return Ok(());
    }
    let duration_ns = duration.and_then(|duration| i64::try_from(duration.as_nanos()).ok());
    engine.create_database_with(db, &tsdb::PolicySpec { duration_ns, ..tsdb::PolicySpec::default() })?;
    Ok(())
}

async fn close(state: AppState, publish: watch::Sender<Store>) -> Result<(), Error> {
    let store = publish.send_replace(Store::Closed);
    let stopping = tokio::task::spawn_blocking(move || {
        if let Some(alerts) = state.alerts.get() {
            alerts.stop(limits::DRAIN_TIMEOUT);
        }
        match store {
            Store::Open(engine) => engine.stop().map_err(Error::from),
            Store::Opening | Store::Closed => Ok(()),
        }
    });
    match tokio::time::timeout(limits::STOP_TIMEOUT, stopping).await {
        Ok(Ok(result)) => result,
        Ok(Err(panicked)) => std::panic::resume_unwind(panicked.into_panic()),
        Err(_) => {
            tracing::error!(
                "the store did not close within {:?}; its log will be replayed",
                limits::STOP_TIMEOUT
            );
            Ok(())
        }
    }
}
