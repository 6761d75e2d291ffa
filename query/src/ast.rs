//! InfluxQL as typed: one file per kind of statement, each with the type and its text.
//!
//! The text of a tree is the normal form that InfluxDB 1.x prints (keywords in capitals, names quoted
//! only where they must be, durations in one unit) and parses again to an equal tree.
//!
//! A tree says what was written, not that it makes sense: `mean(1, 2)` and an unknown function are
//! trees too. What is checked here is only what InfluxDB's own parser checks.

mod continuous_query;
mod database;
mod delete;
mod dimension;
mod explain;
mod expression;
mod fill;
mod identifier;
mod literal;
mod measurement;
mod operator;
mod order;
mod page;
mod pattern;
mod query_control;
mod reference;
mod retention_policy;
mod select;
mod show_cardinality;
mod show_field_keys;
mod show_measurements;
mod show_series;
mod show_tag_keys;
mod show_tag_values;
mod source;
mod statement;
mod subscription;
mod tag_key_filter;
mod user;
mod walk;
mod zone;

pub use continuous_query::{CreateContinuousQuery, DropContinuousQuery};
pub use database::{CreateDatabase, DatabasePolicy, DropDatabase};
pub use delete::{Delete, DropMeasurement, DropSeries};
pub use dimension::{BucketOffset, Dimension};
pub use explain::Explain;
pub use expression::{Binary, Call, Expr, WildcardKind};
pub use fill::Fill;
pub use identifier::{QuotedIdentifier, QuotedString};
pub use literal::Literal;
pub use measurement::{Measurement, MeasurementName};
pub use operator::Operator;
pub use order::SortOrder;
pub use page::Page;
pub use pattern::{InvalidPattern, Pattern};
pub use query_control::{DropShard, KillQuery, ShowDiagnostics, ShowStats};
pub use reference::{Cast, Reference};
pub use retention_policy::{
    AlterRetentionPolicy, CreateRetentionPolicy, DropRetentionPolicy, ShowRetentionPolicies,
};
pub use select::{Field, Select, Target};
pub use show_cardinality::{CardinalityOf, ShowCardinality};
pub use show_field_keys::ShowFieldKeys;
pub use show_measurements::ShowMeasurements;
pub use show_series::ShowSeries;
pub use show_tag_keys::ShowTagKeys;
pub use show_tag_values::ShowTagValues;
pub use source::Source;
pub use statement::Statement;
pub use subscription::{CreateSubscription, DestinationMode, DropSubscription};
pub use tag_key_filter::TagKeyFilter;
pub use user::{CreateUser, DropUser, Grant, Privilege, Revoke, SetPassword, ShowGrants};
pub use walk::{Walk, fold, walk};
pub use zone::{UnknownZone, Zone};
