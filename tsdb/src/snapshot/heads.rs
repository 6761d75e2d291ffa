//! Which series of a head are asked for: by the index of its generation, or one by one where there is none.
//!
//! Ids stand for the same series for ever, so that locks are let go between pieces of the work.

use model::{KeyRef, SeriesRequest, TagMatch, TagPredicate, TimeRange};
use roaring::RoaringBitmap;

use super::Snapshot;
use super::selected::Selected;
use super::series::check;
use crate::error::Result;
use crate::generation::{Asker, Chains, Facet, Generation, IndexTexts, MeasurementId, RowNumber, SeriesId};
use crate::head::Head;
use crate::limits::INDEX_SERIES_MIN;
use crate::shard::{Shard, ShardId};

/// Series that are looked at before the lock is let go, so that writers get in between.
pub(super) const SERIES_PER_LOCK: usize = 4096;

/// The same of distinct values.
const VALUES_PER_LOCK: u32 = 1024;

/// So few series are tested one by one against what is left of a predicate.
const FEW_SERIES: u64 = 1024;

/// The head of one shard in one generation, for one request.
#[derive(Debug)]
pub(super) struct HeadSeries<'a> {
    held: &'a Generation,
    /// Rows with this number or a higher one are not seen.
    rows: RowNumber,
    shard: ShardId,
    measurement: MeasurementId,
    asker: Asker<'a>,
    request: &'a SeriesRequest,
    /// Whether there are so many series that the index is worth it.
    is_large: bool,
    /// What the head spans.
    pub(super) span: TimeRange,
}

