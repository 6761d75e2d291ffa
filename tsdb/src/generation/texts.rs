//! Distinct texts with dense numbers, kept end to end.
//!
//! A text costs its bytes, four for its end and five to ten in the table: no allocation of its own. The
//! texts lie in blocks of [`TEXTS_PER_BLOCK`], so that growing never copies what is there.

use hashbrown::HashTable;
use model::StringColumn;

/// Texts of one block; a power of two.
const TEXTS_PER_BLOCK: usize = 4096;

/// Texts by number, and numbers by text. Whoever asks brings the hash.
#[derive(Debug, Default)]
pub(super) struct Texts {
    blocks: Vec<StringColumn>,
    numbers: HashTable<u32>,
    count: usize,
    /// What all blocks but the last hold.
    full_bytes: usize,
}

impl Texts {
    /// The text with a number.
    pub(super) fn get(&self, number: u32) -> &str {
        self.blocks[number as usize / TEXTS_PER_BLOCK].get(number as usize % TEXTS_PER_BLOCK)
    }

    /// How many texts there are.
    pub(super) const fn len(&self) -> usize {
        self.count
    }

    /// The number of a text.
    pub(super) fn find(&self, hash: u64, text: &str) -> Option<u32> {
        self.numbers.find(hash, |number| self.get(*number) == text).copied()
    }

    /// Adds a text that is not there yet; `hash_of` gives the hash of a known one again.
    pub(super) fn push(&mut self, hash: u64, text: &str, hash_of: impl Fn(&str) -> u64) -> u32 {
        let number = u32::try_from(self.count).expect("a generation's WAL holds fewer than 4 G definitions");
        if self.count.is_multiple_of(TEXTS_PER_BLOCK) {
            self.close_block();
        }
        if let Some(block) = self.blocks.last_mut() {
            block.push(text);
        }
        self.count += 1;
        let blocks = &self.blocks;
        let text_of =
            |number: u32| blocks[number as usize / TEXTS_PER_BLOCK].get(number as usize % TEXTS_PER_BLOCK);
        self.numbers.insert_unique(hash, number, |number| hash_of(text_of(*number)));
        number
    }

    /// The last block is full, or there is none: begins one.
    fn close_block(&mut self) {
        if let Some(full) = self.blocks.last_mut() {
            full.shrink_to_fit();
            self.full_bytes += full.capacity_bytes();
        }
        self.blocks.push(StringColumn::default());
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The memory held.
    pub(super) fn bytes(&self) -> usize {
        self.full_bytes
            + self.blocks.last().map_or(0, StringColumn::capacity_bytes)
            + self.blocks.capacity() * size_of::<StringColumn>()
            + self.numbers.allocation_size()
    }
}
