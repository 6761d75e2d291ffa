//! Interner: distinct texts, numbered as they first come, without an allocation for each.

use hashbrown::HashTable;
use model::StringColumn;
use xxhash_rust::xxh3::xxh3_64;

/// Distinct texts with their numbers.
#[derive(Debug, Default)]
pub(crate) struct Interner {
    texts: StringColumn,
    numbers: HashTable<u32>,
}

impl Interner {
    /// The number of `text`, a new one if it has none yet.
    pub(crate) fn intern(&mut self, text: &str) -> u32 {
        let Self { texts, numbers } = self;
        let hash = xxh3_64(text.as_bytes());
        let next = u32::try_from(texts.len()).expect("texts of less than 4 GiB");
        let entry = numbers.entry(
            hash,
            |number| texts.get(*number as usize) == text,
            |number| xxh3_64(texts.get(*number as usize).as_bytes()),
        );
        let number = *entry.or_insert(next).get();
        if number == next {
            texts.push(text);
        }
        number
    }

    /// The text with a number.
    pub(crate) fn get(&self, number: u32) -> &str {
        self.texts.get(number as usize)
    }

    /// The memory held.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.texts.capacity_bytes() + self.numbers.allocation_size()
    }

    /// How many texts there are.
    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }

    /// The numbers in the order of their texts.
    pub(crate) fn sorted(&self) -> Vec<u32> {
        let mut numbers: Vec<u32> = (0_u32..).take(self.len()).collect();
        numbers.sort_unstable_by_key(|number| self.get(*number));
        numbers
    }
}
