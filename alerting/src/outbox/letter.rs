//! An event on its way to its handlers, and the mark of a handler that is through with it.

use crate::event::Event;
use serde::{Deserialize, Serialize};

/// The frame kind of a [`Letter`].
pub(super) const KIND_RAISED: u8 = 1;

/// The frame kind of a [`Done`].
pub(super) const KIND_DONE: u8 = 2;

/// An event on its way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Letter {
    /// Its number; letters go out in this order.
    pub(crate) entry: u64,
    /// The record that raised it.
    pub(crate) lsn: u64,
    /// When it was raised by the wall clock, in ns.
    pub(crate) at: i64,
    /// The handlers that have not had it yet.
    pub(crate) to: Vec<String>,
    /// The event.
    pub(crate) event: Event,
}

/// A handler is through with a letter: it was delivered, refused, given up or dropped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Done {
    pub(crate) entry: u64,
    pub(crate) handler: String,
}

impl Letter {
    pub(super) fn frame(&self) -> (u8, Vec<u8>) {
        (KIND_RAISED, json(self))
    }

    /// Its bytes, for a checkpoint.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        json(self)
    }

    /// A letter from its bytes; none if they are not one.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}

impl Done {
    pub(super) fn frame(&self) -> (u8, Vec<u8>) {
        (KIND_DONE, json(self))
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("letters have string keys and no failing parts")
}
