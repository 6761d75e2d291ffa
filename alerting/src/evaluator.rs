//! All rules over the stream: batches in, events out, and what was told in an earlier life left out.
//!
//! After a restart the records behind the checkpoint are read again. Equal records give equal events, with
//! equal keys, so those that the outbox already knows are recognised and not raised again. Where such records
//! are gone, the events that they once raised are taken over instead.

use crate::Level;
use crate::event::Event;
use crate::graph::RuleGraph;
use crate::node::series::SeriesRoutes;
use crate::rule::Rule;
use crate::state::NEVER;
use crate::status::{ActiveAlert, AlertStats, Gap, RuleStatus};
use model::{Budget, Lsn, StreamBatch};
use std::collections::BTreeMap;

/// Every rule at work, up to one place in the stream.
#[derive(Debug)]
pub(crate) struct Evaluator {
    pub(crate) graphs: Vec<RuleGraph>,
    routes: SeriesRoutes,
    /// The last record that was looked at.
    pub(crate) lsn: Lsn,
    /// Events of an earlier life whose records have not been read again yet.
    known: BTreeMap<Lsn, Vec<Event>>,
    /// No point after this instant counts, in ns.
    pub(crate) horizon_ns: i64,
    points_seen: u64,
    points_ahead: u64,
    gaps: u64,
    gap_records: u64,
}

impl Evaluator {
    pub(crate) fn new(rules: Vec<Rule>, budget: &Budget) -> Self {
        let graphs: Vec<_> = rules.into_iter().map(|rule| RuleGraph::new(rule, budget)).collect();
        let routes = SeriesRoutes::new(&graphs, budget);
        Self {
            graphs,
            routes,
            lsn: Lsn(0),
            known: BTreeMap::new(),
            horizon_ns: i64::MAX,
            points_seen: 0,
            points_ahead: 0,
            gaps: 0,
            gap_records: 0,
        }
    }

    /// Goes on behind `lsn`; `told` are events of later records that have been told already.
    pub(crate) fn resume(&mut self, lsn: Lsn, told: impl IntoIterator<Item = (Lsn, Event)>) {
        self.lsn = lsn;
        self.known.clear();
        for (lsn, event) in told.into_iter().filter(|(told_at, _)| *told_at > lsn) {
            self.known.entry(lsn).or_default().push(event);
        }
    }

    /// Whether all that an earlier life told has been met again, so that its records are not needed any more.
    pub(crate) fn is_caught_up(&self) -> bool {
        self.known.is_empty()
    }

    /// Looks at one record and gives its events, without those that are known.
    pub(crate) fn apply(&mut self, batch: &StreamBatch) -> Vec<Event> {
        if batch.lsn <= self.lsn {
            return Vec::new();
        }
        self.lsn = batch.lsn;
        self.points_seen += batch.points.len() as u64;
        let mut events = Vec::new();
        if let Some(stream) = self.routes.stream(&batch.db, &batch.rp) {
            for point in batch.points.iter() {
                if point.ts() > self.horizon_ns {
                    self.points_ahead += 1;
                    continue;
                }
                self.routes.visit(stream, point, &mut self.graphs, |series, graphs| {
                    let raised = |route: &_| route_of(graphs, *route).run(*route, series, point);
                    events.extend(series.routes.iter().filter_map(raised));
                });
            }
        }
        self.forget_known(&mut events);
        events
    }

    fn forget_known(&mut self, events: &mut Vec<Event>) {
        while let Some(entry) = self.known.first_entry().filter(|entry| *entry.key() <= self.lsn) {
            let told = entry.remove();
            events.retain(|event| !told.iter().any(|known| known.key == event.key));
            self.adopt(&told);
        }
    }

    /// Takes note of records that are gone.
    pub(crate) fn skip(&mut self, gap: Gap) {
        self.gaps += 1;
        self.gap_records += gap.records();
        for graph in &mut self.graphs {
            graph.counts.gaps += 1;
            graph.last_gap = Some(gap);
        }
        self.lsn = self.lsn.max(gap.to);
        self.forget_known(&mut Vec::new());
    }

    /// Nothing more is to be read for now: what is known by then will not come again.
    pub(crate) fn settle(&mut self) {
        for (_, told) in std::mem::take(&mut self.known) {
            self.adopt(&told);
        }
    }

    /// An event that was told holds, whether or not its record raised it again; a rule may have changed.
    pub(crate) fn adopt<'a>(&mut self, told: impl IntoIterator<Item = &'a Event>) {
        for event in told {
            if let Some(graph) = self.graphs.iter_mut().find(|graph| graph.rule.name() == event.rule) {
                graph.adopt(event);
            }
        }
    }

    /// The alerts that are not OK: the worst first, then the newest; at most `max`.
    pub(crate) fn active(&self, max: usize) -> Vec<ActiveAlert> {
        let enabled = self.graphs.iter().filter(|graph| graph.rule.spec.enabled);
        let mut active: Vec<_> = enabled
            .flat_map(|graph| graph.groups.iter().map(move |group| (graph, group)))
            .filter(|(_, group)| group.state.level != Level::Ok)
            .collect();
        active.sort_by_key(|(_, group)| {
            (std::cmp::Reverse(group.state.level), std::cmp::Reverse(group.state.since_ns))
        });
        active.truncate(max);
        let alert = |(graph, group): (&RuleGraph, &crate::node::group::Group)| {
            let told = group.told.as_ref()?;
            Some(ActiveAlert {
                rule: graph.rule.name().to_owned(),
                measurement: graph.rule.spec.measurement.clone(),
                id: told.id.clone(),
                level: group.state.level,
                since_ns: group.state.since_ns,
                message: told.message.clone(),
                value: told.value,
                tags: told.tags.clone(),
            })
        };
        active.into_iter().filter_map(alert).collect()
    }

    pub(crate) fn rules(&self) -> Vec<RuleStatus> {
        self.graphs.iter().map(status).collect()
    }

    /// What the rules count; what others count is left at nothing.
    pub(crate) fn stats(&self) -> AlertStats {
        let mut stats = AlertStats {
            points_seen: self.points_seen,
            points_ahead: self.points_ahead,
            gaps: self.gaps,
            gap_records: self.gap_records,
            ..AlertStats::default()
        };
        for rule in self.rules() {
            stats.points_evaluated += rule.counts.points;
            stats.points_late += rule.counts.late;
            stats.groups_refused += rule.groups_refused;
            for level in Level::ALL {
                stats.alerts[level as usize] += rule.alerts[level as usize];
                stats.events[level as usize] += rule.counts.events[level as usize];
            }
        }
        stats
    }
}

fn route_of(graphs: &mut [RuleGraph], route: crate::node::series::Route) -> &mut RuleGraph {
    &mut graphs[route.rule]
}

fn status(graph: &RuleGraph) -> RuleStatus {
    let mut alerts = [0; 4];
    for group in graph.groups.iter() {
        alerts[group.state.level as usize] += 1;
    }
    RuleStatus {
        name: graph.rule.name().to_owned(),
        enabled: graph.rule.spec.enabled,
        measurement: graph.rule.spec.measurement.clone(),
        alerts,
        groups_refused: graph.groups.refused,
        counts: graph.counts,
        last_gap: graph.last_gap,
        newest_ns: (graph.newest_ns != NEVER).then_some(graph.newest_ns),
    }
}

#[cfg(test)]
mod tests;
