//! `/metrics`: what the server counts, in Prometheus' text form.

mod histogram;
mod places;
mod process;
mod text;

pub(crate) use histogram::Histogram;
pub(crate) use places::Places;
pub use text::MetricsText;

use crate::blocking;
use crate::error::ApiError;
use crate::state::AppState;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use model::Share;
use std::sync::atomic::{AtomicU64, Ordering};

/// What the HTTP side counts.
#[derive(Debug, Default)]
pub(crate) struct HttpMetrics {
    pub(crate) write_seconds: Histogram,
    pub(crate) query_seconds: Histogram,
    /// Lines that could not be parsed.
    pub(crate) lines_unparsed: AtomicU64,
    /// Lines of writes that the store refused as a whole.
    pub(crate) lines_unstored: AtomicU64,
    pub(crate) points_rejected: AtomicU64,
    answers: [AtomicU64; 6],
}

impl HttpMetrics {
    /// Counts an answer by the class of its status.
    pub(crate) fn count_answer(&self, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100).min(self.answers.len() - 1);
        self.answers[class].fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn add(counter: &AtomicU64, count: usize) {
        counter.fetch_add(count as u64, Ordering::Relaxed);
    }

    fn write(&self, out: &mut MetricsText) {
        for (class, count) in self.answers.iter().enumerate().skip(1) {
            let labels = [("class", format!("{class}xx"))];
            out.counter(
                "vigie_http_responses_total",
                "HTTP responses by class of status",
                &labels,
                count.load(Ordering::Relaxed),
            );
        }
        for (reason, counter) in [("syntax", &self.lines_unparsed), ("store", &self.lines_unstored)] {
            out.counter(
                "vigie_lines_refused_total",
                "Lines of line protocol refused: they do not parse, or the store takes no write now",
                &[("reason", reason.to_owned())],
                counter.load(Ordering::Relaxed),
            );
        }
        out.counter(
            "vigie_points_rejected_total",
            "Points of accepted writes that the store rejected",
            &[],
            self.points_rejected.load(Ordering::Relaxed),
        );
        self.write_seconds.write(
            out,
            "vigie_write_seconds",
            "Time from a write's head to its acknowledgement",
        );
        self.query_seconds.write(
            out,
            "vigie_query_seconds",
            "Time from a query's head to the end of its statements",
        );
    }
}

/// `GET /metrics`.
pub(crate) async fn metrics(State(state): State<AppState>) -> Result<Response, ApiError> {
    let mut out = MetricsText::default();
    state.http.write(&mut out);
    out.gauge("vigie_memory_budget_bytes", "The memory budget", &[], state.budget.limit() as f64);
    for share in Share::ALL {
        let labels = [("share", share.name().to_owned())];
        out.gauge(
            "vigie_memory_leased_bytes",
            "Memory leased from the budget",
            &labels,
            state.budget.used_by(share) as f64,
        );
    }
    process::write(&mut out);
    state.queries.write(&mut out);
    state.exports.write(&mut out);
    if let Some(engine) = state.engine_now() {
        crate::embedded::write_metrics(&engine.stats(), &mut out);
        // Segments may have to be read for it.
        let largest = blocking::on_a_thread(move || engine.largest_measurements()).await?;
        crate::embedded::write_measurements(&largest, &mut out);
    }
    state.backups.write_metrics(&mut out);
    if let Some(alerts) = state.alerts.get() {
        crate::stream::write_metrics(&alerts.stats(), &mut out);
    }
    if let Some(more) = state.more_metrics.get() {
        more(&mut out);
    }
    let content_type = "text/plain; version=0.0.4; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, content_type)], out.finish()).into_response())
}
