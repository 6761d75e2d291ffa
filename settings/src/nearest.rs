//! The known word that a misspelt one looks most like.

/// The nearest of `known` by optimal string alignment (insert, delete, replace, swap neighbours), if it
/// is near enough to be meant: a third of the word's length, at least two edits.
#[must_use]
pub fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let most = (word.chars().count() / 3).max(2);
    let distances = known.iter().map(|candidate| (distance(word, candidate), *candidate));
    let (distance, candidate) = distances.min()?;
    (distance <= most && distance < candidate.chars().count()).then_some(candidate)
}

fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for row in 1..=a.len() {
        let mut current = vec![row; b.len() + 1];
        for column in 1..=b.len() {
            let replace = last[column - 1] + usize::from(a[row - 1] != b[column - 1]);
            current[column] = replace.min(last[column] + 1).min(current[column - 1] + 1);
            let swapped = row > 1 && column > 1 && a[row - 1] == b[column - 2] && a[row - 2] == b[column - 1];
            if swapped {
                current[column] = current[column].min(before_last[column - 2] + 1);
            }
        }
        before_last = std::mem::replace(&mut last, current);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised() {
        let known = ["percpu", "totalcpu", "interval", "mem"];
        for (word, expected) in [
            ("percpuu", Some("percpu")),
            ("precpu", Some("percpu")),
            ("intreval", Some("interval")),
            ("interval_", Some("interval")),
            ("men", Some("mem")),
            ("colour", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, &known), expected, "{word}");
        }
    }
}
