//! Rows of several sources as one: groups in order, the rows of a group that several sources have
//! merged by time where that matters.

use super::columns::{append, gather};
use super::rows::{Chunk, Group, Rows};
use crate::{Context, Result};
use model::{Lease, Share};
use std::sync::Arc;

/// The union of several sources.
pub(crate) struct Union<'a> {
    inputs: Vec<Box<dyn Rows + 'a>>,
    heads: Vec<Option<Chunk>>,
    by_time: Option<bool>,
    started: bool,
    context: &'a Context<'a>,
}

impl<'a> Union<'a> {
    /// Rows of all `inputs`. `by_time` says whether rows of a group shall be in the order of time, and
    /// then whether it runs forward.
    pub(crate) fn new(
        context: &'a Context<'a>,
        inputs: Vec<Box<dyn Rows + 'a>>,
        by_time: Option<bool>,
    ) -> Self {
        let heads = inputs.iter().map(|_| None).collect();
        Self { inputs, heads, by_time, started: false, context }
    }

    fn start(&mut self) -> Result<()> {
        if !self.started {
            self.started = true;
            for (head, input) in self.heads.iter_mut().zip(&mut self.inputs) {
                *head = input.next()?;
            }
        }
        Ok(())
    }

    fn take(&mut self, index: usize) -> Result<Option<Chunk>> {
        let chunk = self.heads[index].take();
        self.heads[index] = self.inputs[index].next()?;
        Ok(chunk)
    }

    /// Everything that the sources at `members` have of their common group.
    fn merge(&mut self, group: &Arc<Group>, members: &[usize], ascending: bool) -> Result<Option<Chunk>> {
        let mut whole: Option<Chunk> = None;
        let mut lease: Lease = self.context.budget.lease(Share::Query, 0)?;
        for member in members {
            while self.heads[*member].as_ref().is_some_and(|head| head.group == *group) {
                let Some(chunk) = self.take(*member)? else { break };
                lease.grow(chunk.bytes())?;
                match &mut whole {
                    None => whole = Some(Chunk { group: Arc::clone(group), ..chunk }),
                    Some(whole) => {
                        whole.times.extend(&chunk.times);
                        whole
                            .columns
                            .iter_mut()
                            .zip(&chunk.columns)
                            .for_each(|(all, more)| append(all, more));
                    }
                }
            }
        }
        Ok(whole.map(|whole| by_time(&whole, ascending)))
    }
}

/// The chunk with its rows in the order of time.
pub(crate) fn by_time(chunk: &Chunk, ascending: bool) -> Chunk {
    let mut order: Vec<usize> = (0..chunk.times.len()).collect();
    if ascending {
        order.sort_by_key(|row| chunk.times[*row]);
    } else {
        order.sort_by_key(|row| std::cmp::Reverse(chunk.times[*row]));
    }
    Chunk {
        group: Arc::clone(&chunk.group),
        times: order.iter().map(|row| chunk.times[*row]).collect(),
        columns: chunk.columns.iter().map(|column| gather(column, &order)).collect(),
    }
}

impl Rows for Union<'_> {
    fn next(&mut self) -> Result<Option<Chunk>> {
        self.start()?;
        let lowest = self.heads.iter().flatten().map(|head| &head.group).min_by(|a, b| a.order(b)).cloned();
        let Some(group) = lowest else { return Ok(None) };
        let at_group = |head: &Option<Chunk>| head.as_ref().is_some_and(|head| head.group == group);
        let members: Vec<usize> =
            (0..self.heads.len()).filter(|index| at_group(&self.heads[*index])).collect();
        match (members.as_slice(), self.by_time) {
            ([_, _, ..], Some(ascending)) => self.merge(&group, &members, ascending),
            (members, _) => {
                let Some(first) = members.first() else { return Ok(None) };
                let chunk = self.take(*first)?;
                Ok(chunk.map(|chunk| Chunk { group, ..chunk }))
            }
        }
    }
}