impl<'a> HeadSeries<'a> {
    /// The head of a shard in one of the snapshot's generations, if it may have rows that are asked for.
    pub(super) fn open(
        snapshot: &'a Snapshot,
        shard: &Shard,
        (held, rows): (&'a Generation, RowNumber),
        request: &'a SeriesRequest,
    ) -> Option<Self> {
        let data = held.data.read();
        let head = data.heads.get(&shard.info.id).filter(|head| head.time.overlaps(&request.time))?;
        let measurement = data.tables.measurement_id(&request.measurement)?;
        let asker = Asker { data: &held.data, budget: &snapshot.budget, cancel: &request.cancel };
        let is_large = data.tables.series_count() >= INDEX_SERIES_MIN;
        let (shard, span) = (shard.info.id, head.time);
        Some(Self { held, rows, shard, measurement, asker, request, is_large, span })
    }

    /// The series that pass, in no order.
    pub(super) fn ids(&self) -> Result<Vec<SeriesId>> {
        if let Some(ids) = self.indexed_ids()? {
            return Ok(ids);
        }
        let data = self.held.data.read();
        let Some(head) = data.heads.get(&self.shard) else { return Ok(Vec::new()) };
        let of = |id: &SeriesId| data.tables.measurement_of(*id) == self.measurement;
        let ids: Vec<SeriesId> = head.series_before(self.rows).filter(of).collect();
        drop(data);
        match &self.request.tags {
            TagPredicate::All => Ok(ids),
            tags => self.tested(&ids, tags),
        }
    }

    /// Gives the key of each series that passes.
    pub(super) fn each_key(&self, mut take: impl FnMut(KeyRef<'_>) -> Result<()>) -> Result<()> {
        for ids in self.ids()?.chunks(SERIES_PER_LOCK) {
            check(self.request)?;
            let data = self.held.data.read();
            ids.iter().try_for_each(|id| take(data.tables.key(*id)))?;
        }
        Ok(())
    }

    /// Gives each distinct text that the series that pass are to a facet; perhaps more than once.
    pub(super) fn each_text(&self, facet: &Facet, mut take: impl FnMut(&str) -> Result<()>) -> Result<()> {
        if self.is_large
            && let Some(selected) = self.select(&self.request.tags)?
        {
            let is_few = matches!(&selected, Selected::Only(set) if set.len() <= FEW_SERIES);
            let each =
                |series: &[SeriesId], chains: &Chains| self.each_value(series, chains, &selected, &mut take);
            if !is_few && self.held.index.values(self.asker, self.measurement, facet, each)?.is_some() {
                return Ok(());
            }
        }
        self.each_key(|key| take(&facet.text(key)))
    }

    /// Gives the texts of the values that a series has which passes and is seen.
    fn each_value(
        &self,
        series: &[SeriesId],
        chains: &Chains,
        selected: &Selected,
        mut take: impl FnMut(&str) -> Result<()>,
    ) -> Result<()> {
        let mut seen = Seen::new(self.rows);
        for values in pieces(chains.value_count()) {
            check(self.request)?;
            let data = self.held.data.read();
            let Some(head) = data.heads.get(&self.shard) else { return Ok(()) };
            let is_seen = seen.look(head);
            let texts = IndexTexts { tables: &data.tables, series };
            for value in values {
                if chains.series_of(value, series).any(|id| selected.contains(id) && is_seen(id)) {
                    take(&chains.text(value, texts))?;
                }
            }
        }
        Ok(())
    }

    fn indexed_ids(&self) -> Result<Option<Vec<SeriesId>>> {
        if !self.is_large {
            return Ok(None);
        }
        match self.select(&self.request.tags)? {
            None => Ok(None),
            Some(Selected::Only(set)) => {
                let ids: Vec<SeriesId> = set.iter().collect();
                self.seen(&ids, |_| true).map(Some)
            }
            Some(selected) => {
                let seen = |series: &[SeriesId]| self.seen(series, |id| selected.contains(id));
                self.held.index.series(self.asker, self.measurement, seen)
            }
        }
    }

    /// Those of the series that the snapshot sees in this head.
    fn seen(&self, series: &[SeriesId], passes: impl Fn(SeriesId) -> bool) -> Result<Vec<SeriesId>> {
        let (mut ids, mut seen) = (Vec::new(), Seen::new(self.rows));
        for series in series.chunks(16 * SERIES_PER_LOCK) {
            check(self.request)?;
            let data = self.held.data.read();
            let Some(head) = data.heads.get(&self.shard) else { break };
            let is_seen = seen.look(head);
            ids.extend(series.iter().copied().filter(|id| passes(*id) && is_seen(*id)));
        }
        Ok(ids)
    }

    /// Those of the series that pass a predicate, tested one by one.
    fn tested(&self, series: &[SeriesId], predicate: &TagPredicate) -> Result<Vec<SeriesId>> {
        let mut ids = Vec::new();
        for series in series.chunks(SERIES_PER_LOCK) {
            check(self.request)?;
            let data = self.held.data.read();
            let passes = |id: &SeriesId| {
                let key = data.tables.key(*id);
                may_match(key.as_str(), predicate) && key.passes(predicate)
            };
            ids.extend(series.iter().copied().filter(passes));
        }
        Ok(ids)
    }

    /// The series of the measurement, of whatever head, that pass; nothing where the index has no room.
    fn select(&self, predicate: &TagPredicate) -> Result<Option<Selected>> {
        match predicate {
            TagPredicate::All => Ok(Some(Selected::all())),
            TagPredicate::Nothing => Ok(Some(Selected::nothing())),
            TagPredicate::Tag { key, matcher } => self.select_tag(key, matcher),
            TagPredicate::And(parts) => self.select_each(parts),
            TagPredicate::Or(parts) => {
                let mut found = Selected::nothing();
                for part in parts {
                    let Some(part) = self.select(part)? else { return Ok(None) };
                    found = found.or(part);
                }
                Ok(Some(found))
            }
        }
    }

    /// The parts that are answered by one look-up come first; of few series the others are tested.
    fn select_each(&self, parts: &[TagPredicate]) -> Result<Option<Selected>> {
        let mut parts: Vec<&TagPredicate> = parts.iter().collect();
        parts.sort_by_key(|part| !matches!(part, TagPredicate::Tag { matcher: TagMatch::Equal(_), .. }));
        let mut found = Selected::all();
        for (done, part) in parts.iter().enumerate() {
            match &found {
                Selected::Only(set) if set.len() <= FEW_SERIES => {
                    let rest = TagPredicate::And(parts[done..].iter().map(|part| (*part).clone()).collect());
                    let few: Vec<SeriesId> = set.iter().collect();
                    let passing: RoaringBitmap = self.tested(&few, &rest)?.into_iter().collect();
                    return Ok(Some(Selected::Only(passing)));
                }
                _ => {}
            }
            let Some(part) = self.select(part)? else { return Ok(None) };
            found = found.and(part);
        }
        Ok(Some(found))
    }

    fn select_tag(&self, key: &str, matcher: &TagMatch) -> Result<Option<Selected>> {
        let facet = Facet::Value(key.into());
        let by = |take: &dyn Fn(&[SeriesId], &Chains) -> Result<Selected>| {
            self.held.index.values(self.asker, self.measurement, &facet, take)
        };
        let equal = |value: &str| {
            by(&|series, chains| {
                let data = self.held.data.read();
                let found = chains.find(value, IndexTexts { tables: &data.tables, series });
                drop(data);
                Ok(Selected::Only(chains.united(found.into_iter(), series)))
            })
        };
        let regex = |regex: &regex::Regex| {
            by(&|series, chains| self.matching_values(series, chains, |text| regex.is_match(text)))
        };
        match matcher {
            TagMatch::Equal(value) => equal(value),
            TagMatch::NotEqual(value) => Ok(equal(value)?.map(Selected::not)),
            TagMatch::Regex(pattern) => regex(pattern),
            TagMatch::NotRegex(pattern) => Ok(regex(pattern)?.map(Selected::not)),
        }
    }

    /// The series of the values that pass, or all but those of the others if these are fewer.
    fn matching_values(
        &self,
        series: &[SeriesId],
        chains: &Chains,
        passes: impl Fn(&str) -> bool,
    ) -> Result<Selected> {
        let mut passing = RoaringBitmap::new();
        for values in pieces(chains.value_count()) {
            check(self.request)?;
            let data = self.held.data.read();
            let texts = IndexTexts { tables: &data.tables, series };
            passing.extend(values.filter(|value| passes(&chains.text(*value, texts))));
        }
        if passing.len() * 2 <= chains.value_count() as u64 {
            return Ok(Selected::Only(chains.united(passing.iter(), series)));
        }
        let others = pieces(chains.value_count()).flatten().filter(|value| !passing.contains(*value));
        Ok(Selected::AllBut(chains.united(others, series)))
    }
}

/// The numbers below `count`, in pieces after each of which locks are let go.
fn pieces(count: usize) -> impl Iterator<Item = std::ops::Range<u32>> {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    let starts = (0..count).step_by(VALUES_PER_LOCK as usize);
    starts.map(move |start| start..count.min(start.saturating_add(VALUES_PER_LOCK)))
}

/// Which series a head has for its snapshot.
#[derive(Debug)]
struct Seen {
    /// Rows with this number or a higher one are not seen.
    rows: RowNumber,
    /// Those whose first row came after the snapshot. There are more of them with every look at the head.
    newer: hashbrown::HashSet<SeriesId>,
}

impl Seen {
    fn new(rows: RowNumber) -> Self {
        Self { rows, newer: hashbrown::HashSet::new() }
    }

    /// Whether a series is seen in the head as it is now: its lock was let go since the last look.
    fn look<'a>(&'a mut self, head: &'a Head) -> impl Fn(SeriesId) -> bool + 'a {
        self.newer.extend(head.series_from(self.rows, self.newer.len()));
        let newer = &self.newer;
        move |id| head.has_series(id) && (newer.is_empty() || !newer.contains(&id))
    }
}

/// A quick look at the text of a key, before its tags are taken apart: false only if it cannot pass.
fn may_match(key: &str, predicate: &TagPredicate) -> bool {
    match predicate {
        TagPredicate::Nothing => false,
        TagPredicate::Tag { matcher: TagMatch::Equal(value), .. } => {
            let is_plain = !value.is_empty() && !value.contains([',', '=', ' ', '\\']);
            !is_plain || key.contains(&**value)
        }
        TagPredicate::And(parts) => parts.iter().all(|part| may_match(key, part)),
        TagPredicate::Or(parts) => parts.iter().any(|part| may_match(key, part)),
        TagPredicate::All | TagPredicate::Tag { .. } => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_that_come_after_the_snapshot_are_not_seen_however_often_the_head_is_looked_at() {
        let (mut head, mut seen) = (Head::default(), Seen::new(3));
        head.note(0, 0, 0);
        head.note(1, 0, 2);
        head.note(2, 0, 3);
        let all = |seen: &mut Seen, head: &Head| (0..5).filter(|id| seen.look(head)(*id)).collect::<Vec<_>>();
        assert_eq!(all(&mut seen, &head), [0, 1]);
        head.note(3, 0, 4);
        head.note(1, 0, 5);
        head.note(4, 0, 6);
        assert_eq!(all(&mut seen, &head), [0, 1]);
        assert_eq!(seen.newer.len(), 3, "each of them is noted once");
    }
}
