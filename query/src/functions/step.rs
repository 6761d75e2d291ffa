//! The functions that make points of points, as a closed set.

use super::forecast::Forecast;
use super::integral::integral;
use super::transform::{Sequence, Transform};
use crate::window::Window;
use crate::{Context, Result};
use model::FieldType;

/// Which step, with its constant arguments.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Step {
    /// A function of neighbouring points.
    Transform(Transform),
    /// `integral`, in units of so many ns.
    Integral(i64),
    /// `holt_winters` and `holt_winters_with_fit`.
    Forecast(Forecast),
}

impl Step {
    /// Whether it needs the bucket before the range to say something about the first one.
    pub(crate) fn looks_back(self) -> bool {
        match self {
            Self::Transform(transform) => transform != Transform::CumulativeSum,
            Self::Integral(_) | Self::Forecast(_) => false,
        }
    }

    /// How many buckets before the range are read for it at most.
    pub(crate) fn mapped_buckets(self) -> i64 {
        match self {
            Self::Transform(Transform::MovingAverage(width)) => i64::try_from(width).unwrap_or(i64::MAX),
            Self::Transform(_) => 1,
            Self::Integral(_) | Self::Forecast(_) => 0,
        }
    }

    /// Whether it takes an argument of this type.
    pub(crate) fn accepts(self, ty: FieldType) -> bool {
        match self {
            Self::Transform(transform) => transform.accepts(ty),
            Self::Integral(_) | Self::Forecast(_) => ty.is_numeric(),
        }
    }

    /// The type of the result for an argument of type `ty`.
    pub(crate) fn result(self, ty: FieldType) -> FieldType {
        match self {
            Self::Transform(transform) => transform.result(ty),
            Self::Integral(_) | Self::Forecast(_) => FieldType::Float,
        }
    }

    /// The new points.
    ///
    /// # Errors
    /// When a forecast fails: it has too many points, does not fit into memory, or the reader gave up.
    pub(crate) fn apply(
        self,
        input: &Sequence,
        window: &Window,
        ascending: bool,
        context: &Context<'_>,
    ) -> Result<Sequence> {
        match self {
            Self::Transform(transform) => Ok(transform.apply(input)),
            Self::Integral(unit_ns) => Ok(integral(input, window, unit_ns, ascending)),
            Self::Forecast(forecast) => forecast.apply(input, window, context),
        }
    }
}
