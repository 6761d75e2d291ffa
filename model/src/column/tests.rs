//! Columns with and without nulls.

use super::*;

fn column(values: &[Option<i64>]) -> Column {
    let mut column = Column::empty(FieldType::Integer);
    values.iter().for_each(|value| column.push(value.map(ValueRef::Integer)));
    column
}

#[test]
fn rows_come_back_as_they_were_pushed() {
    let values = [Some(1), None, Some(3), None];
    let column = column(&values);
    assert_eq!((column.len(), column.valid_count()), (4, 2));
    let rows: Vec<_> = column.iter().collect();
    assert_eq!(rows, values.map(|value| value.map(ValueRef::Integer)));
    assert!(!column.is_valid(1) && column.is_valid(2));
}

#[test]
fn a_column_without_nulls_needs_no_bits() {
    assert!(column(&[Some(1), Some(2)]).validity.is_none());
    assert_eq!(Column::dense(Values::Integer(vec![1, 2])), column(&[Some(1), Some(2)]));
}

#[test]
fn what_a_null_holds_does_not_count() {
    let mut bits = Bitmap::filled(2, true);
    bits.set(1, false);
    let other = Column { values: Values::Integer(vec![1, 77]), validity: Some(bits) };
    assert_eq!(column(&[Some(1), None]), other);
    assert_ne!(column(&[Some(1), Some(77)]), other);
    assert_ne!(Column::nulls(FieldType::Float, 2), Column::nulls(FieldType::Integer, 2));
}

#[test]
fn every_type_has_nulls() {
    for ty in FieldType::ALL {
        let mut nulls = Column::nulls(ty, 130);
        assert_eq!((nulls.len(), nulls.valid_count(), nulls.field_type()), (130, 0, ty));
        nulls.push(None);
        assert!(nulls.iter().all(|row| row.is_none()));
        assert_eq!(Column::empty(ty).len(), 0);
    }
}

#[test]
fn strings_stand_end_to_end() {
    let texts: StringColumn = ["a", "", "ünï"].into_iter().collect();
    assert_eq!(texts.iter().collect::<Vec<_>>(), ["a", "", "ünï"]);
    assert_eq!((texts.len(), texts.text_len()), (3, 6));
    let column = Column::dense(Values::String(texts));
    assert_eq!(column.get(2), Some(ValueRef::String("ünï")));
    assert!(column.bytes() >= 3 * 4);
}
