//! Accepting connections and keeping each within its bounds.
//!
//! A semaphore bounds how many there are. [`Guarded`] watches the bytes of one: a peer that drips its
//! request head, or never takes its answer, is cut off; one that idles is closed by hyper's timer.

mod guarded;

use crate::limits;
use axum::Router;
use guarded::{Guarded, Phase};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::{Service, ServiceExt};

/// The two ends of a connection, for those who answer on it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ends {
    pub(crate) local: SocketAddr,
}

/// Answers on `listener` until `stop` is cancelled, then lets open requests finish within
/// [`limits::DRAIN_TIMEOUT`].
pub(crate) async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(limits::CONNECTIONS_MAX));
    let connections = TaskTracker::new();
    while let Some((stream, place)) = next_connection(&listener, &places, &stop).await {
        let connection = answer(stream, router.clone(), stop.clone());
        connections.spawn(async move {
            connection.await;
            drop(place);
        });
    }
    drop(listener);
    connections.close();
    if tokio::time::timeout(limits::DRAIN_TIMEOUT, connections.wait()).await.is_err() {
        tracing::warn!(
            open = connections.len(),
            "connections still open after {:?}: closing them",
            limits::DRAIN_TIMEOUT
        );
    }
}

async fn next_connection(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
    stop: &CancellationToken,
) -> Option<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let mut told: Option<Instant> = None;
    loop {
        let place = tokio::select! {
            place = Arc::clone(places).acquire_owned() => place.ok()?,
            () = stop.cancelled() => return None,
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => return None,
        };
        match accepted {
            Ok((stream, _)) => return Some((stream, place)),
            Err(error) => {
                // Out of descriptors, or a peer that hung up while queued: neither ends the server.
                if told.is_none_or(|told| told.elapsed() > limits::ACCEPT_LOG_PAUSE) {
                    tracing::warn!(%error, "could not accept a connection");
                    told = Some(Instant::now());
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn answer(stream: TcpStream, router: Router, stop: CancellationToken) {
    let Ok(local) = stream.local_addr() else { return };
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "could not switch off Nagle's delay");
    }
    let phase = Phase::default();
    let service = {
        let phase = phase.clone();
        tower::service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
            request.extensions_mut().insert(Ends { local });
            let (mut router, phase) = (router.clone(), phase.clone());
            phase.request_begins();
            async move {
                let response =
                    router.as_service().ready().await?.call(request.map(axum::body::Body::new)).await;
                phase.request_ends();
                response
            }
        })
    };
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits::IDLE_TIMEOUT)
        .max_buf_size(limits::HEAD_BYTES_MAX.max(8192))
        .serve_connection(TokioIo::new(Guarded::new(stream, phase)), TowerToHyperService::new(service));
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}
