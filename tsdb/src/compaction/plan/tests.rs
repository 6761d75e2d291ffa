//! The plan over made-up segments.

use super::*;
use crate::limits::MERGE_INPUTS_MAX;

const MIB: u64 = 1 << 20;
const HOUR: i64 = 3_600_000_000_000;
const DAY: i64 = 24 * HOUR;

fn member(number: u64, bytes: u64, time: TimeRange) -> Member {
    let lsn = Lsn(number);
    let info = SegmentInfo {
        id: number,
        shard: 0,
        lsn_start: lsn,
        lsn_end: lsn,
        time,
        rows: 1,
        values: 1,
        series: 1,
        bytes,
        settled: lsn,
    };
    Member { info, is_barred: false, is_rested: false, is_deleted_from: false }
}

fn members(sizes: &[u64]) -> Vec<Member> {
    (0..).zip(sizes).map(|(number, bytes)| member(number, *bytes, TimeRange::new(0, 1))).collect()
}

/// A shard of one day: the choice over segments of these sizes that all overlap.
fn check(sizes: &[u64], expected: Option<std::ops::Range<usize>>) {
    let found = plan(&members(sizes), &Partitions::of(TimeRange::new(0, DAY)), 0, Thrift::default());
    let inputs = found.map(|choice| choice.inputs);
    assert_eq!(inputs, expected.map(Iterator::collect), "{sizes:?}");
}

#[test]
fn four_neighbours_of_like_size_are_merged() {
    check(&[], None);
    check(&[1, 2, 3], None);
    check(&[1, 2, 3, 4], Some(0..4));
    check(&[100 * MIB, 1, 2, 3, 4, 5], Some(1..6));
    check(&[100 * MIB, 90 * MIB, 80 * MIB, 1, 2, 3], None);
    check(&[100 * MIB, 90 * MIB, 80 * MIB, 70 * MIB, 2, 3], Some(0..4));
    check(&[1500 * MIB, 1400 * MIB, 1300 * MIB, 1200 * MIB], None);
    check(&[1; 40], Some(0..MERGE_INPUTS_MAX));
}

#[test]
fn sizes_that_alternate_are_merged_when_there_are_very_many() {
    let sizes: Vec<u64> = (0..25).map(|number| if number % 2 == 0 { 20 * MIB } else { MIB }).collect();
    check(&sizes[..24], None);
    check(&sizes, Some(0..4));
    check(&[1500 * MIB; 30], None);
}

#[test]
fn what_must_be_left_alone_is_no_bridge_between_its_neighbours() {
    let mut members = members(&[1; 9]);
    let day = Partitions::of(TimeRange::new(0, DAY));
    members[2].is_barred = true;
    assert_eq!(
        plan(&members, &day, 0, Thrift::default()).map(|choice| choice.inputs),
        Some(vec![3, 4, 5, 6, 7, 8])
    );
    members[6].is_barred = true;
    assert_eq!(plan(&members, &day, 0, Thrift::default()), None);
}

#[test]
fn large_wide_segments_are_cut_at_days_and_small_ones_are_not() {
    let week = Partitions::of(TimeRange::new(4 * DAY, 11 * DAY));
    let wide = |number, bytes| member(number, bytes, TimeRange::new(5 * DAY + 1, 8 * DAY - 1));
    let small: Vec<Member> = (0..4).map(|number| wide(number, MIB / 2)).collect();
    assert_eq!(plan(&small, &week, 0, Thrift::default()).unwrap().outputs, [TimeRange::ALL]);
    let large: Vec<Member> = (0..4).map(|number| wide(number, 20 * MIB)).collect();
    let outputs = plan(&large, &week, 0, Thrift::default()).unwrap().outputs;
    assert_eq!(outputs, [5, 6, 7].map(|day| TimeRange::new(day * DAY, (day + 1) * DAY)));
}

#[test]
fn a_past_partition_ends_as_one_segment_but_a_late_point_does_not_rewrite_it() {
    let day = Partitions::of(TimeRange::new(0, DAY));
    let rested = |sizes: &[u64]| -> Vec<Member> {
        members(sizes).into_iter().map(|member| Member { is_rested: true, ..member }).collect()
    };
    let inputs =
        |members: &[Member], now| plan(members, &day, now, Thrift::default()).map(|choice| choice.inputs);
    assert_eq!(inputs(&rested(&[80 * MIB, 20 * MIB, 5 * MIB]), DAY + HOUR), Some(vec![0, 1, 2]));
    assert_eq!(inputs(&rested(&[80 * MIB, 20 * MIB, 5 * MIB]), DAY + HOUR - 1), None);
    assert_eq!(inputs(&members(&[80 * MIB, 20 * MIB, 5 * MIB]), DAY + HOUR), None);
    assert_eq!(inputs(&rested(&[80 * MIB, 1000]), DAY + HOUR), None);
    assert_eq!(inputs(&rested(&[80 * MIB, 1000, 1000]), DAY + HOUR), Some(vec![1, 2]));
}

