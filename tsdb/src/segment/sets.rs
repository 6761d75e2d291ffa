//! Sets: lists of numbers that many chunks or series share. A field set is the fields of a group; a key set is a
//! measurement and its tag keys in the order of their names.

use super::records::RecordsBuilder;
use crate::codec::{Decoded, Malformed, read_u64};
use disk::varint;
use hashbrown::HashMap;

/// Distinct sets, numbered as they first come.
#[derive(Debug, Default)]
pub(crate) struct Sets {
    numbers: HashMap<Box<[u32]>, usize>,
    records: RecordsBuilder,
}

impl Sets {
    /// The number of a set, a new one if it has none yet.
    pub(crate) fn intern(&mut self, set: &[u32]) -> usize {
        if let Some(number) = self.numbers.get(set) {
            return *number;
        }
        let mut record = Vec::with_capacity(set.len() * 2);
        set.iter().for_each(|member| varint::write_u64(&mut record, u64::from(*member)));
        let number = self.records.push(&record);
        self.numbers.insert(set.into(), number);
        number
    }

    /// The bytes of the table.
    pub(crate) fn finish(self) -> Vec<u8> {
        self.records.finish()
    }
}

/// The members of a set, read from its record.
pub(crate) fn decode(record: &[u8]) -> Decoded<Vec<u32>> {
    let mut input = record;
    let mut members = Vec::new();
    while !input.is_empty() {
        members.push(u32::try_from(read_u64(&mut input)?).map_err(|_| Malformed("the member of a set"))?);
    }
    Ok(members)
}
