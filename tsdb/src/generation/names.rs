//! Numbers for keys: a table from a key to a dense id.

use std::hash::{BuildHasher, Hash};

use hashbrown::{DefaultHashBuilder, HashTable};

/// Ids of keys that someone else stores. The hash is keyed anew in every process, so that no client can
/// choose keys that collide.
#[derive(Debug, Default)]
pub(crate) struct IdTable {
    ids: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl IdTable {
    /// The hash of a key.
    pub(crate) fn hash(&self, key: impl Hash) -> u64 {
        self.hasher.hash_one(key)
    }

    /// The id of the key with this hash, where `is_key` tells whether an id is that key's.
    pub(crate) fn find(&self, hash: u64, is_key: impl Fn(u32) -> bool) -> Option<u32> {
        self.ids.find(hash, |id| is_key(*id)).copied()
    }

    /// Adds an id that is not there yet; `hash_of` gives the hash of a known id's key again.
    pub(crate) fn insert(&mut self, hash: u64, id: u32, hash_of: impl Fn(&DefaultHashBuilder, u32) -> u64) {
        let hasher = &self.hasher;
        self.ids.insert_unique(hash, id, |id| hash_of(hasher, *id));
    }

    /// The memory held.
    pub(crate) fn bytes(&self) -> usize {
        self.ids.allocation_size()
    }
}
