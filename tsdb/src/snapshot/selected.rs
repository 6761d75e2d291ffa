//! A set of series of one measurement, or all but a set.

use roaring::RoaringBitmap;

use crate::generation::SeriesId;

/// Series of a measurement. What leaves out few of many stays small.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Selected {
    Only(RoaringBitmap),
    AllBut(RoaringBitmap),
}

impl Selected {
    pub(super) fn all() -> Self {
        Self::AllBut(RoaringBitmap::new())
    }

    pub(super) fn nothing() -> Self {
        Self::Only(RoaringBitmap::new())
    }

    pub(super) fn contains(&self, series: SeriesId) -> bool {
        match self {
            Self::Only(set) => set.contains(series),
            Self::AllBut(set) => !set.contains(series),
        }
    }

    pub(super) fn not(self) -> Self {
        match self {
            Self::Only(set) => Self::AllBut(set),
            Self::AllBut(set) => Self::Only(set),
        }
    }

    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Only(a), Self::Only(b)) => Self::Only(a & b),
            (Self::Only(a), Self::AllBut(b)) | (Self::AllBut(b), Self::Only(a)) => Self::Only(a - b),
            (Self::AllBut(a), Self::AllBut(b)) => Self::AllBut(a | b),
        }
    }

    pub(super) fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_and_their_complements_meet_as_sets_do() {
        let sets = [vec![], vec![1], vec![1, 2], vec![2, 3], vec![0, 1, 2, 3]];
        let both = |set: &Vec<u32>| {
            let set: RoaringBitmap = set.iter().copied().collect();
            [Selected::Only(set.clone()), Selected::AllBut(set)]
        };
        for (a, b) in sets.iter().flat_map(|a| sets.iter().map(move |b| (a, b))) {
            for (a, b) in both(a).into_iter().flat_map(|a| both(b).map(|b| (a.clone(), b))) {
                for id in 0..5 {
                    let (in_a, in_b) = (a.contains(id), b.contains(id));
                    assert_eq!(a.clone().and(b.clone()).contains(id), in_a && in_b, "{a:?} {b:?} {id}");
                    assert_eq!(a.clone().or(b.clone()).contains(id), in_a || in_b, "{a:?} {b:?} {id}");
                }
            }
        }
    }
}
