//! The functions that reduce the rows of a bucket to points, as a closed set.

use super::accumulate::Accumulator;
use super::arithmetic::{Count, Moment, numeric};
use super::collect::{self, Collect, Whole};
use super::rank::Rank;
use super::sample::Sample;
use super::selector::{Pick, Selector};
use model::{FieldType, SummaryKinds};

/// Which reducer, with its constant arguments.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Reducer {
    /// `count`.
    Count,
    /// `sum`, `mean`, `spread`, `stddev`.
    Moment(Moment),
    /// `min`, `max`, `first`, `last`.
    Pick(Pick),
    /// `percentile`, `median`, `mode`, `distinct`, `count(distinct())`.
    Whole(Whole),
    /// `top` and `bottom`.
    Rank {
        /// Whether it is `top`.
        largest: bool,
        /// How many points.
        count: usize,
        /// How many of the columns carried along, from the first, tell points apart.
        tags: usize,
    },
    /// `sample`: so many points.
    Sample(usize),
}

/// An end of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edge {
    /// Its oldest row.
    Oldest,
    /// Its newest row.
    Newest,
}

impl Reducer {
    /// Whether it picks rows.
    pub(crate) fn is_selector(&self) -> bool {
        match self {
            Self::Pick(_) | Self::Rank { .. } | Self::Sample(_) => true,
            Self::Whole(whole) => matches!(whole, Whole::Percentile(_)),
            Self::Count | Self::Moment(_) => false,
        }
    }

    /// Which end of a series decides its result alone, if one does.
    pub(crate) fn edge(&self) -> Option<Edge> {
        match self {
            Self::Pick(Pick::First) => Some(Edge::Oldest),
            Self::Pick(Pick::Last) => Some(Edge::Newest),
            _ => None,
        }
    }

    /// What it needs to know of stretches of time instead of their rows; nothing if it needs the rows.
    pub(crate) fn summary(&self) -> Option<SummaryKinds> {
        let none = SummaryKinds::default();
        Some(match self {
            Self::Count => none,
            Self::Moment(Moment::Sum | Moment::Mean) => SummaryKinds { sum: true, ..none },
            Self::Moment(Moment::Spread) => SummaryKinds { min: true, max: true, ..none },
            Self::Pick(Pick::Min) => SummaryKinds { min: true, ..none },
            Self::Pick(Pick::Max) => SummaryKinds { max: true, ..none },
            Self::Pick(Pick::First) => SummaryKinds { first: true, ..none },
            Self::Pick(Pick::Last) => SummaryKinds { last: true, ..none },
            Self::Moment(Moment::StdDev) | Self::Whole(_) | Self::Rank { .. } | Self::Sample(_) => {
                return None;
            }
        })
    }

    /// Whether its points keep their own time inside buckets too.
    pub(crate) fn keeps_time(&self) -> bool {
        matches!(self, Self::Rank { .. } | Self::Sample(_))
    }

    /// Whether empty buckets are filled.
    pub(crate) fn is_filled(&self) -> bool {
        !matches!(self, Self::Rank { .. } | Self::Sample(_) | Self::Whole(Whole::Distinct))
    }

    /// Whether an empty bucket shows 0 where nothing else was asked for.
    pub(crate) fn counts(&self) -> bool {
        matches!(self, Self::Count | Self::Whole(Whole::CountDistinct))
    }

    /// Whether it takes an argument of this type.
    pub(crate) fn accepts(&self, ty: FieldType) -> bool {
        match self {
            Self::Count | Self::Sample(_) => true,
            Self::Moment(_) | Self::Rank { .. } => ty.is_numeric(),
            Self::Pick(Pick::First | Pick::Last) => true,
            Self::Pick(Pick::Min | Pick::Max) => ty != FieldType::String,
            Self::Whole(whole) => collect::accepts(*whole, ty),
        }
    }

    /// The type of its result for an argument of type `ty`.
    pub(crate) fn result(&self, ty: FieldType) -> FieldType {
        match self {
            Self::Count | Self::Whole(Whole::CountDistinct) => FieldType::Integer,
            Self::Moment(Moment::Mean | Moment::StdDev) | Self::Whole(Whole::Median) => FieldType::Float,
            _ => ty,
        }
    }

    /// The type of its result where it does not depend on the argument, which may mean nothing.
    pub(crate) fn fixed_result(&self) -> Option<FieldType> {
        let (of_float, of_text) = (self.result(FieldType::Float), self.result(FieldType::String));
        (of_float == of_text).then_some(of_float)
    }

    /// Begins to reduce an argument of type `ty`, for points in this order of time. Nothing where it does
    /// not take that type.
    pub(crate) fn accumulator(&self, ty: FieldType, ascending: bool) -> Option<Box<dyn Accumulator>> {
        if !self.accepts(ty) {
            return None;
        }
        Some(match *self {
            Self::Count => Box::new(Count::default()),
            Self::Moment(moment) => return numeric(moment, ty),
            Self::Pick(pick) => Box::new(Selector::new(pick)),
            Self::Whole(whole) => Box::new(Collect::new(whole, ascending)),
            Self::Rank { largest, count, tags } => Box::new(Rank::new(largest, count, tags)),
            Self::Sample(count) => Box::new(Sample::new(count)),
        })
    }
}
