//! A lease for what is collected piece by piece: it grows in steps.

use model::{Budget, Lease, Share};

use crate::error::Result;

/// A lease grows in steps of so many bytes.
const STEP_BYTES: usize = 1 << 20;

/// A lease that grows in steps.
#[derive(Debug)]
pub(super) struct Growing {
    lease: Lease,
    wanted: usize,
}

impl Growing {
    pub(super) fn new(budget: &Budget) -> Self {
        Self { lease: budget.empty_lease(Share::Query), wanted: 0 }
    }

    /// Takes `bytes` more.
    ///
    /// # Errors
    /// When the budget has no room.
    pub(super) fn add(&mut self, bytes: usize) -> Result<()> {
        self.wanted += bytes;
        if self.wanted > self.lease.bytes() {
            self.lease.grow(self.wanted - self.lease.bytes() + STEP_BYTES)?;
        }
        Ok(())
    }

    /// The lease of what was taken.
    pub(super) fn into_lease(mut self) -> Lease {
        self.lease.shrink_to(self.wanted);
        self.lease
    }
}
