//! Alerting's door to the store: accepted batches in the order of their acceptance.

use crate::MetricsText;
use alerting::{ActiveAlert, AlertStats, HandlerStatus, Level, StreamSource, StreamStore};
use model::Lsn;
use std::sync::Arc;
use std::time::Duration;
use tsdb::{Engine, StreamCursor};

/// The store, as alerting sees it.
#[derive(Debug)]
pub(crate) struct EngineStream(Arc<Engine>);

impl EngineStream {
    pub(crate) const fn new(engine: Arc<Engine>) -> Self {
        Self(engine)
    }
}

impl StreamStore for EngineStream {
    fn open(&self, after: Lsn) -> Box<dyn StreamSource> {
        Box::new(Cursor(self.0.read_from(after.next())))
    }

    fn latest(&self) -> Lsn {
        self.0.last_lsn()
    }
}

struct Cursor(StreamCursor);

impl StreamSource for Cursor {
    fn next(&mut self, wait: Duration) -> alerting::StreamRead {
        match self.0.next(wait) {
            Ok(tsdb::StreamRead::Batch(batch)) => alerting::StreamRead::Batch(batch),
            // The store's gap ends before `to`, alerting's with it.
            Ok(tsdb::StreamRead::Gap { from, to }) => alerting::StreamRead::Gap { from, to: Lsn(to.0 - 1) },
            Ok(tsdb::StreamRead::Idle) => alerting::StreamRead::Idle,
            Err(tsdb::Error::Stopped) => alerting::StreamRead::Closed,
            Err(error) => {
                tracing::error!(%error, "alerts cannot follow the store");
                alerting::StreamRead::Closed
            }
        }
    }
}

type Value = (&'static str, &'static str, fn(&AlertStats) -> u64);

const COUNTERS: [Value; 8] = [
    ("vigie_alert_points_total", "Points looked at, once per rule", |s| s.points_evaluated),
    ("vigie_alert_points_late_total", "Points ignored because a newer one came first", |s| s.points_late),
    ("vigie_alert_points_ahead_total", "Points ignored because they lie far in the future", |s| {
        s.points_ahead
    }),
    ("vigie_alert_groups_refused_total", "Series that found no room for their group", |s| s.groups_refused),
    ("vigie_alert_gaps_total", "Gaps in what alerting read from the store", |s| s.gaps),
    ("vigie_alert_gap_records_total", "Writes that alerting could not read any more", |s| s.gap_records),
    ("vigie_alert_saves_failed_total", "Saves of the alerts' state that failed", |s| s.saves_failed),
    ("vigie_alert_events_unstored_total", "Events sent without being stored first", |s| s.events_unstored),
];

type HandlerValue = (&'static str, &'static str, fn(&HandlerStatus) -> u64);

const HANDLER_COUNTERS: [HandlerValue; 4] = [
    ("vigie_alert_sent_total", "Events delivered", |h| h.sent),
    ("vigie_alert_retries_total", "Deliveries that failed and are repeated", |h| h.retries),
    ("vigie_alert_failed_total", "Events refused by the receiver, or given up", |h| h.failed),
    ("vigie_alert_dropped_total", "Events dropped because too many waited", |h| h.dropped),
];

/// Adds what alerting counts to `/metrics`.
pub(crate) fn write_metrics(stats: &AlertStats, out: &mut MetricsText) {
    for (name, help, value) in COUNTERS {
        out.counter(name, help, &[], value(stats));
    }
    for (level, count) in Level::ALL.iter().zip(stats.events) {
        let labels = [("level", level.to_string())];
        out.counter("vigie_alert_events_total", "Changes of state, by new level", &labels, count);
    }
    for (level, count) in Level::ALL.iter().zip(stats.alerts) {
        let labels = [("level", level.to_string())];
        out.gauge("vigie_alerts", "Alerts, by level", &labels, count as f64);
    }
    out.gauge(
        "vigie_alert_lag_records",
        "Writes that alerting has not read yet",
        &[],
        stats.lag_records as f64,
    );
    for (name, help, value) in HANDLER_COUNTERS {
        for handler in &stats.handlers {
            out.counter(name, help, &[("handler", handler.name.clone())], value(handler));
        }
    }
    for handler in &stats.handlers {
        let labels = [("handler", handler.name.clone())];
        out.gauge("vigie_alert_queued", "Events that wait for a handler", &labels, handler.queued as f64);
    }
}

/// An active alert as the page shows it.
pub(crate) fn page_alert(alert: ActiveAlert) -> dashboards::ActiveAlert {
    dashboards::ActiveAlert {
        level: match alert.level {
            Level::Critical => dashboards::Level::Critical,
            Level::Warning => dashboards::Level::Warning,
            Level::Info => dashboards::Level::Info,
            Level::Ok => dashboards::Level::Ok,
        },
        host: alert.tags.get("host").map(str::to_owned),
        message: alert.message,
        rule: alert.rule,
        measurement: Some(alert.measurement),
        since_ns: alert.since_ns,
    }
}
