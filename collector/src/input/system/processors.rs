//! How many processors there are: those that the system schedules on, and the cores behind them.

use crate::kernel_file::{KernelFile, attribute};
use crate::{Host, Result};
use std::collections::HashSet;

/// The last count. The cores are counted anew only when the number of processors changes, because that
/// takes a file per processor.
#[derive(Debug, Default)]
pub(super) struct Processors {
    logical: i64,
    physical: i64,
}

impl Processors {
    /// Logical processors and physical cores.
    pub(super) fn count(&mut self, host: &Host) -> Result<(i64, i64)> {
        let names = processor_names(host)?;
        let logical = i64::try_from(names.len()).unwrap_or(i64::MAX);
        if logical != self.logical {
            self.logical = logical;
            self.physical = cores(host, &names).unwrap_or(logical);
        }
        Ok((self.logical, self.physical))
    }
}

/// `cpu0`, `cpu1` and so on, those online, from `/proc/stat`: `/proc/cpuinfo` is slow to make.
fn processor_names(host: &Host) -> Result<Vec<String>> {
    let mut file = KernelFile::new(host.proc.join("stat"));
    let text = file.read()?;
    let names = text.lines().filter_map(|line| line.words().next()).filter(|word| is_processor(word));
    let names: Vec<String> = names.map(str::to_owned).collect();
    if names.is_empty() { Err(text.lacks("lines cpu0, cpu1 and so on")) } else { Ok(names) }
}

fn is_processor(word: &str) -> bool {
    word.strip_prefix("cpu")
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

/// Processors of one core name the same siblings. `None` when the system does not tell.
fn cores(host: &Host, names: &[String]) -> Option<i64> {
    let siblings: HashSet<String> = names
        .iter()
        .filter_map(|name| {
            let folder = host.sys.join("devices/system/cpu").join(name).join("topology");
            attribute(&folder.join("core_cpus_list"))
                .or_else(|| attribute(&folder.join("thread_siblings_list")))
        })
        .collect();
    (!siblings.is_empty()).then(|| i64::try_from(siblings.len()).unwrap_or(i64::MAX))
}
