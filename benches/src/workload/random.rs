//! Numbers that look random and are the same on every run.
//!
//! The generator and the distributions are written out here, for a library may change the values that a
//! seed gives in any release, and figures of two years could no longer be compared. Not for secrets.

/// A seeded source: xoshiro256++ of Blackman and Vigna, seeded by their SplitMix64.
#[derive(Debug, Clone)]
pub struct Random {
    state: [u64; 4],
    /// The second normal number of a pair.
    spare: Option<f64>,
}

impl Random {
    /// A source that gives the same numbers for the same seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut state = seed;
        Self { state: [0; 4].map(|_: u64| split_mix(&mut state)), spare: None }
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.state;
        let bits = a.wrapping_add(*d).rotate_left(23).wrapping_add(*a);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        bits
    }

    /// A number in [0, 1).
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A number in [low, high).
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A whole number below `end`, which is small enough for the bias of a remainder not to show.
    pub fn below(&mut self, end: u64) -> u64 {
        self.bits() % end
    }

    /// One of `choices`, which are not empty.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.index(choices.len())]
    }

    /// Puts the items in another order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.index(last + 1);
            items.swap(last, other);
        }
    }

    /// Normally distributed, by Marsaglia's polar method.
    pub fn normal(&mut self, mean: f64, deviation: f64) -> f64 {
        let standard = self.spare.take().unwrap_or_else(|| self.normal_pair());
        mean + deviation * standard
    }

    /// Exponentially distributed.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.unit()).ln()
    }

    /// How many of `trials` succeed when each does with `probability`.
    pub fn binomial(&mut self, trials: u64, probability: f64) -> u64 {
        if probability > 0.5 {
            return trials - self.binomial(trials, (1.0 - probability).max(0.0));
        }
        if trials as f64 * probability < 10.0 {
            self.binomial_by_waiting(trials, probability)
        } else {
            self.binomial_by_rejection(trials, probability)
        }
    }

    /// How `trials` fall on the kinds whose `shares` add up to one.
    pub fn multinomial<const KINDS: usize>(&mut self, trials: u64, shares: [f64; KINDS]) -> [u64; KINDS] {
        let (mut trials_left, mut share_left) = (trials, 1.0);
        shares.map(|share| {
            let probability = if share_left > 0.0 { (share / share_left).clamp(0.0, 1.0) } else { 0.0 };
            let count = self.binomial(trials_left, probability);
            trials_left -= count;
            share_left -= share;
            count
        })
    }

    fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.below(len as u64)).expect("it is below a usize")
    }

    fn normal_pair(&mut self) -> f64 {
        loop {
            let (x, y) = (self.uniform(-1.0, 1.0), self.uniform(-1.0, 1.0));
            let square = x * x + y * y;
            if square > 0.0 && square < 1.0 {
                let factor = (-2.0 * square.ln() / square).sqrt();
                self.spare = Some(y * factor);
                return x * factor;
            }
        }
    }

    /// Counts successes by the number of failures before each.
    fn binomial_by_waiting(&mut self, trials: u64, probability: f64) -> u64 {
        if probability <= 0.0 {
            return 0;
        }
        let (trials, scale) = (trials as f64, (-probability).ln_1p());
        let (mut position, mut count) = (0.0, 0);
        loop {
            position += ((1.0 - self.unit()).ln() / scale).floor() + 1.0;
            if position > trials {
                return count;
            }
            count += 1;
        }
    }

    /// Hörmann's BTRS: "The generation of binomial random variates", 1993. Takes `probability` up to a
    /// half and at least ten expected successes.
    fn binomial_by_rejection(&mut self, trials: u64, probability: f64) -> u64 {
        let n = trials as f64;
        let odds = probability / (1.0 - probability);
        let deviation = (n * probability * (1.0 - probability)).sqrt();
        let b = 1.15 + 2.53 * deviation;
        let a = -0.0873 + 0.0248 * b + 0.01 * probability;
        let mode = ((n + 1.0) * probability).floor();
        loop {
            let (u, mut v) = (self.unit() - 0.5, self.unit());
            let edge = 0.5 - u.abs();
            let k = ((2.0 * a / edge + b) * u + n * probability + 0.5).floor();
            if !(0.0..=n).contains(&k) {
                continue;
            }
            if edge >= 0.07 && v <= 0.92 - 4.2 / b {
                return successes(k);
            }
            v = (v * (2.83 + 5.1 / b) * deviation / (a / (edge * edge) + b)).ln();
            let likelihood = (mode + 0.5) * ((mode + 1.0) / (odds * (n - mode + 1.0))).ln()
                + (n + 1.0) * ((n - mode + 1.0) / (n - k + 1.0)).ln()
                + (k + 0.5) * (odds * (n - k + 1.0) / (k + 1.0)).ln()
                + stirling_rest(mode)
                + stirling_rest(n - mode)
                - stirling_rest(k)
                - stirling_rest(n - k);
            if v <= likelihood {
                return successes(k);
            }
        }
    }
}

fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// What Stirling's formula leaves of ln k!, to 1e-5.
fn stirling_rest(k: f64) -> f64 {
    let square = (k + 1.0) * (k + 1.0);
    (1.0 / 12.0 - (1.0 / 360.0 - 1.0 / 1260.0 / square) / square) / (k + 1.0)
}

#[expect(clippy::cast_possible_truncation, reason = "a whole number of trials")]
fn successes(k: f64) -> u64 {
    k as u64
}

#[cfg(test)]
mod tests;
