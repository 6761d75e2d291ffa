//! Every codec gives back the bits it took, and no bytes make a decoder panic.

use super::limits::PAGE_ROWS_MAX;
use super::{Kind, decode, decode_new, encode, integers};
use model::{FieldType, StringColumn, Values};
use proptest::collection::vec;
use proptest::prelude::*;

/// Encodes and decodes; says which kind was chosen and how many bytes it took.
fn round_trip(values: &Values) -> (u8, usize) {
    let mut bytes = Vec::new();
    encode(values, 0..values.len(), &mut bytes);
    let mut input = &bytes[..];
    let decoded = decode_new(&mut input, values.len(), values.field_type()).expect("what was encoded");
    assert!(input.is_empty(), "{} bytes left", input.len());
    assert_eq!(decoded.len(), values.len());
    for row in 0..values.len() {
        assert_eq!(decoded.get(row), values.get(row), "row {row}");
    }
    (bytes[0], bytes.len())
}

fn check_integers(values: Vec<i64>, kind: Kind, bytes_max: usize) {
    let (found, bytes) = round_trip(&Values::Integer(values));
    assert_eq!(found, kind as u8);
    assert!(bytes <= bytes_max, "{bytes} bytes");
}

fn check_floats(values: Vec<f64>, kind: Kind, bytes_max: usize) {
    let (found, bytes) = round_trip(&Values::Float(values));
    assert_eq!(found, kind as u8);
    assert!(bytes <= bytes_max, "{bytes} bytes");
}

fn check_texts(texts: &[&str], kind: Kind, bytes_max: usize) {
    let (found, bytes) = round_trip(&Values::String(texts.iter().copied().collect()));
    assert_eq!(found, kind as u8);
    assert!(bytes <= bytes_max, "{bytes} bytes");
}

/// Numbers without a pattern, the same on every run.
fn noise(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) ^ (state << 31)
    }
}

fn below(next: &mut impl FnMut() -> u64, len: usize) -> usize {
    usize::try_from(next() % len as u64).expect("an index")
}

#[test]
fn every_kind_has_a_number_of_its_own() {
    let mut numbers: Vec<u8> = Kind::ALL.iter().map(|kind| *kind as u8).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), Kind::ALL.len());
}

#[test]
fn a_constant_step_takes_a_few_bytes() {
    check_integers(
        (0..2048).map(|i| 1_451_606_400_000_000_000 + i * 10_000_000_000).collect(),
        Kind::Linear,
        16,
    );
    check_integers(vec![i64::MIN; 2048], Kind::Linear, 12);
    check_integers(vec![7], Kind::Linear, 4);
    check_integers(vec![i64::MIN, i64::MAX, i64::MAX - 1], Kind::Linear, 12);
}

/// Steps of 0 to 7 that are all as likely fill three bits: a code cannot win.
#[test]
fn a_walk_of_even_steps_is_packed_by_its_differences() {
    let mut next = noise(1);
    let mut value = 50;
    let mut walk = |_| {
        value += (next() % 8).cast_signed();
        value
    };
    check_integers((0..2048).map(&mut walk).collect(), Kind::Deltas, 2048 * 3 / 8 + 64);
    check_integers((0..100).map(&mut walk).collect(), Kind::Deltas, 100 * 3 / 8 + 16);
}

/// Steps that crowd around one number, some far off: the sum of four dice has an entropy of 3.8 bits.
#[test]
fn a_walk_of_crowded_steps_is_coded_by_its_differences() {
    let mut next = noise(6);
    let mut value = 0;
    let mut walk = |row: usize| {
        let far = if row.is_multiple_of(200) { 1_000_000 } else { 0 };
        value += (0..4).map(|_| (next() % 6).cast_signed()).sum::<i64>() + far;
        value
    };
    check_integers((0..2048).map(&mut walk).collect(), Kind::CodedDeltas, 2048 * 38 / 80 + 128);
    let mut odd = |row: i64| row * row * 1000 + [0, 0, 0, 0, 1, -1, 0, 9][below(&mut next, 8)];
    let seconds = (0..2048).map(&mut odd);
    check_integers(seconds.collect(), Kind::CodedSecondDeltas, 2048 * 5 / 8);
    let levels = (0..2048).map(|_| [0, 0, 0, 0, 0, 0, 7, 40, 900][below(&mut next, 9)]);
    check_integers(levels.collect(), Kind::CodedValues, 2048 * 3 / 8 + 64);
}

#[test]
fn a_counter_of_even_speed_is_packed_by_its_second_differences() {
    let mut next = noise(7);
    let values = (0..120_i64).map(|i| i * i * 1000 + (next() % 2).cast_signed()).collect();
    check_integers(values, Kind::SecondDeltas, 120 * 3 / 8 + 24);
}

#[test]
fn noise_in_a_small_range_is_packed_as_it_is() {
    let mut next = noise(2);
    check_integers((0..2048).map(|_| (next() % 16).cast_signed()).collect(), Kind::Packed, 2048 / 2 + 64);
}