#[test]
fn a_segment_with_deleted_rows_is_rewritten_when_nothing_else_is_due() {
    let day = Partitions::of(TimeRange::new(0, DAY));
    let mut members = members(&[4000 * MIB, 5, 5]);
    members[0].is_deleted_from = true;
    assert_eq!(plan(&members, &day, 0, Thrift::default()).map(|choice| choice.inputs), Some(vec![0]));
    members[0].is_barred = true;
    assert_eq!(plan(&members, &day, 0, Thrift::default()), None);
    assert!(plan(&members[..1], &day, 0, Thrift::default()).is_none());
}

/// A shard over which random freezes and the plan go. It checks after each step that of two segments that share
/// an instant one is the later as a whole.
struct Model {
    partitions: Partitions,
    members: Vec<Member>,
    next: u64,
    seed: u64,
    written: u64,
    rewritten: u64,
}

impl Model {
    fn below(&mut self, bound: u64) -> u64 {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        (self.seed >> 11) % bound
    }

    /// A freeze: narrow or wide, of any size, with the LSNs that follow.
    fn freeze(&mut self) {
        let hour = i64::try_from(self.below(7 * 24)).unwrap();
        let hours = if self.below(3) == 0 { self.below(100) } else { self.below(4) };
        let end = (hour + 1 + i64::try_from(hours).unwrap()).min(7 * 24);
        let mut new = member(self.next, 0, TimeRange::new(4 * DAY + hour * HOUR, 4 * DAY + end * HOUR));
        let bound = 40 << (2 * self.below(11));
        new.info.bytes = 1 + self.below(bound);
        new.info.lsn_start = Lsn(self.next * 10);
        new.info.lsn_end = Lsn(self.next * 10 + 9);
        new.is_barred = self.below(40) == 0;
        self.written += new.info.bytes;
        self.next += 1;
        self.members.push(new);
    }

    /// Carries a choice out, each result as large as its part of the inputs' time.
    fn merge(&mut self, choice: &Choice) {
        let inputs: Vec<SegmentInfo> = choice.inputs.iter().map(|place| self.members[*place].info).collect();
        let mut results = Vec::new();
        for output in &choice.outputs {
            let parts = inputs.iter().filter(|input| input.time.overlaps(output));
            let mut result: Option<SegmentInfo> = None;
            for part in parts {
                let time = part.time.intersect(output);
                let len = |time: &TimeRange| u64::try_from(time.end - time.start).unwrap() / 1_000_000_000;
                let bytes = part.bytes * len(&time) / len(&part.time) + 1;
                let known = result.get_or_insert(SegmentInfo { id: self.next, time, bytes: 0, ..*part });
                known.time = TimeRange::new(known.time.start.min(time.start), known.time.end.max(time.end));
                known.lsn_start = known.lsn_start.min(part.lsn_start);
                known.lsn_end = known.lsn_end.max(part.lsn_end);
                known.bytes += bytes;
            }
            self.next += 1;
            results.extend(result.map(|info| Member {
                info,
                is_barred: false,
                is_rested: false,
                is_deleted_from: false,
            }));
        }
        self.rewritten += results.iter().map(|result| result.info.bytes).sum::<u64>();
        let mut place = 0;
        self.members.retain(|_| {
            place += 1;
            !choice.inputs.contains(&(place - 1))
        });
        self.members.extend(results);
        self.members.sort_by_key(|member| member.info.lsn_end);
    }

    fn assert_order(&self) {
        for (place, one) in self.members.iter().enumerate() {
            for other in &self.members[place + 1..] {
                let apart = one.info.lsn_end < other.info.lsn_start;
                assert!(apart || !one.info.time.overlaps(&other.info.time), "{one:?}\n{other:?}");
            }
        }
    }

    fn settle(&mut self, now_ns: i64) {
        let mut steps = 0;
        while let Some(choice) = plan(&self.members, &self.partitions, now_ns, Thrift::default()) {
            self.merge(&choice);
            self.assert_order();
            steps += 1;
            assert!(steps < 1000, "the plan comes to an end: {choice:?}\n{:?}", self.members);
        }
    }
}

#[test]
fn the_plan_keeps_the_order_of_writes_and_comes_to_an_end() {
    for seed in 1..60_u64 {
        let partitions = Partitions::of(TimeRange::new(4 * DAY, 11 * DAY));
        let mut model =
            Model { partitions, members: Vec::new(), next: 1, seed: seed * 7919, written: 0, rewritten: 0 };
        for _ in 0..150 {
            model.freeze();
            if model.below(3) == 0 {
                model.settle(0);
            }
        }
        model.members.iter_mut().for_each(|member| member.is_barred = false);
        model.settle(0);
        let infos: Vec<SegmentInfo> = model.members.iter().map(|member| member.info).collect();
        let crowd = crowd(infos.iter(), &partitions);
        assert!(crowd <= SEGMENTS_ALIKE_MAX, "seed {seed}: {crowd} in one place");
        assert!(
            model.rewritten < 12 * model.written,
            "seed {seed}: {} of {}",
            model.rewritten,
            model.written
        );
        model.members.iter_mut().for_each(|member| member.is_rested = true);
        while plan(&model.members, &partitions, 100 * DAY, Thrift::default()).is_some() {
            model.settle(100 * DAY);
            model.members.iter_mut().for_each(|member| member.is_rested = true);
        }
    }
}
