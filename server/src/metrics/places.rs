//! A bounded number of places for one kind of work, with a count of who works, who waits and who was sent away.

use super::MetricsText;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The places. Clones speak of the same ones.
#[derive(Debug, Clone)]
pub(crate) struct Places(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// The word in the names of the metrics.
    kind: &'static str,
    count: usize,
    free: Arc<Semaphore>,
    waiting: AtomicU64,
    refused: AtomicU64,
}

impl Places {
    /// So many places for work that is called `kind`, in the plural.
    pub(crate) fn new(kind: &'static str, count: usize) -> Self {
        let free = Arc::new(Semaphore::new(count));
        Self(Arc::new(Shared { kind, count, free, waiting: AtomicU64::new(0), refused: AtomicU64::new(0) }))
    }

    /// A place, held until it is dropped; nothing when none came free in time.
    pub(crate) async fn take(&self, wait_max: Duration) -> Option<OwnedSemaphorePermit> {
        let place = match self.free_now() {
            Some(place) => Some(place),
            None => {
                let _waiting = Waiting::new(&self.0);
                let place = tokio::time::timeout(wait_max, Arc::clone(&self.0.free).acquire_owned()).await;
                place.ok().and_then(Result::ok)
            }
        };
        self.counted(place)
    }

    /// A place, if there is a free one now.
    pub(crate) fn try_take(&self) -> Option<OwnedSemaphorePermit> {
        self.counted(self.free_now())
    }

    fn free_now(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0.free).try_acquire_owned().ok()
    }

    fn counted(&self, place: Option<OwnedSemaphorePermit>) -> Option<OwnedSemaphorePermit> {
        if place.is_none() {
            self.0.refused.fetch_add(1, Ordering::Relaxed);
        }
        place
    }

    /// Adds the counts to `/metrics`.
    pub(crate) fn write(&self, out: &mut MetricsText) {
        let Shared { kind, count, free, waiting, refused } = &*self.0;
        let running = count.saturating_sub(free.available_permits());
        let waiting = waiting.load(Ordering::Relaxed);
        let refused = refused.load(Ordering::Relaxed);
        out.gauge(&format!("vigie_{kind}_running"), &format!("Places in use by {kind}"), &[], running as f64);
        out.gauge(
            &format!("vigie_{kind}_waiting"),
            &format!("Waiting for a place: {kind}"),
            &[],
            waiting as f64,
        );
        let help = format!("Refused because all places were in use: {kind}");
        out.counter(&format!("vigie_{kind}_refused_total"), &help, &[], refused);
    }
}

/// Counts one who waits, also when the request is given up meanwhile.
struct Waiting<'a>(&'a Shared);

impl<'a> Waiting<'a> {
    fn new(shared: &'a Shared) -> Self {
        shared.waiting.fetch_add(1, Ordering::Relaxed);
        Self(shared)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(places: &Places) -> String {
        let mut out = MetricsText::default();
        places.write(&mut out);
        let text = out.finish();
        text.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join(" ")
    }

    #[tokio::test]
    async fn who_finds_no_place_in_time_is_sent_away() {
        let places = Places::new("queries", 1);
        let first = places.take(Duration::ZERO).await.unwrap();
        assert_eq!(
            text(&places),
            "vigie_queries_running 1 vigie_queries_waiting 0 vigie_queries_refused_total 0"
        );
        assert!(places.take(Duration::ZERO).await.is_none());
        assert!(places.try_take().is_none());
        drop(first);
        assert!(places.try_take().is_some());
        assert_eq!(
            text(&places),
            "vigie_queries_running 0 vigie_queries_waiting 0 vigie_queries_refused_total 2"
        );
    }

    #[tokio::test]
    async fn who_hangs_up_waits_no_more() {
        let places = Places::new("queries", 0);
        let other = places.clone();
        let waiting = tokio::spawn(async move { other.take(Duration::from_secs(3600)).await.is_some() });
        tokio::task::yield_now().await;
        assert_eq!(
            text(&places),
            "vigie_queries_running 0 vigie_queries_waiting 1 vigie_queries_refused_total 0"
        );
        waiting.abort();
        assert!(waiting.await.unwrap_err().is_cancelled());
        assert_eq!(
            text(&places),
            "vigie_queries_running 0 vigie_queries_waiting 0 vigie_queries_refused_total 0"
        );
    }
}
