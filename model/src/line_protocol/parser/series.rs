//! Measurement and tags: checked, not taken apart.

use crate::line_protocol::error::{Fault, Reason};

/// What [`scan`] found at the beginning of a line.
pub(super) struct SeriesScan {
    /// How many bytes measurement and tags are; a space follows.
    pub(super) len: usize,
    /// Whether a tag's key is `time`.
    pub(super) has_time: bool,
}

/// The keys of the current line's tags as ranges of it; kept from line to line for its capacity.
#[derive(Default)]
pub(super) struct TagKeys(Vec<(usize, usize)>);

/// Checks measurement and tags of a line.
pub(super) fn scan(line: &[u8], keys: &mut TagKeys) -> Result<SeriesScan, Fault> {
    if matches!(line.first(), None | Some(b',')) {
        return Err(Reason::MissingMeasurement.at(0));
    }
    let mut at = find(line, 1, |byte| matches!(byte, b',' | b' '))
        .ok_or_else(|| Reason::MissingFields.at(line.len()))?;
    keys.0.clear();
    while line[at] == b',' {
        let equal = scan_key(line, at + 1)?;
        keys.0.push((at + 1, equal));
        at = scan_value(line, equal + 1)?;
    }
    let has_time = keys.check(line)?;
    Ok(SeriesScan { len: at, has_time })
}

/// Where the key that begins at `start` meets its equal sign.
fn scan_key(line: &[u8], start: usize) -> Result<usize, Fault> {
    if matches!(line.get(start), None | Some(b' ' | b',' | b'=')) {
        return Err(Reason::MissingTagKey.at(start));
    }
    match find(line, start + 1, |byte| matches!(byte, b'=' | b',' | b' ')) {
        Some(equal) if line[equal] == b'=' => Ok(equal),
        other => Err(Reason::MissingTagValue.at(other.unwrap_or(line.len()))),
    }
}

/// Where the value that begins at `start` ends. Its first byte may be an equal sign, as in InfluxDB.
fn scan_value(line: &[u8], start: usize) -> Result<usize, Fault> {
    if matches!(line.get(start), None | Some(b',' | b' ')) {
        return Err(Reason::MissingTagValue.at(start));
    }
    match find(line, start + 1, |byte| matches!(byte, b'=' | b',' | b' ')) {
        Some(equal) if line[equal] == b'=' => Err(Reason::InvalidTagFormat.at(equal)),
        Some(end) => Ok(end),
        None => Err(Reason::MissingFields.at(line.len())),
    }
}

/// The first byte from `start` (which is not the line's first) that `wanted` takes and that has no
/// backslash before it.
pub(super) fn find(line: &[u8], start: usize, wanted: impl Fn(u8) -> bool) -> Option<usize> {
    let rest = line.get(start..)?;
    let mut before = line[start - 1];
    for (offset, byte) in rest.iter().enumerate() {
        if wanted(*byte) && before != b'\\' {
            return Some(start + offset);
        }
        before = *byte;
    }
    None
}

/// Up to so many keys are compared each with each: most differ in length, which costs less than sorting.
const PAIRWISE_MAX: usize = 24;

impl TagKeys {
    /// Whether one of the keys is `time`; refuses keys that come twice.
    fn check(&mut self, line: &[u8]) -> Result<bool, Fault> {
        let key = |range: &(usize, usize)| &line[range.0..range.1];
        let rising = self.0.is_sorted_by(|a, b| key(a) < key(b));
        let twice = if rising { None } else { self.find_twice(line) };
        match twice {
            Some(at) => Err(Reason::DuplicateTags.at(at)),
            None => Ok(self.0.iter().any(|range| key(range) == b"time")),
        }
    }

    /// Where a key stands that another one equals.
    fn find_twice(&mut self, line: &[u8]) -> Option<usize> {
        let key = |range: &(usize, usize)| &line[range.0..range.1];
        if self.0.len() > PAIRWISE_MAX {
            self.0.sort_by(|a, b| key(a).cmp(key(b)));
            return self.0.windows(2).find(|pair| key(&pair[0]) == key(&pair[1])).map(|pair| pair[1].0);
        }
        let repeats = |(index, range): &(usize, &(usize, usize))| {
            self.0[..*index].iter().any(|before| key(before) == key(range))
        };
        self.0.iter().enumerate().find(repeats).map(|(_, range)| range.0)
    }
}
