//! Series in the order of their keys.
//!
//! Keys of one measurement begin alike, so that comparing them whole reads the same bytes again and again. Here
//! what all have in common is skipped, eight bytes behind it are compared as one number, and only keys that are
//! equal in these go on.

use super::{SeriesId, Tables};

/// So few keys are compared whole.
const FEW: usize = 16;

/// Sorts series by their keys.
pub(crate) fn sort_by_key(tables: &Tables, series: &mut [SeriesId]) {
    sort_from(tables, series, 0);
}

/// Sorts series whose keys are equal up to byte `from`.
fn sort_from(tables: &Tables, series: &mut [SeriesId], from: usize) {
    let text = |id: SeriesId| tables.key(id).as_str().as_bytes();
    if series.len() <= FEW || series.is_sorted_by_key(|id| text(*id)) {
        return series.sort_unstable_by_key(|id| text(*id));
    }
    let from = from + common(text(series[0]), series.iter().map(|id| text(*id)), from);
    let mut numbered: Vec<(u64, SeriesId)> = series.iter().map(|id| (number(text(*id), from), *id)).collect();
    numbered.sort_unstable();
    series.iter_mut().zip(&numbered).for_each(|(to, (_, id))| *to = *id);
    let mut start = 0;
    for equal in numbered.chunk_by(|a, b| a.0 == b.0) {
        let run = &mut series[start..start + equal.len()];
        start += equal.len();
        // A key that ends here is filled up with zeros, and so is equal to one that has them.
        if equal.len() > 1 && run.iter().all(|id| text(*id).len() >= from + 8) {
            sort_from(tables, run, from + 8);
        } else {
            run.sort_unstable_by_key(|id| text(*id));
        }
    }
}

/// How many bytes behind `from` all texts have in common with the first.
fn common<'a>(first: &[u8], texts: impl Iterator<Item = &'a [u8]>, from: usize) -> usize {
    let rest = &first[from..];
    texts.fold(rest.len(), |len, text| {
        let pairs = rest[..len].iter().zip(&text[from..]);
        pairs.take_while(|(a, b)| a == b).count()
    })
}

/// Eight bytes as a number of the same order, filled up with zeros.
fn number(text: &[u8], from: usize) -> u64 {
    let mut bytes = [0; 8];
    let rest = &text[from..text.len().min(from + 8)];
    bytes[..rest.len()].copy_from_slice(rest);
    u64::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generation::Definitions;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_order_is_that_of_the_texts(
            hosts in proptest::collection::hash_set("[a-c\0]{0,3}(host|x)[0-9]{0,12}", 0..300),
        ) {
            let mut tables = Tables::default();
            let mut defined = Definitions::default();
            let mut series: Vec<SeriesId> = hosts
                .iter()
                .map(|host| tables.resolve_series(&format!("m,host=abcdefgh{host}"), &mut defined))
                .collect();
            let mut expected = series.clone();
            expected.sort_by_key(|id| tables.key(*id).as_str());
            sort_by_key(&tables, &mut series);
            prop_assert_eq!(series, expected);
        }
    }
}
