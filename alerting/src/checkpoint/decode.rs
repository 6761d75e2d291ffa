//! Reading the state. Any bytes may come; what is not sound in whole is not used at all.

use super::{BODY_AT, CRC_AT, MAGIC, VERSION, VERSION_AT, grouping, window};
use crate::Level;
use crate::graph::RuleGraph;
use crate::node::group::Told;
use crate::node::window::Bucket;
use crate::outbox::{Letter, OutboxState};
use crate::state::{AlertState, Pending};
use disk::varint::{read_bytes, read_i64, read_u64};
use model::{Lsn, Tags};

/// A checkpoint that was read.
#[derive(Debug)]
pub(crate) struct Saved {
    pub(crate) lsn: Lsn,
    pub(crate) outbox: OutboxState,
    rules: Vec<SavedRule>,
}

#[derive(Debug)]
struct SavedRule {
    name: String,
    grouping: String,
    window: String,
    groups: Vec<SavedGroup>,
}

#[derive(Debug)]
struct SavedGroup {
    tags: Tags,
    state: AlertState,
    bucket: Option<Bucket>,
    told: Option<Told>,
}

/// The checkpoint in these bytes; none if they are not one in whole.
pub(crate) fn decode(bytes: &[u8]) -> Option<Saved> {
    let (head, mut body) = bytes.split_at_checked(BODY_AT)?;
    let crc = u32::from_le_bytes(head[CRC_AT..BODY_AT].try_into().ok()?);
    let version = u32::from_le_bytes(head[VERSION_AT..CRC_AT].try_into().ok()?);
    if head[..VERSION_AT] != MAGIC || version != VERSION || crc != disk::crc32(body) {
        return None;
    }
    let input = &mut body;
    let lsn = Lsn(read_u64(input)?);
    let (journal, next_entry) = (read_u64(input)?, read_u64(input)?);
    let rules = list(input, rule)?;
    let letters = list(input, |input| Letter::from_bytes(read_bytes(input)?))?;
    body.is_empty().then_some(Saved { lsn, outbox: OutboxState { journal, next_entry, letters }, rules })
}

impl Saved {
    /// Gives the rules their groups back.
    pub(crate) fn restore(self, graphs: &mut [RuleGraph]) -> (Lsn, OutboxState) {
        for saved in self.rules {
            let same =
                |graph: &&mut RuleGraph| graph.rule.name() == saved.name && grouping(graph) == saved.grouping;
            if let Some(graph) = graphs.iter_mut().find(same) {
                saved.restore(graph);
            }
        }
        (self.lsn, self.outbox)
    }
}

impl SavedRule {
    fn restore(self, graph: &mut RuleGraph) {
        let same_window = window(graph) == self.window;
        for saved in self.groups {
            let Some(index) = graph.groups.find_or_add(saved.tags) else { continue };
            let group = graph.groups.get_mut(index);
            group.state = saved.state;
            group.bucket = saved.bucket.filter(|_| same_window).map(Box::new);
            group.told = saved.told.map(Box::new);
        }
    }
}

fn rule(input: &mut &[u8]) -> Option<SavedRule> {
    let (name, grouping, window) = (text(input)?, text(input)?, text(input)?);
    Some(SavedRule { name, grouping, window, groups: list(input, group)? })
}

fn group(input: &mut &[u8]) -> Option<SavedGroup> {
    Some(SavedGroup {
        tags: tags(input)?,
        state: state(input)?,
        bucket: maybe(input, bucket)?,
        told: maybe(input, told)?,
    })
}

fn state(input: &mut &[u8]) -> Option<AlertState> {
    Some(AlertState {
        level: Level::from_number(byte(input)?)?,
        since_ns: read_i64(input)?,
        raised_ns: read_i64(input)?,
        last_ns: read_i64(input)?,
        event_ns: read_i64(input)?,
        events: read_u64(input)?,
        pending: maybe(input, pending)?.map(Box::new),
    })
}

fn pending(input: &mut &[u8]) -> Option<Pending> {
    let mut pending = Pending::NONE;
    for time_ns in pending.held_ns.iter_mut().chain(&mut pending.gone_ns) {
        *time_ns = read_i64(input)?;
    }
    Some(pending)
}

fn bucket(input: &mut &[u8]) -> Option<Bucket> {
    Some(Bucket {
        start_ns: read_i64(input)?,
        last_ns: read_i64(input)?,
        count: read_u64(input)?,
        sum: float(input)?,
        min: float(input)?,
        max: float(input)?,
        last: float(input)?,
    })
}

fn told(input: &mut &[u8]) -> Option<Told> {
    Some(Told { id: text(input)?, message: text(input)?, tags: tags(input)?, value: maybe(input, float)? })
}

fn tags(input: &mut &[u8]) -> Option<Tags> {
    let pairs = list(input, |input| Some((text(input)?, text(input)?)))?;
    Some(Tags::new(pairs))
}

/// A list. Each element takes a byte at least, so a length that lies costs no memory.
fn list<T>(input: &mut &[u8], mut element: impl FnMut(&mut &[u8]) -> Option<T>) -> Option<Vec<T>> {
    let count = usize::try_from(read_u64(input)?).ok().filter(|count| *count <= input.len())?;
    (0..count).map(|_| element(input)).collect()
}

fn maybe<T>(input: &mut &[u8], read: impl FnOnce(&mut &[u8]) -> Option<T>) -> Option<Option<T>> {
    match byte(input)? {
        0 => Some(None),
        1 => read(input).map(Some),
        _ => None,
    }
}

fn text(input: &mut &[u8]) -> Option<String> {
    String::from_utf8(read_bytes(input)?.to_vec()).ok()
}

fn float(input: &mut &[u8]) -> Option<f64> {
    let (bytes, rest) = input.split_first_chunk()?;
    *input = rest;
    Some(f64::from_bits(u64::from_le_bytes(*bytes)))
}

fn byte(input: &mut &[u8]) -> Option<u8> {
    let (byte, rest) = input.split_first()?;
    *input = rest;
    Some(*byte)
}
