//! Path data of lines and surfaces: relative steps of one decimal, five to six bytes a point.

use std::fmt::Write as _;

use crate::html::Piece;

/// The `d` of a path. It holds numbers and commands only.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PathData(String);

impl Piece for PathData {
    fn append_to(&self, out: &mut String) {
        out.push_str(&self.0);
    }
}

impl PathData {
    /// Whether nothing is drawn.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A line through these points. A single one becomes a dot, because caps are round.
    pub(crate) fn line(&mut self, points: &[(f64, f64)]) {
        self.steps(points.iter().copied());
        if points.len() == 1 {
            self.0.push_str("h0");
        }
    }

    /// The surface between a line and the one under it; both run from left to right.
    pub(crate) fn surface(&mut self, over: &[(f64, f64)], under: &[(f64, f64)]) {
        if !over.is_empty() {
            self.steps(over.iter().chain(under.iter().rev()).copied());
            self.0.push('z');
        }
    }

    /// The surface between a line and a level.
    pub(crate) fn surface_to(&mut self, over: &[(f64, f64)], level: f64) {
        if let (Some(first), Some(last)) = (over.first(), over.last()) {
            self.surface(over, &[(first.0, level), (last.0, level)]);
        }
    }

    /// Moves to the first point and steps to the others, with one command letter for all steps. Each step
    /// starts from what was written, so that rounding does not add up.
    fn steps(&mut self, points: impl Iterator<Item = (f64, f64)>) {
        let mut before = (0, 0);
        for (index, (x, y)) in points.enumerate() {
            let here = (tenths(x), tenths(y));
            let step = (here.0 - before.0, here.1 - before.1);
            match index {
                0 => self.0.push('M'),
                1 => self.0.push('l'),
                _ => self.separate(step.0),
            }
            self.number(step.0);
            self.separate(step.1);
            self.number(step.1);
            before = here;
        }
    }

    /// A sign separates numbers by itself.
    fn separate(&mut self, next: i64) {
        if next >= 0 {
            self.0.push(' ');
        }
    }

    /// Tenths, without zeros that say nothing: `1`, `-.3`, `12.5`.
    fn number(&mut self, tenths: i64) {
        let (whole, rest) = (tenths.abs() / 10, tenths.abs() % 10);
        let sign = if tenths < 0 { "-" } else { "" };
        match (whole, rest) {
            (_, 0) => write!(self.0, "{sign}{whole}"),
            (0, _) => write!(self.0, "{sign}.{rest}"),
            _ => write!(self.0, "{sign}{whole}.{rest}"),
        }
        .expect("a String takes everything");
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a float beyond i64 saturates, and NaN becomes 0")]
fn tenths(value: f64) -> i64 {
    (value.clamp(-1e9, 1e9) * 10.0).round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(points: &[(f64, f64)]) -> String {
        let mut path = PathData::default();
        path.line(points);
        path.0
    }

    #[test]
    fn a_line_is_relative_steps() {
        assert_eq!(line(&[(0.0, 150.0), (1.0, 149.5), (2.0, 149.8), (3.0, 149.8)]), "M0 150l1-.5 1 .3 1 0");
    }

    #[test]
    fn rounding_does_not_add_up() {
        let points: Vec<(f64, f64)> =
            (0..1000).map(|index| (f64::from(index), f64::from(index) * 0.04)).collect();
        let text = line(&points);
        let numbers = text.replace(['M', 'l'], " ").replace('-', " -");
        let end: f64 =
            numbers.split_whitespace().skip(1).step_by(2).map(|step| step.parse::<f64>().unwrap()).sum();
        assert!((end - 39.96).abs() < 0.06, "ends at {end}");
    }

    #[test]
    fn a_lone_point_is_a_dot() {
        assert_eq!(line(&[(5.0, 20.0)]), "M5 20h0");
        assert_eq!(line(&[]), "");
    }

    #[test]
    fn a_surface_returns_along_its_lower_edge() {
        let mut path = PathData::default();
        path.surface_to(&[(0.0, 10.0), (1.0, 8.0)], 150.0);
        assert_eq!(path.0, "M0 10l1-2 0 142-1 0z");
    }
}
