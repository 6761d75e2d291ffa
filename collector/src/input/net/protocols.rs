//! `/proc/net/snmp`: for each protocol a line of names and a line of values.

use crate::field::integer;
use crate::kernel_file::{KernelLine, KernelText};
use crate::{Accumulator, Result};

const EXPECTED: &str = "a protocol's line of names, then its line of as many numbers";

/// Reports all protocols on one line with the tag `interface=all`; fields are `tcp_activeopens` and so on.
pub(super) fn report(text: KernelText<'_>, accumulator: &mut Accumulator) -> Result<()> {
    let mut values: Vec<(String, i64)> = Vec::with_capacity(128);
    let mut lines = text.lines();
    while let Some(names) = lines.next() {
        let Some(numbers) = lines.next() else {
            accumulator.add_error(names.malformed(EXPECTED));
            break;
        };
        let before = values.len();
        if let Err(error) = pair(names, numbers, &mut values) {
            values.truncate(before);
            accumulator.add_error(error);
        }
    }
    let fields: Vec<_> = values.iter().map(|(name, value)| integer(name, *value)).collect();
    accumulator.add("net", &[("interface", "all")], &fields);
    Ok(())
}

fn pair(names: KernelLine<'_>, numbers: KernelLine<'_>, values: &mut Vec<(String, i64)>) -> Result<()> {
    let (mut keys, mut words) = (names.words(), numbers.words());
    let protocol =
        keys.next().and_then(|word| word.strip_suffix(':')).ok_or_else(|| names.malformed(EXPECTED))?;
    if words.next().and_then(|word| word.strip_suffix(':')) != Some(protocol) {
        return Err(numbers.malformed(EXPECTED));
    }
    for key in keys {
        let mut name = format!("{protocol}_{key}");
        name.make_ascii_lowercase();
        values.push((name, numbers.number(words.next(), EXPECTED)?));
    }
    Ok(())
}
