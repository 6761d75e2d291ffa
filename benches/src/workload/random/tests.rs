//! Each distribution has the mean and the deviation of its name. The seed is fixed, so no test is lucky.

use super::Random;

const DRAWS: u32 = 100_000;

/// Draws, and compares mean and deviation within five standard errors or so.
fn check(name: &str, mean: f64, deviation: f64, mut draw: impl FnMut(&mut Random) -> f64) {
    let mut random = Random::new(42);
    let numbers: Vec<f64> = (0..DRAWS).map(|_| draw(&mut random)).collect();
    let found = numbers.iter().sum::<f64>() / f64::from(DRAWS);
    let spread = (numbers.iter().map(|x| (x - found).powi(2)).sum::<f64>() / f64::from(DRAWS)).sqrt();
    assert!((found - mean).abs() < 0.02 * deviation, "{name}: mean {found}, expected {mean}");
    assert!(
        (spread - deviation).abs() < 0.03 * deviation,
        "{name}: deviation {spread}, expected {deviation}"
    );
}

#[test]
fn every_distribution_has_its_mean_and_deviation() {
    check("uniform", 5.0, 2.0 / 12f64.sqrt(), |random| random.uniform(4.0, 6.0));
    check("below", 49.5, 28.866, |random| random.below(100) as f64);
    check("normal", 3.0, 2.0, |random| random.normal(3.0, 2.0));
    check("exponential", 7.0, 7.0, |random| random.exponential(7.0));
    for (trials, probability) in [(4000, 0.3), (4000, 0.7), (4000, 0.001), (40, 0.5), (1, 0.25)] {
        let mean = trials as f64 * probability;
        let deviation = (mean * (1.0 - probability)).sqrt();
        check("binomial", mean, deviation, |random| random.binomial(trials, probability) as f64);
    }
}

#[test]
fn a_multinomial_spends_every_trial() {
    let mut random = Random::new(42);
    let shares = [0.2, 0.0, 0.5, 0.05, 0.25, 0.0];
    let mut sums = [0; 6];
    for _ in 0..1000 {
        let counts = random.multinomial(4000, shares);
        assert_eq!(counts.iter().sum::<u64>(), 4000);
        for (sum, count) in sums.iter_mut().zip(counts) {
            *sum += count;
        }
    }
    for (sum, share) in sums.iter().zip(shares) {
        assert!((*sum as f64 - share * 4e6).abs() < 8e3, "{sums:?}");
    }
}

#[test]
fn the_edges_of_a_binomial_are_exact() {
    let mut random = Random::new(42);
    assert_eq!(random.binomial(4000, 0.0), 0);
    assert_eq!(random.binomial(4000, 1.0), 4000);
    assert_eq!(random.binomial(0, 0.5), 0);
}

#[test]
fn a_shuffle_keeps_every_item_and_favours_no_place() {
    let mut random = Random::new(42);
    let mut places = [0u32; 5];
    for _ in 0..50_000 {
        let mut items = [0, 1, 2, 3, 4];
        random.shuffle(&mut items);
        places[items.iter().position(|item| *item == 0).unwrap()] += 1;
    }
    assert!(places.iter().all(|count| count.abs_diff(10_000) < 500), "{places:?}");
}