#[test]
fn jittered_times_lose_what_they_have_in_common() {
    let mut next = noise(3);
    let times = (0..2048).map(|i| i * 10_000_000_000 + (next() % 16).cast_signed() * 1_000_000);
    check_integers(times.collect(), Kind::Scaled, 2048 * 5 / 8 + 96);
}

#[test]
fn rare_changes_are_runs() {
    let mut next = noise(4);
    let mut value = 0;
    let gauge = (0..2048).map(|_| {
        if next().is_multiple_of(50) {
            value = (next() % 1000).cast_signed();
        }
        value
    });
    check_integers(gauge.collect(), Kind::Runs, 180);
}

#[test]
fn the_ends_of_the_range_survive_every_neighbourhood() {
    let ends = [i64::MIN, i64::MAX, 0, -1, 1, i64::MAX, i64::MIN, i64::MIN + 1, i64::MAX - 1];
    let values: Vec<i64> = ends.iter().cycle().take(2048).copied().collect();
    round_trip(&Values::Integer(values.clone()));
    round_trip(&Values::Unsigned(values.iter().map(|value| value.cast_unsigned()).collect()));
    round_trip(&Values::Unsigned(vec![u64::MAX, 0, u64::MAX]));
}

#[test]
fn decimals_cost_as_little_as_their_integers() {
    let mut next = noise(5);
    let mut value = 5000;
    let mut walk = || {
        value += (next() % 7).cast_signed() - 3;
        value
    };
    let values: Vec<f64> = (0..2048).map(|_| walk() as f64 / 100.0).collect();
    check_floats(values, Kind::Decimals, 2048 * 3 / 8 + 96);
    check_floats((0..2048).map(|_| walk() as f64).collect(), Kind::Decimals, 2048 * 3 / 8 + 96);
}

#[test]
fn one_odd_float_does_not_spoil_a_page_of_decimals() {
    let mut values: Vec<f64> = (0..2048_u32).map(|i| f64::from(i % 97) / 10.0).collect();
    values[700] = std::f64::consts::PI;
    values[1500] = -0.0;
    values[2047] = f64::NAN;
    check_floats(values, Kind::Decimals, 2048 * 11 / 8);
}

#[test]
fn a_repeated_float_is_a_constant_pattern() {
    check_floats(vec![f64::from_bits(0x7ff8_dead_beef_0001); 2048], Kind::FloatBits, 16);
    check_floats(vec![-0.0; 2048], Kind::FloatBits, 16);
}

#[test]
fn smooth_floats_go_to_pco() {
    let values: Vec<f64> = (0..2048_u32).map(|i| (f64::from(i) / 300.0).sin() * 50.0).collect();
    check_floats(values, Kind::Pco, 2048 * 7);
}

#[test]
fn every_odd_bit_pattern_of_a_float_survives() {
    let odd = [
        f64::NAN,
        -f64::NAN,
        -0.0,
        0.0,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::MIN_POSITIVE,
        5e-324,
        f64::MAX,
    ];
    let payloads = (0..64).map(|bit| f64::from_bits(0x7ff0_0000_0000_0000 | 1 << bit));
    round_trip(&Values::Float(odd.into_iter().chain(payloads).collect()));
    round_trip(&Values::Float(odd.into_iter().cycle().take(2048).collect()));
}

#[test]
fn booleans_are_bits_or_runs() {
    let (kind, bytes) = round_trip(&Values::Boolean((0..2048).map(|i| i % 3 == 0).collect()));
    assert_eq!((kind, bytes), (Kind::Bits as u8, 257));
    let (kind, bytes) = round_trip(&Values::Boolean((0..2048).map(|i| i > 1000).collect()));
    assert_eq!(kind, Kind::BitRuns as u8);
    assert!(bytes < 16);
}

#[test]
fn repeated_strings_are_a_dictionary() {
    let texts: Vec<&str> = ["up", "down", "", "maintenance"].into_iter().cycle().take(2048).collect();
    check_texts(&texts, Kind::Dictionary, 2048 * 2 / 8 + 64);
}

#[test]
fn long_strings_are_compressed_and_short_ones_are_not() {
    let lines: Vec<String> =
        (0..200).map(|i| format!("connection {i} from 10.0.0.{i} closed by peer")).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    check_texts(&lines, Kind::ZstdTexts, 2000);
    check_texts(&["é", "ß", "\u{10ffff}"], Kind::Texts, 32);
}

#[test]
fn any_number_of_values_round_trips() {
    for count in [0, 1, 2, 3, 7, 8, 9, 255, 256, 257, 258, 259, 512, 513, 1000] {
        let mut next = noise(count);
        for width in [0, 1, 3, 31, 32, 33, 63, 64] {
            let mask = u64::MAX.checked_shr(64 - width).unwrap_or(0);
            let values = (0..count).map(|_| next() & mask);
            round_trip(&Values::Unsigned(values.collect()));
        }
    }
}

