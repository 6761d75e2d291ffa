//! A made-up machine for an input's tests: files in a folder of its own, and what the input says.

use crate::config::Config;
use crate::{Accumulator, Host, Input, Pipeline};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// 2023-11-14T22:13:20Z.
const START_NS: i64 = 1_700_000_000_000_000_000;

/// The time between two gathers.
const STEP: Duration = Duration::from_secs(10);

/// An input and the files that it reads.
pub(crate) struct Machine {
    root: TempDir,
    input: Input,
    accumulator: Accumulator,
    gathers: u32,
}

impl Machine {
    /// The input with these settings (TOML) on these files.
    pub(crate) fn new(name: &str, settings: &str, files: &[(&str, &str)]) -> Self {
        Self::with_host(name, settings, files, |_| {})
    }

    /// The same on a host that is changed first.
    pub(crate) fn with_host(
        name: &str,
        settings: &str,
        files: &[(&str, &str)],
        change: impl FnOnce(&mut Host),
    ) -> Self {
        let root = tempfile::tempdir().unwrap();
        let text = format!("[agent]\nomit_hostname = true\n[[inputs.{name}]]\n{settings}");
        let config = Config::from_toml(&text, Path::new("test.toml")).unwrap();
        let pipeline = Pipeline::new(&config, &config.inputs[0], Arc::new([None]));
        let mut host = Host::under(root.path());
        change(&mut host);
        let input = config.inputs[0].settings.build(&host);
        let machine = Self { root, input, accumulator: Accumulator::new(Arc::new(pipeline)), gathers: 0 };
        for (path, text) in files {
            machine.write(path, text);
        }
        machine
    }

    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    /// Writes one of the machine's files.
    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.root.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    /// Takes one of the machine's files away.
    pub(crate) fn remove(&self, path: &str) {
        std::fs::remove_file(self.root.path().join(path)).unwrap();
    }

    /// Gathers, 10 s after the last time. The lines, without their timestamps, and the errors with the
    /// folder's name taken out.
    pub(crate) fn gather(&mut self) -> (Vec<String>, Vec<String>) {
        let elapsed = STEP * self.gathers;
        self.gathers += 1;
        let ts = START_NS + i64::try_from(elapsed.as_nanos()).unwrap();
        self.accumulator.begin(ts, elapsed);
        let Input::Blocking(input) = &mut self.input else { panic!("the nine inputs block") };
        let outcome = input.gather(&mut self.accumulator);
        self.accumulator.note(outcome);
        let stamp = format!(" {ts}\n");
        let lines =
            self.accumulator.routes()[0].iter().map(|line| line.strip_suffix(&stamp).unwrap().to_owned());
        let root = format!("{}/", self.root.path().display());
        let errors = self.accumulator.errors().iter().map(|error| error.with_causes().replace(&root, ""));
        (lines.collect(), errors.collect())
    }

    /// Gathers and expects no error.
    pub(crate) fn lines(&mut self) -> Vec<String> {
        let (lines, errors) = self.gather();
        assert_eq!(errors, Vec::<String>::new());
        lines
    }
}

/// The value of a field in a line, as it is written.
pub(crate) fn field<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let (_, fields) = line.split_once(' ')?;
    fields.split(',').find_map(|field| field.strip_prefix(name)?.strip_prefix('='))
}
