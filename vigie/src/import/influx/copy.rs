//! Taking the steps of a copy, and noting how far it is.

use super::plan::{Part, Plan, StepName, place};
use super::rows::{TypedField, lines};
use super::schema::{Field, quoted, type_within};
use super::source::Influx;
use crate::cli::ImportOptions;
use crate::documents::{Failure, parse};
use crate::import::batch::Batch;
use crate::import::destination::{Destination, Outcome};
use crate::import::rejects::Rejects;
use crate::import::script::Target;
use crate::import::state::State;
use crate::inspect::plural;
use crate::progress::{Progress, Unit};
use model::TimeRange;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// By what a copy is known again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    from: String,
    from_db: Vec<String>,
    url: String,
    start: Option<i64>,
    end: Option<i64>,
}

/// A copy under way.
pub(super) struct Copy<'a> {
    options: &'a ImportOptions,
    source: &'a Influx,
    destination: &'a Destination,
    plan: &'a Plan,
    progress: Progress,
    rejects: Rejects,
    state: State<Known>,
    done: Option<StepName>,
}

impl<'a> Copy<'a> {
    pub(super) fn new(
        options: &'a ImportOptions,
        from: &str,
        source: &'a Influx,
        destination: &'a Destination,
        plan: &'a Plan,
    ) -> Self {
        let known = Known {
            from: from.to_owned(),
            from_db: options.from_db.clone(),
            url: options.server.url.clone(),
            start: options.start,
            end: options.end,
        };
        let path = options.state.clone().unwrap_or_else(|| PathBuf::from("vigie-import.state"));
        Self {
            options,
            source,
            destination,
            plan,
            progress: Progress::new(Unit::Steps, Some(plan.step_count())),
            rejects: Rejects::new(String::new()),
            state: State::new(Some(path), known),
            done: None,
        }
    }

    /// Takes every step that is not done yet.
    pub(super) async fn run(mut self) -> anyhow::Result<()> {
        if self.options.resume {
            self.done = self.state.load()?;
        }
        let outcome = self.take_steps().await;
        self.progress.finish();
        if let (Err(_), Some(done)) = (&outcome, &self.done) {
            self.state.save(done, &self.progress);
        }
        outcome?;
        self.state.remove()?;
        let (points, count) = (self.progress.points(), self.rejects.count());
        let rejected = if count == 0 { String::new() } else { format!(", {count} rejected") };
        let seconds = self.progress.elapsed().as_secs_f64();
        self.progress.tell(&format!("{points} {} in {seconds:.1} s{rejected}", plural(points, "point")));
        Ok(())
    }

    async fn take_steps(&mut self) -> anyhow::Result<()> {
        let mut number = 0;
        for part in &self.plan.parts {
            for window in &part.windows {
                for (measurement, fields) in &part.measurements {
                    let step = part.step(window, measurement);
                    number += 1;
                    if self.done.as_ref().is_some_and(|done| step <= *done) {
                        continue;
                    }
                    self.take_step(part, measurement, fields, *window).await?;
                    self.state.note(&step, &self.progress);
                    self.done = Some(step);
                    self.progress.at(number);
                }
            }
        }
        Ok(())
    }

    /// Copies a measurement in a window; from its beginning when the source broke off.
    async fn take_step(
        &mut self,
        part: &Part,
        measurement: &str,
        fields: &[Field],
        window: TimeRange,
    ) -> anyhow::Result<()> {
        self.rejects.set_source(format!("{} of {}.{}, row", measurement, part.db, part.rp));
        let from = place(&part.db, &part.rp, measurement);
        let fields = self.types(&from, fields, window).await?;
        if fields.is_empty() {
            return Ok(());
        }
        let statement = statement(&from, &fields, window);
        let target = Target { db: Some(part.db.clone()), rp: Some(part.rp.clone()) };
        let mut waiting = self.source.server.waiting();
        loop {
            match self.copy_rows(&statement, &fields, &target).await {
                Ok(()) => return Ok(()),
                Err(Failure::Final(error)) => return Err(error.context(statement)),
                Err(Failure::Broken(error)) => waiting.pause(error, None, &self.progress).await?,
            }
        }
    }

    /// The fields with the one type that each has in the window.
    async fn types(
        &self,
        from: &str,
        fields: &[Field],
        window: TimeRange,
    ) -> anyhow::Result<Vec<TypedField>> {
        let mut typed = Vec::with_capacity(fields.len());
        for field in fields {
            let ty = match &field.types[..] {
                [ty] => Some(*ty),
                _ => type_within(self.source, from, &field.name, window, &self.progress).await?,
            };
            typed.extend(ty.map(|ty| TypedField { name: field.name.clone(), ty }));
        }
        Ok(typed)
    }

    async fn copy_rows(
        &mut self,
        statement: &str,
        fields: &[TypedField],
        target: &Target,
    ) -> Result<(), Failure> {
        let mut documents = self.source.ask(statement, &self.progress).await?;
        let mut batch = Batch::new(target.clone());
        let (mut row, lines_max) = (0, self.options.batch as usize);
        while let Some(document) = documents.next().await? {
            let mut full = Vec::new();
            for series in parse(&document)? {
                lines(&series, fields, |line| {
                    let Some(line) = line.strip_suffix('\n') else { return Ok(()) };
                    row += 1;
                    if !batch.has_room(line.len(), lines_max) {
                        full.push(std::mem::replace(&mut batch, Batch::new(target.clone())));
                    }
                    batch.push(line.as_bytes(), row);
                    Ok(())
                })?;
            }
            for batch in full {
                self.write(batch).await?;
            }
        }
        Ok(self.write(batch).await?)
    }

    async fn write(&mut self, batch: Batch) -> anyhow::Result<()> {
        if batch.is_empty() {
            return Ok(());
        }
        let batch = batch.seal();
        let mut stored = batch.len() as u64;
        let outcome = self.destination.write(&batch.target, batch.text(), &self.progress).await?;
        if let Outcome::Rejected(answer) = outcome {
            stored -= self.rejects.take(self.destination, &batch, &answer, &self.progress).await?.min(stored);
            let count = self.rejects.count();
            anyhow::ensure!(
                self.options.skip_errors,
                "{count} points were rejected; to go on without them: --resume --skip-errors"
            );
        }
        self.progress.add_points(stored);
        Ok(())
    }
}

/// The rows of a measurement in a window, one series after another.
fn statement(from: &str, fields: &[TypedField], window: TimeRange) -> String {
    let wanted: Vec<String> = fields.iter().map(|field| format!("{}::field", quoted(&field.name))).collect();
    format!(
        "SELECT {} FROM {from} WHERE time >= {} AND time < {} GROUP BY *",
        wanted.join(", "),
        window.start,
        window.end
    )
}
