//! The validated statement: names are resolved, types known, the time range is cut out of WHERE, and
//! conditions are split into what a scan filters by and what is left. Execution sees this, never the
//! syntax tree.

use crate::Scope;
use crate::analyze::Bounds;
use crate::ast::{Fill, Operator, Page};
use crate::functions::{MathFunction, Reducer, Step};
use crate::window::Window;
use model::{FieldType, FieldValue, TagPredicate};
use std::sync::Arc;

/// A SELECT that can be executed.
#[derive(Debug, Clone)]
pub(crate) struct Select {
    /// Where rows come from.
    pub(crate) sources: Vec<Source>,
    /// The time range, and how it is cut into buckets.
    pub(crate) window: Window,
    /// What WHERE itself says about time; a subquery takes the rest from the SELECT around it.
    pub(crate) bounds: Bounds,
    /// Whether time runs forward.
    pub(crate) ascending: bool,
    /// The tags by which rows are grouped, in the order by which groups are sorted.
    pub(crate) grouping: Vec<Box<str>>,
    /// What is read of each row.
    pub(crate) inputs: Vec<Input>,
    /// The inputs that a raw row shows, or that a selector carries along, in the order of their names.
    pub(crate) aux: Vec<usize>,
    /// The functions; none in a raw query.
    pub(crate) calls: Vec<Call>,
    /// The columns after time.
    pub(crate) outputs: Vec<Output>,
    /// The name of the time column.
    pub(crate) time_column: String,
    /// What empty buckets show.
    pub(crate) fill: Fill,
    /// LIMIT and OFFSET.
    pub(crate) rows: Page,
    /// SLIMIT and SOFFSET, those of the SELECTs around it included.
    pub(crate) series: Page,
    /// By how many of the first tags of `grouping` SLIMIT and SOFFSET tell series apart: those of the
    /// outermost SELECT.
    pub(crate) counted_tags: usize,
}

impl Select {
    /// How many buckets before the range are read at most.
    pub(crate) fn mapped_buckets(&self) -> i64 {
        let steps = self.calls.iter().flat_map(|call| &call.steps);
        steps.map(|step| step.mapped_buckets()).max().unwrap_or(0)
    }

    /// Whether rows are shown as they are.
    pub(crate) fn is_raw(&self) -> bool {
        self.calls.is_empty()
    }

    /// Groups by the tags of an outer SELECT before its own, so that the outer one's groups come in one
    /// piece.
    pub(crate) fn group_under(&mut self, outer: &[Box<str>], counted_tags: usize) {
        let own = std::mem::take(&mut self.grouping);
        self.grouping = outer.to_vec();
        self.grouping.extend(own.into_iter().filter(|tag| !outer.contains(tag)));
        self.counted_tags = counted_tags;
        for source in &mut self.sources {
            if let Source::Subquery(subquery) = source {
                subquery.select.group_under(&self.grouping, counted_tags);
                let page = &mut subquery.select.series;
                page.limit = page.limit.saturating_add(self.series.limit);
                page.offset = page.offset.saturating_add(self.series.offset);
            }
        }
    }

    /// Whether all rows are of one measurement.
    pub(crate) fn is_one_measurement(&self) -> bool {
        match self.sources.as_slice() {
            [] | [Source::Measurement(_)] => true,
            [Source::Subquery(subquery)] => subquery.select.is_one_measurement(),
            _ => false,
        }
    }

    /// Whether some source holds stored rows.
    pub(crate) fn reads_stored_rows(&self) -> bool {
        self.sources.iter().any(|source| matches!(source, Source::Measurement(_)))
    }

    /// Whether all rows are of one group.
    pub(crate) fn is_one_group(&self) -> bool {
        self.grouping.is_empty() && self.is_one_measurement()
    }

    /// Whether rows of several groups come in the order of time when an outer SELECT does not keep the
    /// groups apart.
    pub(crate) fn runs_in_time(&self) -> bool {
        let has_steps = self.calls.iter().any(|call| !call.steps.is_empty());
        self.is_raw() || self.window.interval > 0 || has_steps
    }

    /// Whether a bare selector is asked for: the only call that reports its point's own time and carries
    /// other columns along.
    pub(crate) fn is_selector(&self) -> bool {
        matches!(self.calls.as_slice(), [call] if call.is_selector())
    }
}

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A field of this type.
    Field(FieldType),
    /// A tag.
    Tag,
}

