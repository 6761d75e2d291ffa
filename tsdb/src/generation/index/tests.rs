//! An index that others clear, and that has no room for all that it is asked.

use std::sync::mpsc;
use std::time::Duration;

use super::*;
use crate::generation::Definitions;
use crate::limits::INDEX_REFUSED_MAX;

/// So many series that an index is made in three steps for the lists and in three for a facet.
const SERIES: usize = 2 * SERIES_PER_STEP + 100;

struct Store {
    data: RwLock<GenerationData>,
    budget: Budget,
    cancel: CancelToken,
}

impl Store {
    fn new(budget: usize) -> Self {
        let store = Self {
            data: RwLock::new(GenerationData::default()),
            budget: Budget::new(budget),
            cancel: CancelToken::new(),
        };
        store.grow(0..SERIES);
        store
    }

    fn grow(&self, numbers: std::ops::Range<usize>) {
        let (mut data, mut defined) = (self.data.write(), Definitions::default());
        for number in numbers {
            data.tables.resolve_series(&format!("m,a=a{number},b=b{},c=c{number}", number % 7), &mut defined);
        }
    }

    fn asker(&self) -> Asker<'_> {
        Asker { data: &self.data, budget: &self.budget, cancel: &self.cancel }
    }

    /// How many series a tag has in the index, if it has room for the tag.
    fn ask(&self, index: &Index, tag: &str) -> Option<usize> {
        index.values(self.asker(), 0, &value(tag), |_, chains| Ok(chains.len())).unwrap()
    }
}

fn value(tag: &str) -> Facet {
    Facet::Value(tag.into())
}

/// Between the last step and the look at what was made, others may clear the index and begin anew.
#[test]
fn an_index_that_is_being_made_anew_is_not_read() {
    let (store, index) = (Store::new(1 << 30), Index::default());
    let b = value("b");
    assert!(index.covering(store.asker(), 0, Some(&b), SERIES).unwrap().is_some());
    assert!(index.still_covering(0, Some(&b), SERIES).is_some());
    index.clear();
    let (mut reached, mut steps) = (Reached::default(), 0);
    while index.step(store.asker(), 0, Some(&b), SERIES, &mut reached).is_none() {
        steps += 1;
        let is_whole = steps == 6;
        assert_eq!(index.still_covering(0, Some(&b), SERIES).is_some(), is_whole, "after step {steps}");
        assert_eq!(index.still_covering(0, None, SERIES).is_some(), steps >= 3, "after step {steps}");
    }
    assert_eq!(steps, 6);
}

#[test]
fn whoever_is_set_back_by_others_does_without_an_index() {
    let (store, index) = (Store::new(1 << 30), Index::default());
    let (b, mut reached) = (value("b"), Reached::default());
    let mut step = || index.step(store.asker(), 0, Some(&b), SERIES, &mut reached);
    assert_eq!((step(), step()), (None, None));
    index.clear();
    assert_eq!(step(), Some(false));
    assert_eq!(store.ask(&index, "b"), Some(SERIES), "the next one tries again");
}

/// `a` fits and `c` does not fit beside it.
#[test]
fn a_tag_without_room_takes_none_from_others_and_is_tried_again_when_the_series_have_doubled() {
    let (store, index) = (Store::new(32 << 20), Index::default());
    assert_eq!(store.ask(&index, "a"), Some(SERIES));
    let held = store.budget.used();
    for _ in 0..3 {
        assert_eq!(store.ask(&index, "c"), None);
        let state = index.0.read();
        assert!(state.covers(0, Some(&value("a")), SERIES), "a stays");
        let c = value("c");
        assert!(state.refused.holds(Some((0, &c)), 2 * SERIES - 1, usize::MAX - 1));
        assert!(!state.refused.holds(Some((0, &c)), 2 * SERIES, 0));
        assert!(!state.refused.holds(Some((1, &c)), SERIES, 0), "in another measurement");
        drop(state);
        assert_eq!(store.budget.used(), held);
    }
    assert_eq!(index.step(store.asker(), 0, Some(&value("c")), SERIES, &mut Reached::default()), Some(false));
    assert_eq!(store.budget.used(), held, "no step is made for what was refused");
}

#[test]
fn lists_of_series_take_the_room_of_tags_before_there_is_no_index() {
    let (store, index) = (Store::new(32 << 20), Index::default());
    assert_eq!(store.ask(&index, "a"), Some(SERIES));
    store.grow(SERIES..7 * SERIES);
    let most = store.budget.limit() / INDEX_BUDGET_DIVISOR;
    let count = |_: &[SeriesId]| Ok(());
    assert!(index.series(store.asker(), 0, count).unwrap().is_some());
    assert!(store.budget.used() <= most);
    store.grow(7 * SERIES..9 * SERIES);
    assert!(index.series(store.asker(), 0, count).unwrap().is_none(), "four bytes for each are too much");
    assert_eq!(store.budget.used(), 0);
    assert_eq!(store.ask(&index, "b"), None, "nor is it begun for a tag");
    assert_eq!(index.0.read().covered, 0);
}

#[test]
fn what_a_full_budget_refused_is_tried_again_when_there_is_room() {
    let (store, index) = (Store::new(1 << 30), Index::default());
    assert_eq!(store.ask(&index, "b"), Some(SERIES));
    let free = store.budget.limit() - store.budget.used();
    let others = store.budget.lease(Share::Body, free - 1000).unwrap();
    assert_eq!((store.ask(&index, "a"), store.ask(&index, "b")), (None, Some(SERIES)));
    drop(others);
    assert_eq!(store.ask(&index, "a"), Some(SERIES));
}

#[test]
fn refusals_are_few() {
    let mut refused = Refused::default();
    let facets: Vec<Facet> = (0..=INDEX_REFUSED_MAX).map(|number| value(&format!("t{number}"))).collect();
    facets.iter().for_each(|facet| refused.add(Some((0, facet)), 10, usize::MAX));
    let held = facets.iter().map(|facet| refused.holds(Some((0, facet)), 5, 0));
    assert_eq!(held.clone().filter(|held| *held).count(), INDEX_REFUSED_MAX);
    assert_eq!(held.clone().next(), Some(false), "the oldest is forgotten");
}

/// A writer that needs memory has the lock that all writers wait for.
#[test]
fn whoever_needs_the_memory_does_not_wait_for_a_reader() {
    let (store, index) = (Store::new(1 << 30), Index::default());
    let (sender, cleared) = mpsc::channel();
    let has_cleared = std::thread::scope(|scope| {
        let read = |_: &[SeriesId]| {
            scope.spawn(|| {
                index.clear();
                sender.send(()).unwrap();
            });
            Ok(cleared.recv_timeout(Duration::from_secs(5)).is_ok())
        };
        index.series(store.asker(), 0, read).unwrap()
    });
    assert_eq!(has_cleared, Some(true));
    assert!(store.budget.used() > 0, "what is read stays");
    index.clear();
    assert_eq!(store.budget.used(), 0);
}
