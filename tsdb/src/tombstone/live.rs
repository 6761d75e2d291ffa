//! Whether anything of a measurement is left where tombstones hide some of it.

use model::TagPredicate;

use super::chunks::TaglessVeil;
use super::list::Placed;
use super::veil::Veil;
use crate::error::Result;
use crate::generation::{GenerationData, GenerationId, RowNumber, ShapeId};
use crate::head::Head;
use crate::manifest::SegmentInfo;
use crate::segment::{ChunkId, SegmentReader};

/// Whether a measurement that a segment has, has a row there that is not hidden.
///
/// # Errors
/// When the segment is damaged.
pub(crate) fn is_live_in_segment(
    reader: &SegmentReader,
    info: &SegmentInfo,
    measurement: &str,
    touching: &[&Placed],
) -> Result<bool> {
    let veil = Veil::of_segment(touching, info.settled, &info.time);
    if veil.is_empty() {
        return Ok(true);
    }
    if veil.hides_every_series(&info.time, RowNumber::MAX) {
        return Ok(false);
    }
    let veil = TaglessVeil::open(veil, reader, measurement)?;
    let all = reader.chunks(measurement, &TagPredicate::All)?;
    if all.iter().any(|chunk| veil.hidden(ChunkId(chunk)).is_none()) {
        return Ok(true);
    }
    for chunk in all.iter().map(ChunkId) {
        let is_live = match veil.hidden(chunk) {
            Some(hidden) => reader.has_live(chunk, &hidden)?,
            None => true,
        };
        if is_live {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The shapes of a head that have a row with a number lower than `rows` that is not hidden. `touching` gives the
/// tombstones that may hide rows of a measurement.
pub(crate) fn live_shapes<'a>(
    data: &GenerationData,
    head: &Head,
    generation: GenerationId,
    rows: RowNumber,
    mut touching: impl FnMut(&str) -> Vec<&'a Placed>,
) -> Vec<ShapeId> {
    let is_live = |shape: &ShapeId| {
        let measurement = data.tables.measurement(data.tables.shape(*shape).measurement);
        let veil = Veil::of_head(&touching(measurement), generation, &head.time);
        veil.is_empty() || head.has_live(*shape, &data.tables, rows, &veil)
    };
    head.shapes_before(rows).filter(is_live).collect()
}
