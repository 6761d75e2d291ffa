//! Merging of runs against a plain map.

use super::*;
use model::{FieldValue, ValueRef};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn floats(values: &[Option<f64>]) -> Column {
    let mut column = Column::empty(FieldType::Float);
    values.iter().for_each(|value| column.push(value.map(ValueRef::Float)));
    column
}

fn piece(rank: u64, times: &[i64], columns: &[(usize, &[Option<f64>])]) -> Piece {
    let columns = columns.iter().map(|(place, values)| (*place, floats(values))).collect();
    Piece { times: times.to_vec(), rank: Rank::Run(rank), columns }
}

#[test]
fn the_higher_rank_wins_field_by_field() {
    let pieces = vec![
        piece(2, &[10, 20], &[(0, &[Some(1.0), None]), (1, &[Some(2.0), Some(3.0)])]),
        piece(1, &[10, 20, 30], &[(0, &[Some(7.0), Some(8.0), None]), (1, &[Some(9.0); 3])]),
    ];
    let merged = merge(pieces, &[FieldType::Float; 2]);
    assert_eq!(merged.times, [10, 20, 30]);
    assert_eq!(merged.columns[0], floats(&[Some(1.0), Some(8.0), None]));
    assert_eq!(merged.columns[1], floats(&[Some(2.0), Some(3.0), Some(9.0)]));
}

#[test]
fn rows_without_a_value_are_left_out() {
    let merged = merge(vec![piece(1, &[1, 2, 3], &[(1, &[None, Some(1.0), None])])], &[FieldType::Float; 2]);
    assert_eq!(merged.times, [2]);
    assert_eq!(merged.columns[0], floats(&[None]));
}

#[test]
fn fields_that_never_meet_stay_in_groups_of_their_own() {
    let named = |times: &[i64], fields: &[&str]| NamedPiece {
        times: times.to_vec(),
        rank: Rank::Run(1),
        fields: fields.iter().map(|name| (Box::from(*name), floats(&vec![Some(1.0); times.len()]))).collect(),
    };
    let groups = assemble(vec![named(&[1, 2], &["a", "b"]), named(&[2], &["c"]), named(&[3], &["b", "d"])]);
    let mut shapes: Vec<(Vec<i64>, Vec<&str>)> = groups
        .iter()
        .map(|group| (group.times.clone(), group.fields.iter().map(|(name, _)| &**name).collect()))
        .collect();
    shapes.sort();
    assert_eq!(shapes, [(vec![1, 2, 3], vec!["a", "b", "d"]), (vec![2], vec!["c"])]);
}

/// Rows of one piece: rising times with values of two fields.
fn arbitrary_piece() -> impl Strategy<Value = BTreeMap<i64, [Option<i32>; 2]>> {
    proptest::collection::btree_map(
        0_i64..20,
        [proptest::option::of(0..9), proptest::option::of(0..9)],
        0..12,
    )
}

proptest! {
    #[test]
    fn merging_is_writing_one_after_another(runs in proptest::collection::vec(arbitrary_piece(), 0..6)) {
        let mut expected: BTreeMap<i64, [Option<FieldValue>; 2]> = BTreeMap::new();
        for run in &runs {
            for (ts, values) in run {
                for (place, value) in values.iter().enumerate() {
                    if let Some(value) = value {
                        let row = expected.entry(*ts).or_default();
                        row[place] = Some(FieldValue::Float(f64::from(*value)));
                    }
                }
            }
        }
        let pieces = runs.iter().enumerate().map(|(rank, run)| {
            let column = |place: usize| {
                floats(&run.values().map(|values| values[place].map(f64::from)).collect::<Vec<_>>())
            };
            Piece {
                times: run.keys().copied().collect(),
                rank: Rank::Run(rank as u64),
                columns: vec![(0, column(0)), (1, column(1))],
            }
        });
        let merged = merge(pieces.collect(), &[FieldType::Float; 2]);
        let found: BTreeMap<i64, [Option<FieldValue>; 2]> = merged
            .times
            .iter()
            .enumerate()
            .map(|(row, ts)| (*ts, [0, 1].map(|place| merged.columns[place].get(row).map(ValueRef::to_owned))))
            .collect();
        prop_assert_eq!(merged.times.len(), found.len());
        prop_assert_eq!(found, expected);
    }
}
