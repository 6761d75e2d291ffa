//! Short ways to write a field: name and value, in the type that Telegraf sends.

use model::{FieldRef, ValueRef};

/// A floating-point field. NaN and infinities are dropped when the line is written.
#[must_use]
pub const fn float(name: &str, value: f64) -> FieldRef<'_> {
    FieldRef { name, value: ValueRef::Float(value) }
}

/// A signed integer.
#[must_use]
pub const fn integer(name: &str, value: i64) -> FieldRef<'_> {
    FieldRef { name, value: ValueRef::Integer(value) }
}

/// A counter or size. It is sent as a signed integer, clamped to the largest one, as Telegraf does
/// towards InfluxDB 1.x.
#[must_use]
pub const fn unsigned(name: &str, value: u64) -> FieldRef<'_> {
    let clamped = if value > i64::MAX as u64 { i64::MAX } else { value.cast_signed() };
    integer(name, clamped)
}

/// A text.
#[must_use]
pub const fn text<'a>(name: &'a str, value: &'a str) -> FieldRef<'a> {
    FieldRef { name, value: ValueRef::String(value) }
}

/// True or false.
#[must_use]
pub const fn boolean(name: &str, value: bool) -> FieldRef<'_> {
    FieldRef { name, value: ValueRef::Boolean(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unsigned_value_beyond_i64_is_clamped() {
        assert_eq!(unsigned("v", u64::MAX).value, ValueRef::Integer(i64::MAX));
        assert_eq!(unsigned("v", 1 << 63).value, ValueRef::Integer(i64::MAX));
        assert_eq!(unsigned("v", (1 << 63) - 1).value, ValueRef::Integer(i64::MAX));
        assert_eq!(unsigned("v", 7).value, ValueRef::Integer(7));
    }
}