#[test]
fn runs_that_do_not_fill_the_page_are_refused() {
    let mut bytes = vec![Kind::Runs as u8, 2];
    integers::encode(&[1, 2], &mut bytes);
    integers::encode(&[4, 5], &mut bytes);
    for (count, fits) in [(9, true), (8, false), (10, false), (1, false)] {
        assert_eq!(integers::decode_new(&mut &bytes[..], count).is_ok(), fits, "{count} rows");
    }
}

#[test]
fn a_code_that_is_not_complete_is_refused() {
    let values: Vec<i64> = (0..500).map(|row| [0, 5, 0, 0, 1][row % 5] + (row as i64 % 7) / 6).collect();
    let mut bytes = Vec::new();
    integers::encode(&values, &mut bytes);
    assert_eq!(bytes[0], Kind::CodedValues as u8);
    // Behind the kind: shift, folded, first symbol, count of symbols, then the lengths.
    let lengths = 5;
    for length in 0..=255 {
        let mut changed = bytes.clone();
        changed[lengths] = length;
        let decoded = integers::decode_new(&mut &changed[..], values.len());
        assert_eq!(decoded.is_ok_and(|decoded| decoded == values), length == bytes[lengths], "{length:#x}");
    }
}

#[test]
fn kinds_nested_too_deep_are_refused() {
    let bytes = [Kind::Scaled as u8, 0, 1].repeat(10_000);
    assert!(integers::decode_new(&mut &bytes[..], 5).is_err());
}

/// Integers that look like what is stored: walks, counters, repeats, jumps to the ends.
fn integers_of_any_shape() -> impl Strategy<Value = Vec<i64>> {
    let step = prop_oneof![
        8 => -3_i64..4,
        4 => Just(0_i64),
        2 => (0_i64..1000).prop_map(|step| step * 1_000_000),
        1 => any::<i64>(),
        1 => prop_oneof![Just(i64::MIN), Just(i64::MAX)],
    ];
    (any::<i64>(), vec(step, 0..600)).prop_map(|(start, steps)| {
        let mut value = start;
        steps
            .into_iter()
            .map(|step| {
                value = value.wrapping_add(step);
                value
            })
            .collect()
    })
}

/// Floats that look like what is stored, with odd ones among them.
fn floats_of_any_shape() -> impl Strategy<Value = Vec<f64>> {
    let decimal =
        (any::<i32>(), 0_i32..8).prop_map(|(mantissa, digits)| f64::from(mantissa) / 10_f64.powi(digits));
    let odd = prop_oneof![Just(f64::NAN), Just(-0.0), Just(f64::INFINITY), Just(5e-324), Just(f64::MIN)];
    let float =
        prop_oneof![10 => decimal, 3 => any::<u64>().prop_map(f64::from_bits), 1 => odd, 5 => Just(1.5)];
    vec(float, 0..400)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn integers_round_trip(values in integers_of_any_shape()) {
        round_trip(&Values::Unsigned(values.iter().map(|value| value.cast_unsigned()).collect()));
        round_trip(&Values::Integer(values));
    }

    #[test]
    fn floats_round_trip(values in floats_of_any_shape()) {
        round_trip(&Values::Float(values));
    }

    #[test]
    fn float_patterns_round_trip(patterns in vec(any::<u64>(), 0..300)) {
        round_trip(&Values::Float(patterns.into_iter().map(f64::from_bits).collect()));
    }

    #[test]
    fn booleans_round_trip(runs in vec((any::<bool>(), 1_usize..200), 0..30)) {
        round_trip(&Values::Boolean(runs.into_iter().flat_map(|(value, len)| vec![value; len]).collect()));
    }

    #[test]
    fn strings_round_trip(texts in vec(prop_oneof![any::<String>(), Just("ok".to_owned())], 0..200)) {
        round_trip(&Values::String(texts.iter().map(String::as_str).collect::<StringColumn>()));
    }

    #[test]
    fn arbitrary_bytes_are_values_or_an_error(
        kind in 0..Kind::ALL.len(),
        bytes in vec(any::<u8>(), 0..200),
        count in 0..=PAGE_ROWS_MAX,
    ) {
        for ty in FieldType::ALL {
            let bytes: Vec<u8> = [&[Kind::ALL[kind] as u8], &bytes[..]].concat();
            check_hostile(&bytes, count, ty)?;
        }
    }

    #[test]
    fn damaged_bytes_are_values_or_an_error(
        floats in floats_of_any_shape(),
        integers in integers_of_any_shape(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        for values in [Values::Float(floats), Values::Integer(integers)] {
            let mut bytes = Vec::new();
            encode(&values, 0..values.len(), &mut bytes);
            let at = at.index(bytes.len());
            bytes[at] = byte;
            check_hostile(&bytes, values.len(), values.field_type())?;
        }
    }
}

fn check_hostile(bytes: &[u8], count: usize, ty: FieldType) -> Result<(), TestCaseError> {
    let mut values = Values::empty(ty);
    if decode(&mut &bytes[..], count, &mut values).is_ok() {
        prop_assert_eq!(values.len(), count);
    }
    Ok(())
}
