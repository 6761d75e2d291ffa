//! Pressure stalls: how long tasks waited for a resource. `/proc/pressure/{cpu,memory,io}` has a line
//! `some avg10=0.00 avg60=0.00 avg300=0.00 total=0` and one that begins with `full`.

use crate::field::{float, unsigned};
use crate::kernel_file::{KernelFile, KernelLine};
use crate::{Accumulator, Result};
use std::path::Path;

const EXPECTED: &str = "some or full, avg10=N avg60=N avg300=N total=N";

/// Reports two lines per resource and type. For the processor `full` means nothing and is left out.
pub(super) fn report(folder: &Path, accumulator: &mut Accumulator) {
    for resource in ["cpu", "memory", "io"] {
        let outcome = report_file(&mut KernelFile::new(folder.join(resource)), resource, accumulator);
        accumulator.note(outcome);
    }
}

fn report_file(file: &mut KernelFile, resource: &str, accumulator: &mut Accumulator) -> Result<()> {
    for line in file.read()?.lines() {
        let kind = line.words().next().unwrap_or_default();
        if resource == "cpu" && kind == "full" {
            continue;
        }
        let outcome = report_line(line, &[("resource", resource), ("type", kind)], accumulator);
        accumulator.note(outcome);
    }
    Ok(())
}

fn report_line(line: KernelLine<'_>, tags: &[(&str, &str)], accumulator: &mut Accumulator) -> Result<()> {
    let word = |key: &str| line.words().find_map(|word| word.strip_prefix(key)?.strip_prefix('='));
    let averages = [
        float("avg10", line.number(word("avg10"), EXPECTED)?),
        float("avg60", line.number(word("avg60"), EXPECTED)?),
        float("avg300", line.number(word("avg300"), EXPECTED)?),
    ];
    accumulator.add("pressure", tags, &[unsigned("total", line.number(word("total"), EXPECTED)?)]);
    accumulator.add("pressure", tags, &averages);
    Ok(())
}