/// Something read of each row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Input {
    /// The field's or tag's name.
    pub(crate) name: Box<str>,
    /// What it is; nothing of that name is null in each row.
    pub(crate) kind: Option<Kind>,
    /// What it is read for.
    pub(crate) role: Role,
}

/// What an input is read for, which decides how a tag reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// To be shown: a missing tag is null.
    Shown,
    /// To be compared with a constant: a missing tag is the empty text.
    Compared,
    /// To be a function's argument: the tags of stored rows are no values.
    Argument,
}

impl Input {
    /// The type of its column.
    pub(crate) fn field_type(&self) -> Option<FieldType> {
        match self.kind? {
            Kind::Field(ty) => Some(ty),
            Kind::Tag => Some(FieldType::String),
        }
    }
}

/// Where rows come from.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// Stored rows.
    Measurement(Measurement),
    /// The rows of another SELECT.
    Subquery(Subquery),
}

/// Stored rows of one measurement.
#[derive(Debug, Clone)]
pub(crate) struct Measurement {
    /// Its database and retention policy.
    pub(crate) scope: Scope,
    /// Its name.
    pub(crate) name: Arc<str>,
    /// Which series.
    pub(crate) predicate: TagPredicate,
    /// Which of their rows.
    pub(crate) residual: Option<Residual>,
    /// For each input of the SELECT, and then of the residual condition, whether a field of that name
    /// exists here.
    pub(crate) fields: Vec<bool>,
}

/// The rows of a SELECT inside this one.
#[derive(Debug, Clone)]
pub(crate) struct Subquery {
    /// The SELECT.
    pub(crate) select: Box<Select>,
    /// Where each input, and then each input of the residual condition, is found.
    pub(crate) columns: Vec<SubqueryColumn>,
    /// Which rows.
    pub(crate) residual: Option<Residual>,
}

/// Where an input is found among the rows of a subquery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SubqueryColumn {
    /// Among its columns.
    Output(usize),
    /// Among the tags that it groups by.
    Tag(Box<str>),
    /// Nowhere.
    Missing,
}

/// A condition that is left for each row.
#[derive(Debug, Clone)]
pub(crate) struct Residual {
    /// What must be true. Its inputs are numbered on from those of the SELECT.
    pub(crate) condition: Scalar,
    /// What it reads besides.
    pub(crate) inputs: Vec<Input>,
}

/// A function with everything that it is applied to.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// The input that it reads.
    pub(crate) input: usize,
    /// How rows of a bucket become points; none where every row is a point.
    pub(crate) reducer: Option<Reducer>,
    /// What is made of the points, innermost first.
    pub(crate) steps: Vec<Step>,
    /// The type of the result, if the argument has one.
    pub(crate) ty: Option<FieldType>,
}

impl Call {
    /// Whether it picks rows.
    pub(crate) fn is_selector(&self) -> bool {
        self.steps.is_empty() && self.reducer.as_ref().is_some_and(Reducer::is_selector)
    }

    /// How many buckets before the range are needed for the first result.
    pub(crate) fn extra_buckets(&self) -> i64 {
        self.steps.iter().map(|step| i64::from(step.looks_back())).sum()
    }
}

/// A column of the answer.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    /// Its name in the answer.
    pub(crate) name: String,
    /// The name by which an outer SELECT finds it.
    pub(crate) inner_name: String,
    /// What it shows.
    pub(crate) scalar: Scalar,
    /// What an outer SELECT takes it for.
    pub(crate) kind: Option<Kind>,
}

/// An expression over the inputs of a row and the results of calls.
#[derive(Debug, Clone)]
pub(crate) enum Scalar {
    /// An input of the row.
    Input(usize),
    /// The result of a call.
    Call(usize),
    /// A constant.
    Constant(FieldValue),
    /// Nothing.
    Null,
    /// Two operands.
    Binary {
        /// What is done with them.
        operator: Operator,
        /// Whether it stands in SELECT, where the quotient of two integers is a float and a missing boolean
        /// compares as false, or in WHERE, where the quotient is an integer and nothing compares with what
        /// is missing.
        is_shown: bool,
        /// The left operand.
        left: Box<Self>,
        /// The right operand.
        right: Box<Self>,
    },
    /// Whether a text matches.
    Matches {
        /// The text.
        text: Box<Self>,
        /// What it shall match.
        regex: regex::Regex,
        /// Whether it shall not.
        negated: bool,
    },
    /// A function of numbers.
    Math {
        /// Which.
        function: MathFunction,
        /// Its arguments.
        args: Vec<Self>,
    },
}
