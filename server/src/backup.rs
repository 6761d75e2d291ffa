//! `POST /vigie/v1/backup`: the store at one moment, as a tar archive that is sent while the store goes on.
//!
//! The body may be the `backup.json` of an earlier backup: what it has is left out. With `into=NAME` the server
//! makes the folder itself, by hard links, below `[storage] backup_dir`; a client never names a path.
//!
//! One backup at a time; a further one is answered 409. What other parts own is copied before the store's
//! moment, so that nothing they know of the store is missing from it.

mod archive;
mod body;
mod owner;

pub(crate) use owner::{AlertFiles, Owner};

use crate::blocking;
use crate::body::{self as request_body, BodyLimits};
use crate::embedded::store_error;
use crate::error::ApiError;
use crate::limits::BACKUPS_MAX;
use crate::metrics::MetricsText;
use crate::params::Params;
use crate::state::AppState;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tsdb::limits::BACKUP_LIST_BYTES_MAX;
use tsdb::{Backup, BackupList, Engine};

/// What backups share: who owns files beside the store's, the one place, and the counts.
pub(crate) struct Backups {
    /// Below which folder the server may make backups of its own.
    dir: Option<PathBuf>,
    owners: Mutex<Vec<Arc<dyn Owner>>>,
    place: Arc<Semaphore>,
    made: AtomicU64,
    failed: AtomicU64,
    bytes: AtomicU64,
}

impl Backups {
    pub(crate) fn new(dir: Option<PathBuf>) -> Self {
        Self {
            dir,
            owners: Mutex::default(),
            place: Arc::new(Semaphore::new(BACKUPS_MAX)),
            made: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
        }
    }

    /// Has every backup from now on hold the files of `owner`.
    pub(crate) fn register(&self, owner: Arc<dyn Owner>) {
        self.owners.lock().unwrap_or_else(PoisonError::into_inner).push(owner);
    }

    /// Adds what is counted to `/metrics`.
    pub(crate) fn write_metrics(&self, out: &mut MetricsText) {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        out.counter("vigie_backups_total", "Backups made", &[], get(&self.made));
        out.counter("vigie_backups_failed_total", "Backups that were not completed", &[], get(&self.failed));
        out.counter("vigie_backup_bytes_total", "Bytes sent or linked for backups", &[], get(&self.bytes));
        let running = BACKUPS_MAX - self.place.available_permits().min(BACKUPS_MAX);
        out.gauge("vigie_backups_running", "Backups being made", &[], running as f64);
    }

    fn place(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        let place = Arc::clone(&self.place).try_acquire_owned();
        place.map_err(|_| ApiError::new(StatusCode::CONFLICT, "another backup is being made"))
    }

