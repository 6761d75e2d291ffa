//! The built-in page at `/` and its assets: queries in, a document out.

mod collect;
mod machine;

use crate::blocking;
use crate::embedded::Embedded;
use crate::error::ApiError;
use crate::params::Params;
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};
use collect::Collected;
use dashboards::{ActiveAlert, Answer, Host, OverviewPage, PanelQuery, Selected, Zone};
use http::{HeaderValue, StatusCode, header};
use std::sync::Arc;
use std::time::Instant;
use tsdb::Engine;

/// `GET /assets/{file}`: style, script and icon, named by the hash of their bytes.
pub(crate) async fn asset(Path(file): Path<String>) -> Response {
    let Some(asset) = dashboards::asset(&format!("/assets/{file}")) else {
        return (StatusCode::NOT_FOUND, "404 page not found\n").into_response();
    };
    let headers =
        [(header::CONTENT_TYPE, asset.content_type), (header::CACHE_CONTROL, dashboards::CACHE_CONTROL)];
    (headers, asset.bytes).into_response()
}

/// `GET /`: the overview; `?host=` chooses whose panels are shown.
pub(crate) async fn overview(State(state): State<AppState>, params: Params) -> Response {
    match document(state, params.get("host").map(str::to_owned)).await {
        Ok(document) => with_headers(document),
        Err(error) => error.into_response(),
    }
}

async fn document(state: AppState, wanted: Option<String>) -> Result<String, ApiError> {
    let engine = state.engine().await?;
    let place = state.query_place().await?;
    blocking::on_a_thread(move || {
        let _place = place;
        dashboards::render_overview(&make(&state, &engine, wanted.as_deref()))
    })
    .await
}

fn with_headers(document: String) -> Response {
    let security = HeaderValue::from_static(dashboards::CONTENT_SECURITY_POLICY);
    let headers = [
        (header::CONTENT_SECURITY_POLICY, security),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, Html(document)).into_response()
}

fn make(state: &AppState, engine: &Arc<Engine>, wanted: Option<&str>) -> OverviewPage {
    let started = Instant::now();
    let reader =
        PageReader { state, embedded: Embedded::new(Arc::clone(engine)), now_ns: state.clock.now_ns() };
    let mut faults = Vec::new();
    let this_machine = machine::name();
    let mut hosts = dashboards::hosts(&reader.run_all(&dashboards::fleet_queries(), &mut faults));
    if let Some(own) = hosts.iter_mut().find(|host| host.name == this_machine) {
        own.facts.system = machine::system();
    }
    let selected =
        dashboards::choose(&hosts, wanted, &this_machine).map(|host| reader.select(host, &mut faults));
    let not_found = wanted.filter(|name| !hosts.iter().any(|host| host.name == *name)).map(str::to_owned);
    OverviewPage {
        now_ns: reader.now_ns,
        zone: zone(reader.now_ns),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        hosts,
        alerts: active_alerts(state),
        selected,
        not_found,
        faults,
        took: started.elapsed(),
    }
}

/// Runs the page's queries, all at one instant.
struct PageReader<'a> {
    state: &'a AppState,
    embedded: Embedded,
    now_ns: i64,
}

impl PageReader<'_> {
    fn select(&self, host: &Host, faults: &mut Vec<String>) -> Selected {
        let answers = self.run_all(&dashboards::host_queries(&host.name), faults);
        Selected { name: host.name.clone(), panels: dashboards::panels(&answers, self.now_ns) }
    }

    fn run_all(&self, queries: &[PanelQuery], faults: &mut Vec<String>) -> Vec<Answer> {
        let mut answers = Vec::with_capacity(queries.len());
        for query in queries {
            match self.run(&query.text) {
                Ok(rows) => answers.push(Answer { id: query.id, rows }),
                Err(fault) => faults.push(fault),
            }
        }
        answers
    }

    fn run(&self, text: &str) -> Result<Vec<dashboards::Rows>, String> {
        let statements = query::parse(text).map_err(|error| error.to_string())?;
        let mut collected = Collected::default();
        for statement in &statements {
            let context =
                self.state.query_context(&self.embedded, Some(&self.state.page_database), None, self.now_ns);
            query::execute(statement, &context, &mut collected).map_err(|error| error.to_string())?;
        }
        Ok(collected.rows)
    }
}

fn zone(now_ns: i64) -> Zone {
    let system = jiff::tz::TimeZone::system();
    let Ok(now) = jiff::Timestamp::from_nanosecond(i128::from(now_ns)) else { return Zone::utc() };
    let name = system.iana_name().unwrap_or("UTC").to_owned();
    Zone { name, offset_seconds: system.to_offset(now).seconds() }
}

fn active_alerts(state: &AppState) -> Vec<ActiveAlert> {
    let Some(alerts) = state.alerts.get() else { return Vec::new() };
    alerts.active().into_iter().map(crate::stream::page_alert).collect()
}
