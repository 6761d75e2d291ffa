//! Writing the state.

use super::{BODY_AT, CRC_AT, MAGIC, VERSION, VERSION_AT, grouping, window};
use crate::graph::RuleGraph;
use crate::node::group::{Group, Told};
use crate::node::window::Bucket;
use crate::outbox::OutboxState;
use crate::state::{AlertState, Pending};
use disk::varint::{write_bytes, write_i64, write_u64};
use model::{Lsn, Tags};

/// The file's bytes.
pub(crate) fn encode(lsn: Lsn, graphs: &[RuleGraph], outbox: &OutboxState) -> Vec<u8> {
    let mut buf = vec![0; BODY_AT];
    for number in [lsn.0, outbox.journal, outbox.next_entry, graphs.len() as u64] {
        write_u64(&mut buf, number);
    }
    for graph in graphs {
        for text in [graph.rule.name(), &grouping(graph), &window(graph)] {
            write_bytes(&mut buf, text.as_bytes());
        }
        write_u64(&mut buf, graph.groups.len() as u64);
        graph.groups.iter().for_each(|group| push_group(&mut buf, group));
    }
    write_u64(&mut buf, outbox.letters.len() as u64);
    outbox.letters.iter().for_each(|letter| write_bytes(&mut buf, &letter.to_bytes()));
    let crc = disk::crc32(&buf[BODY_AT..]);
    buf[..VERSION_AT].copy_from_slice(&MAGIC);
    buf[VERSION_AT..CRC_AT].copy_from_slice(&VERSION.to_le_bytes());
    buf[CRC_AT..BODY_AT].copy_from_slice(&crc.to_le_bytes());
    buf
}

fn push_group(buf: &mut Vec<u8>, group: &Group) {
    push_tags(buf, &group.tags);
    push_state(buf, &group.state);
    push_maybe(buf, group.bucket.as_deref(), push_bucket);
    push_maybe(buf, group.told.as_deref(), push_told);
}

fn push_state(buf: &mut Vec<u8>, state: &AlertState) {
    buf.push(state.level as u8);
    for time_ns in [state.since_ns, state.raised_ns, state.last_ns, state.event_ns] {
        write_i64(buf, time_ns);
    }
    write_u64(buf, state.events);
    push_maybe(buf, state.pending.as_deref(), |buf, Pending { held_ns, gone_ns }| {
        held_ns.iter().chain(gone_ns).for_each(|time_ns| write_i64(buf, *time_ns));
    });
}

fn push_bucket(buf: &mut Vec<u8>, bucket: &Bucket) {
    write_i64(buf, bucket.start_ns);
    write_i64(buf, bucket.last_ns);
    write_u64(buf, bucket.count);
    for number in [bucket.sum, bucket.min, bucket.max, bucket.last] {
        buf.extend_from_slice(&number.to_bits().to_le_bytes());
    }
}

fn push_told(buf: &mut Vec<u8>, told: &Told) {
    write_bytes(buf, told.id.as_bytes());
    write_bytes(buf, told.message.as_bytes());
    push_tags(buf, &told.tags);
    push_maybe(buf, told.value.as_ref(), |buf, number| {
        buf.extend_from_slice(&number.to_bits().to_le_bytes());
    });
}

fn push_tags(buf: &mut Vec<u8>, tags: &Tags) {
    write_u64(buf, tags.len() as u64);
    for (key, value) in tags.iter() {
        write_bytes(buf, key.as_bytes());
        write_bytes(buf, value.as_bytes());
    }
}

fn push_maybe<T>(buf: &mut Vec<u8>, value: Option<&T>, push: impl FnOnce(&mut Vec<u8>, &T)) {
    buf.push(u8::from(value.is_some()));
    if let Some(value) = value {
        push(buf, value);
    }
}
