//! Which series a head has, in the order in which they came.

use crate::generation::{RowNumber, SeriesId};

/// Ids that one page of marks stands for.
const IDS_PER_PAGE: usize = 4096;

/// Marks of neighbouring ids, one bit each.
type Page = [u64; IDS_PER_PAGE / 64];

/// The series of a head, each with the number of its first row.
///
/// Marks are kept in pages, so that a head of few series in a generation of many stays small: a backfill touches
/// hundreds of shards at once.
#[derive(Debug, Default)]
pub(super) struct Present {
    pages: Vec<Option<Box<Page>>>,
    page_count: usize,
    series: Vec<(SeriesId, RowNumber)>,
}

impl Present {
    /// Notes that a series has a row with this number; true if it is its first.
    pub(super) fn note(&mut self, series: SeriesId, row: RowNumber) -> bool {
        let (page, place) = (series as usize / IDS_PER_PAGE, series as usize % IDS_PER_PAGE);
        if page >= self.pages.len() {
            self.pages.resize_with(page + 1, || None);
        }
        let page = self.pages[page].get_or_insert_with(|| {
            self.page_count += 1;
            Box::new([0; IDS_PER_PAGE / 64])
        });
        let (word, bit) = (&mut page[place / 64], 1_u64 << (place % 64));
        if *word & bit != 0 {
            return false;
        }
        *word |= bit;
        self.series.push((series, row));
        true
    }

    /// Whether a series has a row.
    pub(super) fn has(&self, series: SeriesId) -> bool {
        let (page, place) = (series as usize / IDS_PER_PAGE, series as usize % IDS_PER_PAGE);
        let page = self.pages.get(page).and_then(Option::as_ref);
        page.is_some_and(|page| page[place / 64] & (1 << (place % 64)) != 0)
    }

    /// The series that have a row with a number below `rows`.
    pub(super) fn before(&self, rows: RowNumber) -> impl Iterator<Item = SeriesId> + '_ {
        let count = self.series.partition_point(|(_, first)| *first < rows);
        self.series[..count].iter().map(|(series, _)| *series)
    }

    /// The series whose first row has this number or a higher one, in the order in which they came, without the first
    /// `known` of them.
    pub(super) fn from(&self, rows: RowNumber, known: usize) -> impl Iterator<Item = SeriesId> + '_ {
        let count = self.series.partition_point(|(_, first)| *first < rows);
        self.series[count..].iter().skip(known).map(|(series, _)| *series)
    }

    /// All series, in the order in which they came.
    pub(super) fn iter(&self) -> impl Iterator<Item = SeriesId> + '_ {
        self.series.iter().map(|(series, _)| *series)
    }

    /// How many series there are.
    pub(super) fn len(&self) -> usize {
        self.series.len()
    }

    /// The memory held.
    pub(super) fn bytes(&self) -> usize {
        self.pages.capacity() * size_of::<Option<Box<Page>>>()
            + self.page_count * size_of::<Page>()
            + self.series.capacity() * size_of::<(SeriesId, RowNumber)>()
    }
}
