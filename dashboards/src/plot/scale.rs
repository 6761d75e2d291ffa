//! The y axis: where it begins and ends, and its three to five ticks.

use crate::number::{NB, Unit, significant};

/// A range of values and the ticks on it, lowest first.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scale {
    low: f64,
    high: f64,
    ticks: Vec<Tick>,
}

/// One tick.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tick {
    /// Where it stands.
    pub(crate) value: f64,
    /// What stands there; the top one carries the unit.
    pub(crate) label: String,
}

impl Scale {
    /// 0 to 100 percent in quarters.
    pub(crate) fn percent() -> Self {
        let label = |value: u8| if value == 100 { format!("100{NB}%") } else { value.to_string() };
        let tick = |value: u8| Tick { value: f64::from(value), label: label(value) };
        Scale { low: 0.0, high: 100.0, ticks: [0, 25, 50, 75, 100].map(tick).to_vec() }
    }

    /// 0 to the size of a memory, with ticks at powers of two.
    pub(crate) fn capacity(bytes: f64) -> Self {
        let bytes = bytes.max(1024.0);
        let step = 2_f64.powf((bytes / 5.0).log2().floor() + 1.0);
        let values: Vec<f64> =
            (0..=4_u8).map(|index| f64::from(index) * step).filter(|v| *v <= bytes).collect();
        let top = Unit::Bytes.figure(values.last().copied().unwrap_or(step));
        let unit = 1024_f64.powf((values.last().copied().unwrap_or(step)).log2().div_euclid(10.0));
        let labels = values.iter().map(|value| plain(value / unit)).collect();
        Scale { low: 0.0, high: bytes, ticks: ticks(&values, labels, top.unit) }
    }

    /// 0 to at least `highest`, steps of 1, 2 or 5 times a power of ten.
    pub(crate) fn from_zero(highest: f64, floor: f64) -> Self {
        let step = step_for(highest.max(floor), 0.0, 4.0);
        decimal(0.0, (highest.max(floor) / step).ceil().max(2.0), step)
    }

    /// At least `above` over zero and `below` under it; both sides are labelled positive.
    pub(crate) fn both_ways(above: f64, below: f64, floor: f64) -> Self {
        let (above, below) = (above.max(floor), below.max(floor / 4.0));
        let step = step_for(above, below, 4.0);
        decimal((below / step).ceil().max(1.0), (above / step).ceil().max(1.0), step)
    }

    /// The ticks, lowest first.
    pub(crate) fn ticks(&self) -> &[Tick] {
        &self.ticks
    }

    /// Place of a value in a drawing of this height; what is off the scale lies on its edge.
    pub(crate) fn y(&self, value: f64, height: f64) -> f64 {
        height - (value.clamp(self.low, self.high) - self.low) / (self.high - self.low) * height
    }
}

/// The smallest step of 1, 2 or 5 times a power of ten that covers both sides in `intervals_max` steps.
fn step_for(above: f64, below: f64, intervals_max: f64) -> f64 {
    let decade = 10_f64.powf(((above + below) / intervals_max).log10().floor());
    let fits = |step: &f64| {
        let intervals = (above / step).ceil() + (below / step).ceil();
        intervals <= intervals_max
    };
    [1.0, 2.0, 5.0, 10.0, 20.0, 50.0]
        .map(|digit| digit * decade)
        .into_iter()
        .find(fits)
        .unwrap_or(100.0 * decade)
}

/// A scale of whole steps below and above zero. Labels are in thousands, millions ... as the top needs.
fn decimal(steps_below: f64, steps_above: f64, step: f64) -> Scale {
    const PREFIXES: [&str; 7] = ["", "k", "M", "G", "T", "P", "E"];
    let (low, high) = (-steps_below * step, steps_above * step);
    let count = (0..=8_u8).take_while(|index| f64::from(*index) <= steps_below + steps_above);
    let values: Vec<f64> = count.map(|index| (f64::from(index) - steps_below) * step).collect();
    let power = (0..7_u8).rev().find(|power| high >= 1000_f64.powi(i32::from(*power))).unwrap_or(0);
    let labels = values.iter().map(|value| plain(value.abs() / 1000_f64.powi(i32::from(power)))).collect();
    Scale { low, high, ticks: ticks(&values, labels, PREFIXES[usize::from(power)]) }
}

fn ticks(values: &[f64], mut labels: Vec<String>, unit: &str) -> Vec<Tick> {
    if let Some(top) = labels.last_mut().filter(|_| !unit.is_empty()) {
        *top = format!("{top}{NB}{unit}");
    }
    values.iter().zip(labels).map(|(value, label)| Tick { value: *value, label }).collect()
}

/// A tick's number: no zero after the point that says nothing.
fn plain(value: f64) -> String {
    let text = significant(value);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(scale: &Scale, expected: &str) {
        let labels: Vec<&str> = scale.ticks().iter().map(|tick| tick.label.as_str()).collect();
        assert_eq!(labels.join(" | ").replace(NB, "_"), expected);
    }

    #[test]
    fn percentages_go_in_quarters() {
        check(&Scale::percent(), "0 | 25 | 50 | 75 | 100_%");
    }

    #[test]
    fn rates_go_in_steps_of_one_two_and_five() {
        check(&Scale::from_zero(185e6, 1000.0), "0 | 50 | 100 | 150 | 200_M");
        check(&Scale::from_zero(0.0, 1000.0), "0 | 0.5 | 1_k");
        check(&Scale::from_zero(1.2e9, 1000.0), "0 | 0.5 | 1 | 1.5_G");
        check(&Scale::from_zero(16.0, 1.0), "0 | 5 | 10 | 15 | 20");
        check(&Scale::from_zero(0.6, 0.5), "0 | 0.2 | 0.4 | 0.6");
    }

    #[test]
    fn both_sides_of_zero_are_positive() {
        check(&Scale::both_ways(620e6, 380e6, 1000.0), "0.5 | 0 | 0.5 | 1_G");
        check(&Scale::both_ways(300.0, 40.0, 1000.0), "0.5 | 0 | 0.5 | 1_k");
        check(&Scale::both_ways(1.9e6, 0.3e6, 1000.0), "1 | 0 | 1 | 2_M");
    }

    #[test]
    fn memory_goes_in_powers_of_two() {
        let gib = 1024_f64.powi(3);
        check(&Scale::capacity(64.0 * gib), "0 | 16 | 32 | 48 | 64_GiB");
        check(&Scale::capacity(7.66 * gib), "0 | 2 | 4 | 6_GiB");
        check(&Scale::capacity(1.9 * gib), "0 | 0.5 | 1 | 1.5_GiB");
        check(&Scale::capacity(1.0), "0 | 0.25 | 0.5 | 0.75 | 1_KiB");
    }

    /// Whatever is measured, an axis has at least three ticks and at most five, and holds the value.
    #[test]
    fn every_magnitude_has_three_to_five_ticks() {
        for exponent in -20..300 {
            let value = 1.07_f64.powi(exponent * 2);
            for scale in [Scale::from_zero(value, 0.5), Scale::both_ways(value, value / 3.0, 0.5)] {
                assert!((3..=5).contains(&scale.ticks().len()), "{value}: {:?}", scale.ticks());
                assert!(scale.high >= value);
            }
        }
    }

    #[test]
    fn what_is_off_the_scale_lies_on_its_edge() {
        assert_eq!(Scale::percent().y(250.0, 150.0), 0.0);
        assert_eq!(Scale::percent().y(-3.0, 150.0), 150.0);
        assert_eq!(Scale::percent().y(50.0, 150.0), 75.0);
    }
}
