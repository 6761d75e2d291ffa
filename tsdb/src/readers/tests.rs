//! Few places for many segments.

use std::path::Path;
use std::sync::Arc;

use disk::{Fs, SimFs};
use model::{Budget, Column, Lsn, ManualClock, SeriesKey, Share, Tags, TimeRange, Values};

use super::Readers;
use crate::damage::Damage;
use crate::directory::Directory;
use crate::error::Error;
use crate::manifest::SegmentInfo;
use crate::run::Group;
use crate::segment::{SegmentId, SegmentWriter};
use crate::shard::Segment;

struct Folder {
    sim: SimFs,
    directory: Directory,
    budget: Budget,
    readers: Readers,
}

impl Folder {
    fn new(open_max: usize, budget: usize) -> Self {
        let sim = SimFs::new(1);
        let directory = Directory::new(Path::new("data"));
        sim.create_dir_all(&directory.segments()).expect("a folder");
        let fs: Arc<dyn Fs> = Arc::new(sim.clone());
        let budget = Budget::new(budget);
        let damage = Damage::open(&sim, &directory, Arc::new(ManualClock::new(0)));
        let readers = Readers::new(fs, directory.clone(), &budget, damage, open_max);
        Self { sim, directory, budget, readers }
    }

    /// Writes a segment of one value.
    fn write(&self, id: u64) -> Segment {
        let lsn = Lsn(id)..=Lsn(id);
        let path = self.directory.segment(id);
        let mut writer = SegmentWriter::new(&self.sim, &path, SegmentId(id), 0, lsn).expect("a new segment");
        let key = SeriesKey::new("m", &Tags::new([("host", "a")]));
        let values = Column::dense(Values::Integer(vec![i64::try_from(id).expect("a small id")]));
        let group = Group { times: vec![1], fields: vec![("v".into(), values)] };
        writer.push(&key, vec![group]).expect("a sound series");
        let summary = writer.finish().expect("a durable segment");
        let info = SegmentInfo {
            id,
            shard: 0,
            lsn_start: Lsn(id),
            lsn_end: Lsn(id),
            settled: Lsn(id),
            time: TimeRange::new(1, 2),
            rows: 1,
            values: 1,
            series: 1,
            bytes: summary.bytes,
        };
        self.readers.admit(info).expect("the segment just written")
    }
}

#[test]
fn segments_are_opened_when_they_are_read_and_closed_when_there_are_too_many() {
    let folder = Folder::new(4, 1 << 20);
    let segments: Vec<Segment> = (0..20).map(|id| folder.write(id)).collect();
    assert_eq!((folder.readers.open_count(), folder.budget.used()), (0, 0));
    for round in 0..3 {
        for segment in &segments {
            let reader = segment.reader().unwrap();
            assert_eq!(reader.id().0, segment.info.id, "round {round}");
            assert!(folder.readers.open_count() <= 4);
            assert!(folder.budget.used_by(Share::Reader) > 0);
        }
    }
    drop(segments);
    assert_eq!((folder.readers.open_count(), folder.budget.used()), (0, 0), "all is given back");
}

#[test]
fn what_was_used_last_stays_open() {
    let folder = Folder::new(4, 1 << 20);
    let segments: Vec<Segment> = (0..20).map(|id| folder.write(id)).collect();
    let favourite = Arc::downgrade(&segments[0].reader().unwrap());
    for segment in &segments[1..] {
        segment.reader().unwrap();
        assert!(segments[0].reader().is_ok_and(|reader| Arc::ptr_eq(&reader, &favourite.upgrade().unwrap())));
    }
}

#[test]
fn readers_in_use_are_not_closed_and_one_too_many_has_to_wait() {
    let folder = Folder::new(4, 1 << 20);
    let segments: Vec<Segment> = (0..5).map(|id| folder.write(id)).collect();
    let mut used: Vec<_> = segments[..4].iter().map(|segment| segment.reader().unwrap()).collect();
    let error = segments[4].reader().unwrap_err();
    assert!(matches!(error, Error::Busy { .. }) && error.is_temporary(), "{error}");
    assert!(used.iter().all(|reader| reader.measurements().eq(["m"])));
    used.pop();
    assert_eq!(segments[4].reader().unwrap().id().0, 4);
}

#[test]
fn memory_of_open_segments_comes_from_the_budget_and_gives_way() {
    let folder = Folder::new(1_000, 64 << 10);
    let segments: Vec<Segment> = (0..100).map(|id| folder.write(id)).collect();
    for segment in &segments {
        segment.reader().unwrap();
        assert!(folder.budget.used() <= 8 << 10, "an eighth of the budget");
    }
    assert!(folder.readers.open_count() > 1);
    let others = folder.budget.lease(Share::Query, (64 << 10) - folder.budget.used()).unwrap();
    let open = folder.readers.open_count();
    segments[0].reader().unwrap();
    assert!(folder.readers.open_count() <= open, "others were closed to make room");
    drop(others);
}

#[test]
fn a_file_that_comes_back_is_read_again() {
    let folder = Folder::new(4, 1 << 20);
    let segment = folder.write(7);
    let path = folder.directory.segment(7);
    let aside = Path::new("data/aside");
    folder.sim.rename(&path, aside).unwrap();
    assert!(segment.reader().is_err());
    folder.sim.rename(aside, &path).unwrap();
    assert_eq!(segment.reader().unwrap().id().0, 7);
}

#[test]
fn a_file_in_the_place_of_another_is_damage() {
    let folder = Folder::new(4, 1 << 20);
    let (one, _two) = (folder.write(1), folder.write(2));
    folder.sim.rename(&folder.directory.segment(2), &folder.directory.segment(1)).unwrap();
    let error = one.reader().unwrap_err();
    assert!(error.to_string().contains("found segment 2 of shard 0"), "{error}");
}
