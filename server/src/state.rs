//! What the handlers share.

use crate::backup::Backups;
use crate::embedded::Embedded;
use crate::error::ApiError;
use crate::limits;
use crate::metrics::{HttpMetrics, Places};
use alerting::AlertService;
use model::{Budget, CancelToken, Clock};
use std::sync::{Arc, OnceLock};
use tokio::sync::{OwnedSemaphorePermit, watch};
use tsdb::Engine;

/// The store: not there before its recovery is over, and never there again once it failed.
#[derive(Debug, Clone, Default)]
pub(crate) enum Store {
    /// Recovery is under way.
    #[default]
    Opening,
    /// It answers.
    Open(Arc<Engine>),
    /// It could not be opened, or was stopped.
    Closed,
}

/// Writes the current value of things that others count, for `/metrics`.
pub type MetricsSource = Box<dyn Fn(&mut crate::MetricsText) + Send + Sync>;

/// What the handlers share. Clones speak of the same things.
#[derive(Clone)]
pub(crate) struct AppState {
    pub(crate) store: watch::Receiver<Store>,
    pub(crate) alerts: Arc<OnceLock<AlertService>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) budget: Budget,
    pub(crate) queries: Places,
    pub(crate) exports: Places,
    pub(crate) http: Arc<HttpMetrics>,
    pub(crate) more_metrics: Arc<OnceLock<MetricsSource>>,
    pub(crate) page_database: Arc<str>,
    pub(crate) backups: Arc<Backups>,
    /// Tells this process from any other, whatever address it is asked at.
    pub(crate) instance: u64,
}

impl AppState {
    /// The store; waits for its recovery, but not for ever, so that no answer lacks a point.
    pub(crate) async fn engine(&self) -> Result<Arc<Engine>, ApiError> {
        let mut store = self.store.clone();
        let wait = store.wait_for(|store| !matches!(store, Store::Opening));
        let store = match tokio::time::timeout(limits::RECOVERY_WAIT_MAX, wait).await {
            Ok(Ok(store)) => store.clone(),
            Ok(Err(_)) => Store::Closed,
            Err(_) => Store::Opening,
        };
        match store {
            Store::Open(engine) => Ok(engine),
            Store::Opening => Err(ApiError::unavailable("the store is still replaying its log")),
            Store::Closed => Err(ApiError::unavailable("the store is closed")),
        }
    }

    /// A place among the statements at work; waits for one, but not for ever.
    pub(crate) async fn query_place(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        let place = self.queries.take(limits::QUERY_WAIT_MAX).await;
        place.ok_or_else(|| ApiError::unavailable("too many queries are running"))
    }

    /// A place among the exports at work; there is one now or none.
    pub(crate) fn export_place(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        let place = self.exports.try_take();
        place.ok_or_else(|| ApiError::unavailable(format!("{} exports are running", limits::EXPORTS_MAX)))
    }

    /// What a statement runs in, over `embedded`.
    pub(crate) fn query_context<'a>(
        &self,
        embedded: &'a Embedded,
        db: Option<&'a str>,
        rp: Option<&'a str>,
        now_ns: i64,
    ) -> query::Context<'a> {
        query::Context {
            source: embedded,
            catalog: embedded,
            db,
            rp,
            now_ns,
            cancel: CancelToken::new(),
            budget: self.budget.clone(),
            limits: query::Limits::default(),
            read_only: false,
        }
    }

    /// The store, if it answers now.
    pub(crate) fn engine_now(&self) -> Option<Arc<Engine>> {
        match &*self.store.borrow() {
            Store::Open(engine) => Some(Arc::clone(engine)),
            _ => None,
        }
    }
}
