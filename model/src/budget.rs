//! One memory budget for the whole process, leased by share.
//!
//! A lease is taken before the memory is, so that a large body or query is refused with a clear
//! error instead of ending the process. Leases are returned when they are dropped.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use thiserror::Error;

/// Who holds a lease; `/metrics` reports each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// Request bodies, compressed and inflated.
    Body,
    /// Points in memory that are not in a segment yet.
    Head,
    /// What queries decode and group.
    Query,
    /// Answers on their way to a client.
    Result,
    /// State of alert rules.
    Alert,
    /// Merging of segments.
    Compaction,
    /// Directories of open segments.
    Reader,
}

impl Share {
    /// Every share.
    pub const ALL: [Self; 7] =
        [Self::Body, Self::Head, Self::Query, Self::Result, Self::Alert, Self::Compaction, Self::Reader];

    /// The label in `/metrics`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Head => "head",
            Self::Query => "query",
            Self::Result => "result",
            Self::Alert => "alert",
            Self::Compaction => "compaction",
            Self::Reader => "reader",
        }
    }
}

/// The budget is used up.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("memory budget exceeded: {share} wants {wanted} bytes, {used} of {limit} are in use", share = share.name())]
pub struct BudgetExceeded {
    /// Who asked.
    pub share: Share,
    /// How many bytes were asked for.
    pub wanted: usize,
    /// How many bytes all shares hold.
    pub used: usize,
    /// The whole budget in bytes.
    pub limit: usize,
}

#[derive(Debug)]
struct Account {
    limit: usize,
    total: AtomicUsize,
    by_share: [AtomicUsize; Share::ALL.len()],
}

/// A number of bytes that all parts share. Clones speak of the same account.
#[derive(Debug, Clone)]
pub struct Budget(Arc<Account>);

impl Budget {
    /// A budget of `limit` bytes.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self(Arc::new(Account { limit, total: AtomicUsize::new(0), by_share: Default::default() }))
    }

    /// The whole budget in bytes.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.0.limit
    }

    /// The bytes leased now, over all shares.
    #[must_use]
    pub fn used(&self) -> usize {
        self.0.total.load(Ordering::Relaxed)
    }

    /// The bytes that one share holds now.
    #[must_use]
    pub fn used_by(&self, share: Share) -> usize {
        self.0.by_share[share as usize].load(Ordering::Relaxed)
    }

    /// Takes `bytes`, or refuses.
    ///
    /// # Errors
    /// [`BudgetExceeded`] when fewer bytes are free; nothing is taken then.
    pub fn lease(&self, share: Share, bytes: usize) -> Result<Lease, BudgetExceeded> {
        self.take(share, bytes)?;
        Ok(Lease { budget: self.clone(), share, bytes })
    }

    /// A lease that holds nothing yet, to be grown.
    #[must_use]
    pub fn empty_lease(&self, share: Share) -> Lease {
        Lease { budget: self.clone(), share, bytes: 0 }
    }

    fn take(&self, share: Share, bytes: usize) -> Result<(), BudgetExceeded> {
        let account = &*self.0;
        account
            .total
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
                used.checked_add(bytes).filter(|total| *total <= account.limit)
            })
            .map_err(|used| BudgetExceeded { share, wanted: bytes, used, limit: account.limit })?;
        account.by_share[share as usize].fetch_add(bytes, Ordering::Relaxed);
        Ok(())
    }

    fn give_back(&self, share: Share, bytes: usize) {
        self.0.total.fetch_sub(bytes, Ordering::Relaxed);
        self.0.by_share[share as usize].fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// Bytes that are held until this is dropped.
#[derive(Debug)]
pub struct Lease {
    budget: Budget,
    share: Share,
    bytes: usize,
}

impl Lease {
    /// The bytes held.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Takes `more` bytes.
    ///
    /// # Errors
    /// [`BudgetExceeded`]; the lease stays as it was.
    pub fn grow(&mut self, more: usize) -> Result<(), BudgetExceeded> {
        self.budget.take(self.share, more)?;
        self.bytes += more;
        Ok(())
    }

    /// Takes over what another lease of the same budget and share holds.
    ///
    /// # Panics
    /// When they are of different budgets or shares: that would move bytes between accounts.
    pub fn absorb(&mut self, mut other: Self) {
        assert!(Arc::ptr_eq(&self.budget.0, &other.budget.0) && self.share == other.share, "one account");
        self.bytes += std::mem::take(&mut other.bytes);
    }

    /// Gives back all but `bytes`; no effect if it holds fewer.
    pub fn shrink_to(&mut self, bytes: usize) {
        if bytes < self.bytes {
            self.budget.give_back(self.share, self.bytes - bytes);
            self.bytes = bytes;
        }
    }
}

/// What was collected, with the memory that it takes: leased until this is dropped.
#[derive(Debug)]
pub struct Leased<T> {
    value: T,
    lease: Lease,
}

impl<T> Leased<T> {
    /// A value whose memory `lease` stands for.
    #[must_use]
    pub const fn new(value: T, lease: Lease) -> Self {
        Self { value, lease }
    }

    /// The value and its lease, apart.
    #[must_use]
    pub fn into_parts(self) -> (T, Lease) {
        (self.value, self.lease)
    }

    /// Another value made of this one, that takes no more memory.
    #[must_use]
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Leased<U> {
        Leased { value: change(self.value), lease: self.lease }
    }
}

impl<T> std::ops::Deref for Leased<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.budget.give_back(self.share, self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_is_refused_over_the_limit_and_returned_on_drop() {
        let budget = Budget::new(100);
        let mut first = budget.lease(Share::Body, 60).unwrap();
        assert_eq!(budget.lease(Share::Query, 41).unwrap_err().used, 60);
        first.grow(40).unwrap();
        first.shrink_to(10);
        assert_eq!((budget.used(), budget.used_by(Share::Body)), (10, 10));
        drop(first);
        assert_eq!(budget.used(), 0);
        let mut empty = budget.empty_lease(Share::Alert);
        assert!(empty.grow(101).is_err());
        empty.grow(100).unwrap();
        assert_eq!(budget.used_by(Share::Alert), 100);
    }

    #[test]
    fn a_lease_that_cannot_grow_stays_as_it_was() {
        let budget = Budget::new(100);
        let mut lease = budget.lease(Share::Query, 10).unwrap();
        let error = lease.grow(usize::MAX).unwrap_err();
        assert_eq!((lease.bytes(), budget.used()), (10, 10));
        assert_eq!((error.share, error.limit), (Share::Query, 100));
        lease.shrink_to(50);
        assert_eq!(lease.bytes(), 10);
        assert!(error.to_string().starts_with("memory budget exceeded: query wants"));
    }

    #[test]
    fn clones_and_threads_share_one_account() {
        let budget = Budget::new(1_000);
        std::thread::scope(|scope| {
            for share in Share::ALL {
                let budget = budget.clone();
                scope.spawn(move || {
                    for _ in 0..1_000 {
                        let lease = budget.lease(share, 100).unwrap();
                        assert_eq!(budget.used_by(share), lease.bytes());
                    }
                });
            }
        });
        assert_eq!(budget.used(), 0);
    }
}