    fn count(&self, is_done: bool, bytes: u64) {
        let counter = if is_done { &self.made } else { &self.failed };
        counter.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// The files of the owners, then the store's moment.
    fn take(&self, engine: &Engine, base: Option<&BackupList>) -> Result<Backup, ApiError> {
        let owners = self.owners.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut owned = Vec::new();
        for owner in owners {
            let copied = owner.copy().map_err(|error| failure(&error.to_string()))?;
            owned.extend(copied);
        }
        engine.backup(owned, base).map_err(|error| store_error(&error))
    }

    /// The folder that a client means by a name.
    fn folder(&self, name: &str) -> Result<PathBuf, ApiError> {
        let Some(dir) = &self.dir else {
            return Err(ApiError::new(
                StatusCode::FORBIDDEN,
                "the server makes no folders: [storage] backup_dir is not set",
            ));
        };
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if name.starts_with('.') || name.len() > 100 || !name.chars().all(is_plain) {
            let expected =
                "expected up to 100 letters, digits, \".\", \"-\" or \"_\", without \".\" in front";
            return Err(ApiError::bad_request(format!("into={name:?}: {expected}")));
        }
        Ok(dir.join(name))
    }
}

/// `POST /vigie/v1/backup`.
pub(crate) async fn backup(
    State(state): State<AppState>,
    params: Params,
    request: Request,
) -> Result<Response, ApiError> {
    let place = state.backups.place()?;
    let base = read_base(&state, request).await?;
    let engine = state.engine().await?;
    match params.get("into") {
        None => stream(state, engine, base, place).await,
        Some(name) => {
            let dest = state.backups.folder(name)?;
            link(state, engine, dest, place).await
        }
    }
}

async fn read_base(state: &AppState, request: Request) -> Result<Option<BackupList>, ApiError> {
    let (parts, body) = request.into_parts();
    let max = BodyLimits { wire: BACKUP_LIST_BYTES_MAX, inflated: BACKUP_LIST_BYTES_MAX };
    let payload = request_body::read(body, &parts.headers, &state.budget, max).await?;
    if payload.bytes.is_empty() {
        return Ok(None);
    }
    let base = BackupList::decode(&payload.bytes, Path::new("the request's body"));
    base.map(Some).map_err(|error| ApiError::bad_request(error.to_string()))
}

async fn stream(
    state: AppState,
    engine: Arc<Engine>,
    base: Option<BackupList>,
    place: OwnedSemaphorePermit,
) -> Result<Response, ApiError> {
    let backups = Arc::clone(&state.backups);
    let (backup, files) = blocking::on_a_thread(move || {
        let taken = backups.take(&engine, base.as_ref());
        taken.inspect_err(|_| backups.count(false, 0)).map(|backup| {
            let files = backup.files_beyond(base.as_ref());
            (backup, files)
        })
    })
    .await??;
    let list = backup.list().clone();
    let json = list.encode();
    let sent = (files.len(), files.iter().map(|file| file.bytes).sum::<u64>());
    let length = archive::length(&files, json.len());
    let body = body::ArchiveBody::start(length, move |out| {
        let _place = place;
        let written = archive::write(&backup, &files, &json, out);
        if let Err(error) = &written {
            tracing::warn!(%error, "a backup broke off");
        }
        state.backups.count(written.is_ok(), if written.is_ok() { length } else { 0 });
        written
    });
    let mut response = Body::new(body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-tar"));
    headers.insert("x-vigie-backup-lsn", HeaderValue::from(list.lsn.0));
    headers.insert("x-vigie-backup-files", HeaderValue::from(list.files.len()));
    headers.insert("x-vigie-backup-sent-files", HeaderValue::from(sent.0));
    headers.insert("x-vigie-backup-sent-bytes", HeaderValue::from(sent.1));
    headers.insert("x-vigie-backup-unreadable", HeaderValue::from(list.unreadable.len()));
    Ok(response)
}

async fn link(
    state: AppState,
    engine: Arc<Engine>,
    dest: PathBuf,
    place: OwnedSemaphorePermit,
) -> Result<Response, ApiError> {
    let backups = Arc::clone(&state.backups);
    let made = blocking::on_a_thread(move || {
        let _place = place;
        let made = backups.take(&engine, None).and_then(|backup| {
            backup.link_into(&dest).map_err(|error| match error {
                tsdb::Error::Occupied { .. } => ApiError::new(StatusCode::CONFLICT, error.to_string()),
                other => store_error(&other),
            })?;
            Ok((backup.list().clone(), dest))
        });
        backups.count(made.is_ok(), made.as_ref().map_or(0, |(list, _)| list.bytes()));
        made
    });
    let (list, dest) = made.await??;
    let told = serde_json::json!({
        "path": dest.display().to_string(),
        "id": list.id,
        "lsn": list.lsn.0,
        "files": list.files.len(),
        "bytes": list.bytes(),
    });
    Ok(([(header::CONTENT_TYPE, "application/json")], format!("{told}\n")).into_response())
}

fn failure(message: &str) -> ApiError {
    ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, message)
}
