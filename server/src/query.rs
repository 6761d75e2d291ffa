//! `/query`: statements in, an answer out while it is computed.
//!
//! Statements run on a thread of their own, one after another. The connection takes the answer in
//! pieces; when the client goes away its [`Running`] is dropped and cancels the statement.

mod bound;

use crate::answer::{self, Answer, AnswerStyle, CsvAnswer, JsonAnswer, Pieces, Running};
use crate::body::{self, BodyLimits};
use crate::embedded::Embedded;
use crate::error::{ApiError, ErrorForm};
use crate::limits;
use crate::params::Params;
use crate::router::RequestId;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Method, header};
use model::{CancelToken, Precision};
use query::ast::Statement;
use std::sync::Arc;
use std::time::Instant;
use tsdb::Engine;

/// `GET /query` and `POST /query`.
pub(crate) async fn query(State(state): State<AppState>, params: Params, request: Request) -> Response {
    let form = error_form(&params, request.headers());
    match answer(&state, params, request).await {
        Ok(response) => response,
        Err(error) => error.into_response_as(form),
    }
}

fn error_form(url: &Params, headers: &HeaderMap) -> ErrorForm {
    match (wants_csv(headers), url.is_true("pretty")) {
        (true, _) => ErrorForm::Csv,
        (false, true) => ErrorForm::PrettyJson,
        (false, false) => ErrorForm::Json,
    }
}

async fn answer(state: &AppState, url: Params, request: Request) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let pretty = url.is_true("pretty");
    let params = if is_form(&parts.headers) {
        let form = body::read(body, &parts.headers, &state.budget, BodyLimits::FORM).await?;
        Params::parse(&form.bytes).or(url)
    } else {
        url
    };
    let Some(text) = params.get("q").map(str::trim).filter(|text| !text.is_empty()) else {
        return Err(ApiError::bad_request("missing required parameter \"q\""));
    };
    let statements = parse(text, &params)?;
    let engine = state.engine().await?;
    let place = state.query_place().await?;
    let wants_csv = wants_csv(&parts.headers);
    let style = style(&params, pretty);
    let (pieces, received) = answer::channel();
    let job = Job {
        engine,
        statements,
        text: text.to_owned(),
        id: parts.extensions.get().cloned(),
        db: params.get("db").map(str::to_owned),
        rp: params.get("rp").map(str::to_owned),
        warn: parts.method == Method::GET,
        cancel: CancelToken::new(),
        state: state.clone(),
    };
    let cancel = job.cancel.clone();
    let thread = tokio::task::spawn_blocking(move || {
        let _place = place;
        job.run(writer(pieces, style, wants_csv).as_mut());
        Ok(())
    });
    let body = Running::new(received, cancel, thread).into_body().await?;
    let content_type = if wants_csv { "text/csv" } else { "application/json" };
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static(content_type))], body).into_response())
}

fn is_form(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|value| value.starts_with("application/x-www-form-urlencoded"))
}

fn wants_csv(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("");
    matches!(accept.split(',').next().unwrap_or("").trim(), "application/csv" | "text/csv")
}

fn parse(text: &str, params: &Params) -> Result<Vec<Statement>, ApiError> {
    let bound = match params.get("params") {
        Some(json) => bound::parse(json).map_err(ApiError::bad_request)?,
        None => query::Params::default(),
    };
    query::parse_with(text, &bound).map_err(|error| ApiError::bad_request(error.to_string()))
}

fn style(params: &Params, pretty: bool) -> AnswerStyle {
    let chunk_rows = params.is_true("chunked").then(|| {
        let asked = params.get("chunk_size").and_then(|size| size.parse::<usize>().ok());
        asked.filter(|rows| *rows > 0).unwrap_or(limits::CHUNK_ROWS)
    });
    // Any other word, `ns` included, means nanoseconds, as in InfluxDB.
    let epoch = params.get("epoch").map(|unit| match unit {
        "u" | "ms" | "s" | "m" | "h" => Precision::from_name(unit).unwrap_or_default(),
        _ => Precision::Nanosecond,
    });
    AnswerStyle { epoch, pretty, chunk_rows }
}

fn writer(pieces: Pieces, style: AnswerStyle, csv: bool) -> Box<dyn Answer> {
    if csv { Box::new(CsvAnswer::new(pieces, style)) } else { Box::new(JsonAnswer::new(pieces, style)) }
}

/// Statements and what they run in.
struct Job {
    engine: Arc<Engine>,
    statements: Vec<Statement>,
    text: String,
    id: Option<RequestId>,
    db: Option<String>,
    rp: Option<String>,
    /// Whether statements that change something are to be answered with a warning, as on GET.
    warn: bool,
    cancel: CancelToken,
    state: AppState,
}

impl Job {
    fn run(self, answer: &mut dyn Answer) {
        let started = Instant::now();
        if let Err(gone) = self.run_statements(answer) {
            tracing::debug!(%gone, query = self.text, "a query ended early");
        }
        let took = started.elapsed();
        self.state.http.query_seconds.observe(took);
        if took > limits::SLOW_QUERY {
            let id = self.id.as_ref().map(|RequestId(id)| &**id);
            tracing::warn!(?took, id, db = self.db, query = self.text, "slow query");
        }
    }

    fn run_statements(&self, answer: &mut dyn Answer) -> Result<(), query::SinkError> {
        let embedded = Embedded::new(Arc::clone(&self.engine));
        let mut failed = false;
        for (number, statement) in self.statements.iter().enumerate() {
            answer.begin(number, is_split(statement));
            if failed {
                answer.end(Some("not executed"))?;
                continue;
            }
            if self.warn && changes_something(statement) {
                answer.message(&deprecated(statement))?;
            }
            let mut context = self.state.query_context(
                &embedded,
                self.db.as_deref(),
                self.rp.as_deref(),
                self.state.clock.now_ns(),
            );
            context.cancel = self.cancel.clone();
            let error = query::execute(statement, &context, answer).err();
            if self.cancel.is_cancelled() {
                return Err(query::SinkError::new("the client went away"));
            }
            failed = error.is_some();
            answer.end(error.map(|error| error.to_string()).as_deref())?;
        }
        answer.finish()
    }
}

/// Whether a chunked answer splits the series of this statement: of those that InfluxDB runs as a SELECT.
fn is_split(statement: &Statement) -> bool {
    matches!(
        statement,
        Statement::Select(_)
            | Statement::ShowSeries(_)
            | Statement::ShowFieldKeys(_)
            | Statement::ShowCardinality(_)
    )
}

/// Whether InfluxDB wants this statement by POST: all but SELECT without INTO, SHOW and EXPLAIN.
fn changes_something(statement: &Statement) -> bool {
    match statement {
        Statement::Select(select) => select.target.is_some(),
        Statement::Explain(_) => false,
        statement => !statement.to_string().starts_with("SHOW"),
    }
}

fn deprecated(statement: &Statement) -> query::Message {
    let text =
        format!("deprecated use of '{statement}' in a read only context, please use a POST request instead");
    query::Message { level: "warning", text }
}
