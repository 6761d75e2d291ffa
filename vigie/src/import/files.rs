//! Files of line protocol, one after another.

use super::contact;
use super::definitions;
use super::destination::{Destination, Outcome};
use super::feed::{self, Item, Place, Work};
use super::lines::Position;
use super::rejects::Rejects;
use super::script::{Script, Target};
use super::source::{Identity, Source};
use super::state::State;
use crate::cli::ImportOptions;
use crate::export::with_suffix;
use crate::inspect::plural;
use crate::progress::{Progress, Unit};
use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// By what an import is known again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    source: Identity,
    url: String,
    target: Target,
    precision: String,
}

/// How far an import is: what lies before is acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Done {
    offset: u64,
    newlines: u64,
    script: Script,
}

/// An import under way.
struct FileImport<'a> {
    options: &'a ImportOptions,
    destination: &'a Destination,
    progress: Progress,
    rejects: Rejects,
    state: State<Known>,
    done: Done,
    consumed: Arc<AtomicU64>,
}

/// Imports every file.
pub(super) async fn run(options: &ImportOptions) -> anyhow::Result<()> {
    anyhow::ensure!(
        options.state.is_none() || options.files.len() == 1,
        "--state: one file says how far one import is; give one FILE"
    );
    let destination = Destination::new(options)?;
    contact::first("--url", destination.server.client()).await?;
    for path in &options.files {
        import(options, &destination, path).await.with_context(|| path.display().to_string())?;
    }
    Ok(())
}

async fn import(options: &ImportOptions, destination: &Destination, path: &Path) -> anyhow::Result<()> {
    let source = Source::open(path)?;
    let target = Target { db: options.db.clone(), rp: options.rp.clone() };
    let known = Known {
        source: source.identity.clone(),
        url: options.server.url.clone(),
        target: target.clone(),
        precision: options.precision.name().to_owned(),
    };
    let state = State::new(state_path(options, path), known);
    let progress = Progress::new(Unit::Bytes, source.identity.length);
    let from = begin(options, &state, Script::new(target), &progress)?;
    let mut import = FileImport {
        options,
        destination,
        progress,
        rejects: Rejects::new(path.display().to_string()),
        state,
        done: Done::new(&from),
        consumed: Arc::clone(&source.consumed),
    };
    let outcome = import.run(source, from).await;
    import.progress.finish();
    if outcome.is_err() {
        import.leave()?;
    }
    outcome?;
    import.finish(path)
}

/// Beside the file unless told otherwise; a pipe cannot be read again.
fn state_path(options: &ImportOptions, path: &Path) -> Option<PathBuf> {
    let beside = || path.is_file().then(|| with_suffix(path, ".vigie-import"));
    options.state.clone().or_else(beside)
}

/// The place to begin at.
fn begin(
    options: &ImportOptions,
    state: &State<Known>,
    script: Script,
    progress: &Progress,
) -> anyhow::Result<Place> {
    let start = Place { position: Position::default(), script };
    if !options.resume {
        if let Some(path) = state.path().filter(|path| path.exists()) {
            let path = path.display();
            progress.tell(&format!(
                "{path} is of an import that was interrupted; --resume would go on from there"
            ));
        }
        return Ok(start);
    }
    let done = state.load::<Done>()?;
    if done.is_none() {
        progress.tell("there is no interrupted import of this to go on with; starting at its beginning");
    }
    Ok(done.map_or(start, Done::into_place))
}

impl FileImport<'_> {
    async fn run(&mut self, source: Source, from: Place) -> anyhow::Result<()> {
        let mut feed = feed::start(source, from, self.options.batch as usize);
        while let Some(Item { work, after }) = feed.items.recv().await {
            self.work(work).await?;
            self.done = Done::new(&after);
            self.state.note(&self.done, &self.progress);
            self.progress.at(self.consumed.load(Ordering::Relaxed));
        }
        feed.thread.await.context("reading ended early")?
    }

    async fn work(&mut self, work: Work) -> anyhow::Result<()> {
        match work {
            Work::Statement(statement, number) => {
                if let Some(error) =
                    definitions::execute(self.destination, &statement, &self.progress).await?
                {
                    self.progress.tell(&format!("line {number}: {statement}: {error}"));
                }
                Ok(())
            }
            Work::Write(batch) => {
                let outcome = self.destination.write(&batch.target, batch.text(), &self.progress).await?;
                let mut stored = batch.len() as u64;
                if let Outcome::Rejected(answer) = outcome {
                    stored -= self
                        .rejects
                        .take(self.destination, &batch, &answer, &self.progress)
                        .await?
                        .min(stored);
                    self.progress.add_points(stored);
                    let count = self.rejects.count();
                    anyhow::ensure!(
                        self.options.skip_errors,
                        "{count} {} rejected; those around are stored. Mend the file and import it \
                         again, or go on without what is rejected: --resume --skip-errors",
                        if count == 1 { "line was" } else { "lines were" }
                    );
                } else {
                    self.progress.add_points(stored);
                }
                Ok(())
            }
        }
    }

    /// Notes how far it was. Where nothing was done, nothing is to be gone on with.
    fn leave(&mut self) -> anyhow::Result<()> {
        let is_untouched = self.done.offset == 0 && self.progress.points() == 0 && self.rejects.count() == 0;
        if is_untouched {
            return self.state.remove();
        }
        self.state.save(&self.done, &self.progress);
        Ok(())
    }

    fn finish(&self, path: &Path) -> anyhow::Result<()> {
        self.state.remove()?;
        let (points, count) = (self.progress.points(), self.rejects.count());
        let rejected =
            if count == 0 { String::new() } else { format!(", {count} {} rejected", plural(count, "line")) };
        let seconds = self.progress.elapsed().as_secs_f64();
        self.progress.tell(&format!(
            "{}: {points} {} in {seconds:.1} s{rejected}",
            path.display(),
            plural(points, "point")
        ));
        Ok(())
    }
}

impl Done {
    fn new(place: &Place) -> Self {
        let Position { offset, newlines } = place.position;
        Self { offset, newlines, script: place.script.clone() }
    }

    fn into_place(self) -> Place {
        Place { position: Position { offset: self.offset, newlines: self.newlines }, script: self.script }
    }
}
