//! Values and their types.

use super::*;

#[test]
fn types_are_known_by_number_and_name() {
    for ty in FieldType::ALL {
        assert_eq!(FieldType::from_number(ty as u8), Some(ty));
        assert_eq!(ty.to_string(), ty.name());
    }
    assert_eq!([0, 6, 255].map(FieldType::from_number), [None; 3]);
    assert_eq!(FieldType::ALL.map(FieldType::is_numeric), [true, true, true, false, false]);
}

#[test]
fn floats_are_equal_when_their_bits_are() {
    assert_eq!(ValueRef::Float(f64::NAN), ValueRef::Float(f64::NAN));
    assert_ne!(ValueRef::Float(0.0), ValueRef::Float(-0.0));
    assert_ne!(ValueRef::Integer(1), ValueRef::Unsigned(1));
}

#[test]
fn owned_and_borrowed_values_are_the_same() {
    for value in [
        FieldValue::Float(1.5),
        FieldValue::Integer(-1),
        FieldValue::Unsigned(1),
        FieldValue::Boolean(true),
        FieldValue::String("x".into()),
    ] {
        assert_eq!(value.as_ref().to_owned(), value);
        assert_eq!(value.as_ref().field_type(), value.field_type());
    }
}
