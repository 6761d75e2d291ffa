//! The least value of a function of several numbers, found without its derivative: the simplex method
//! of Nelder and Mead.
//!
//! Coefficients, the order of the steps and the rule for stopping are those of InfluxDB, which has them
//! from Michael Hutt's implementation, so that forecasts agree to the last digits.

use super::number::count as float;

/// Most steps of one search. Protects from functions that never settle.
const STEPS_MAX: usize = 1_000;

const REFLECTION: f64 = -1.0;
const EXPANSION: f64 = 2.0;
const CONTRACTION: f64 = 0.5;

/// One corner more than there are numbers, each with its value.
struct Simplex {
    corners: Vec<Vec<f64>>,
    values: Vec<f64>,
}

/// The corners that a step looks at.
#[derive(Clone, Copy)]
struct Ranks {
    best: usize,
    second_worst: usize,
    worst: usize,
}

/// The least value that `function` has near `start`, and where. The search is over once the values of
/// the corners differ by less than `settled`. The function may move a point into its bounds.
pub(super) fn minimize(
    start: &[f64],
    settled: f64,
    mut function: impl FnMut(&mut [f64]) -> f64,
) -> (f64, Vec<f64>) {
    let mut simplex = Simplex::around(start, &mut function);
    for _ in 0..STEPS_MAX {
        simplex.step(&mut function);
        if simplex.deviation() < settled {
            break;
        }
    }
    let best = simplex.ranks().best;
    let found = simplex.corners[best].clone();
    (function(&mut simplex.corners[best]), found)
}

/// How many bytes a search over `count` numbers holds.
pub(super) fn bytes(count: usize) -> usize {
    count.saturating_add(5).saturating_mul(count).saturating_mul(size_of::<f64>())
}

impl Simplex {
    /// A regular simplex of edge 1 with a corner at `start`.
    fn around(start: &[f64], function: &mut impl FnMut(&mut [f64]) -> f64) -> Self {
        let count = float(start.len());
        let near = ((count + 1.0).sqrt() - 1.0) / (count * 2.0_f64.sqrt());
        let far = ((count + 1.0).sqrt() - 1.0 + count) / (count * 2.0_f64.sqrt());
        let corner = |own: usize| {
            let along = |(index, at): (usize, &f64)| if index == own { far + at } else { near + at };
            start.iter().enumerate().map(along).collect()
        };
        let mut corners = vec![start.to_vec()];
        corners.extend((0..start.len()).map(corner));
        let values = corners.iter_mut().map(|corner| function(corner)).collect();
        Self { corners, values }
    }

    fn ranks(&self) -> Ranks {
        let values = &self.values;
        let (mut best, mut worst) = (0, 0);
        for (index, value) in values.iter().enumerate() {
            worst = if *value > values[worst] { index } else { worst };
            best = if *value < values[best] { index } else { best };
        }
        let mut second_worst = best;
        for (index, value) in values.iter().enumerate() {
            if *value > values[second_worst] && *value < values[worst] {
                second_worst = index;
            }
        }
        Ranks { best, second_worst, worst }
    }

    /// The middle of all corners but one.
    fn middle_without(&self, left_out: usize) -> Vec<f64> {
        let count = self.corners.len() - 1;
        let mut middle = vec![0.0; count];
        for (_, corner) in self.corners.iter().enumerate().filter(|(index, _)| *index != left_out) {
            middle.iter_mut().zip(corner).for_each(|(sum, at)| *sum += at);
        }
        middle.iter_mut().for_each(|sum| *sum /= float(count));
        middle
    }

    /// Moves the worst corner, or draws all corners towards the best one.
    fn step(&mut self, function: &mut impl FnMut(&mut [f64]) -> f64) {
        let ranks = self.ranks();
        let middle = self.middle_without(ranks.worst);
        let mut reflected = toward(&middle, &self.corners[ranks.worst], REFLECTION);
        let value = function(&mut reflected);
        if value < self.values[ranks.best] {
            let mut expanded = toward(&middle, &reflected, EXPANSION);
            let further = function(&mut expanded);
            if further < value {
                self.replace(ranks.worst, &expanded, further);
            } else {
                self.replace(ranks.worst, &reflected, value);
            }
        } else if value < self.values[ranks.second_worst] {
            self.replace(ranks.worst, &reflected, value);
        }
        if value >= self.values[ranks.second_worst] {
            self.contract(ranks, &middle, &reflected, value, function);
        }
    }

    fn contract(
        &mut self,
        ranks: Ranks,
        middle: &[f64],
        reflected: &[f64],
        value: f64,
        function: &mut impl FnMut(&mut [f64]) -> f64,
    ) {
        let is_outside = value < self.values[ranks.worst];
        let from = if is_outside { reflected } else { &self.corners[ranks.worst] };
        let mut contracted = toward(middle, from, CONTRACTION);
        let nearer = function(&mut contracted);
        if nearer < self.values[ranks.worst] {
            self.replace(ranks.worst, &contracted, nearer);
        } else {
            self.shrink(ranks, function);
        }
    }

    /// Halves the way to the best corner. As in InfluxDB only the two worst are valued anew.
    fn shrink(&mut self, ranks: Ranks, function: &mut impl FnMut(&mut [f64]) -> f64) {
        let best = self.corners[ranks.best].clone();
        for (index, corner) in self.corners.iter_mut().enumerate() {
            if index != ranks.best {
                corner.iter_mut().zip(&best).for_each(|(at, best)| *at = best + (*at - best) / 2.0);
            }
        }
        for index in [ranks.worst, ranks.second_worst] {
            self.values[index] = function(&mut self.corners[index]);
        }
    }

    fn replace(&mut self, index: usize, corner: &[f64], value: f64) {
        self.corners[index].copy_from_slice(corner);
        self.values[index] = value;
    }

    /// The standard deviation of the corners' values.
    fn deviation(&self) -> f64 {
        let mean = self.values.iter().sum::<f64>() / float(self.values.len());
        let count = float(self.values.len() - 1);
        self.values.iter().map(|value| (value - mean) * (value - mean) / count).sum::<f64>().sqrt()
    }
}

/// The point that lies `factor` of the way from `middle` to `point`.
fn toward(middle: &[f64], point: &[f64], factor: f64) -> Vec<f64> {
    middle.iter().zip(point).map(|(middle, at)| middle + factor * (at - middle)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bottom_of_a_curved_valley_is_found() {
        let rosenbrock = |at: &mut [f64]| {
            let (x, y) = (at[0], at[1]);
            (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2)
        };
        let (value, at) = minimize(&[-1.2, 1.0], 1e-9, rosenbrock);
        assert!(value < 1e-6, "{value}");
        assert!((at[0] - 1.0).abs() < 1e-3 && (at[1] - 1.0).abs() < 1e-3, "{at:?}");
    }

    #[test]
    fn a_function_that_never_settles_is_given_up() {
        let mut calls = 0_u64;
        let (_, at) = minimize(&[0.0], 0.0, |_| {
            calls += 1;
            f64::NAN
        });
        assert_eq!(at.len(), 1);
        assert!(calls < 5_000, "{calls}");
    }
}
