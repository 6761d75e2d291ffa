//! One entry for every kind of statement.

use crate::ast::Statement;
use crate::exec::{Answer, run};
use crate::{Context, Error, Result, RowSink};
use crate::{analyze, ddl, delete, show};

/// Runs a statement and gives its answer to `sink` while it is computed.
///
/// # Errors
/// When the statement means nothing, a source, catalog or sink fails, or a limit is reached. Rows that
/// were given before an error are no whole answer.
pub fn execute(statement: &Statement, context: &Context<'_>, sink: &mut dyn RowSink) -> Result<()> {
    match statement {
        Statement::Select(select) => {
            let select = analyze::analyze(context, select)?;
            let mut answer = Answer::new(context, &select, sink)?;
            run(context, &select, &mut answer)?;
            answer.finish()
        }
        Statement::ShowDatabases => show::databases(context, sink),
        Statement::ShowRetentionPolicies(show) => show::retention_policies(show, context, sink),
        Statement::ShowMeasurements(show) => show::measurements(show, context, sink),
        Statement::ShowTagKeys(show) => show::tag_keys(show, context, sink),
        Statement::ShowTagValues(show) => show::tag_values(show, context, sink),
        Statement::ShowFieldKeys(show) => show::field_keys(show, context, sink),
        Statement::ShowSeries(show) => show::series(show, context, sink),
        Statement::ShowCardinality(show) => show::cardinality(show, context, sink),
        Statement::CreateDatabase(_)
        | Statement::DropDatabase(_)
        | Statement::CreateRetentionPolicy(_)
        | Statement::AlterRetentionPolicy(_)
        | Statement::DropRetentionPolicy(_) => ddl::change(statement, context),
        Statement::Delete(_) | Statement::DropSeries(_) | Statement::DropMeasurement(_) => {
            delete::delete(statement, context)
        }
        other => Err(Error::Unsupported(other.to_string().into())),
    }
}
