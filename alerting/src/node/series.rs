//! The source node of all rules together: which rules see the points of a series, and in which group.
//!
//! Database, policy, measurement, the tags of `where` and the grouping depend on the series alone. So they
//! are settled when a series is first seen, and from then on a point costs one look-up, however many rules
//! there are that do not want it.

use crate::expression::SeriesVerdict;
use crate::graph::RuleGraph;
use crate::limits::SERIES_MAX;
use hashbrown::HashMap;
use model::{Budget, Lease, PointRef, Share, Tags};

/// The way from series to rules.
#[derive(Debug)]
pub(crate) struct SeriesRoutes {
    streams: Vec<Stream>,
    lease: Lease,
    series_count: usize,
    series_max: usize,
}

/// The rules over one retention policy.
#[derive(Debug)]
struct Stream {
    db: String,
    rp: String,
    /// Indexes of rules by measurement.
    rules: HashMap<String, Vec<usize>>,
    series: HashMap<Box<str>, Series>,
}

/// What is known of one spelling of a series.
#[derive(Debug)]
pub(crate) struct Series {
    pub(crate) tags: Tags,
    pub(crate) routes: Vec<Route>,
}

/// One rule that sees the series.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Route {
    pub(crate) rule: usize,
    pub(crate) group: u32,
    /// Whether the rule's `where` has to look at each point.
    pub(crate) filters: bool,
}

impl SeriesRoutes {
    pub(crate) fn new(graphs: &[RuleGraph], budget: &Budget) -> Self {
        let mut streams: Vec<Stream> = Vec::new();
        for (index, graph) in graphs.iter().enumerate().filter(|(_, graph)| graph.rule.spec.enabled) {
            let spec = &graph.rule.spec;
            let place = streams.iter().position(|stream| stream.is(&spec.db, &spec.rp));
            let place = place.unwrap_or_else(|| {
                streams.push(Stream::new(&spec.db, &spec.rp));
                streams.len() - 1
            });
            streams[place].rules.entry(spec.measurement.clone()).or_default().push(index);
        }
        let lease = budget.empty_lease(Share::Alert);
        Self { streams, lease, series_count: 0, series_max: SERIES_MAX }
    }

    #[cfg(test)]
    pub(crate) fn with_max(mut self, series_max: usize) -> Self {
        self.series_max = series_max;
        self
    }

    /// The rules over a retention policy; none if there is no rule.
    pub(crate) fn stream(&self, db: &str, rp: &str) -> Option<usize> {
        self.streams.iter().position(|stream| stream.is(db, rp))
    }

    /// Shows `visit` the series of a point, if any rule sees it.
    pub(crate) fn visit(
        &mut self,
        stream: usize,
        point: PointRef<'_>,
        graphs: &mut [RuleGraph],
        visit: impl FnOnce(&Series, &mut [RuleGraph]),
    ) {
        let text = point.series_text();
        if let Some(series) = self.streams[stream].series.get(text) {
            visit(series, graphs);
            return;
        }
        let Some(series) = self.streams[stream].settle(point, graphs) else { return };
        visit(&series, graphs);
        self.remember(stream, text, series);
    }

    /// Forgets every series: groups have changed their places.
    fn clear(&mut self) {
        self.streams.iter_mut().for_each(|stream| stream.series = HashMap::new());
        self.lease.shrink_to(0);
        self.series_count = 0;
    }

    /// A series that finds no room is settled anew with each of its points; nothing else is lost.
    fn remember(&mut self, stream: usize, text: &str, series: Series) {
        if self.series_count >= self.series_max {
            self.clear();
        }
        if self.lease.grow(text.len() + series.bytes()).is_ok() {
            self.series_count += 1;
            self.streams[stream].series.insert(text.into(), series);
        }
    }
}

impl Stream {
    fn new(db: &str, rp: &str) -> Self {
        Self { db: db.to_owned(), rp: rp.to_owned(), rules: HashMap::new(), series: HashMap::new() }
    }

    fn is(&self, db: &str, rp: &str) -> bool {
        self.db == db && self.rp == rp
    }

    /// Which rules see a series; none if its measurement interests nobody.
    fn settle(&self, point: PointRef<'_>, graphs: &mut [RuleGraph]) -> Option<Series> {
        let text = point.series_text();
        let plain = text.split_once(',').map_or(text, |(measurement, _)| measurement);
        if !plain.contains('\\') && !self.rules.contains_key(plain) {
            return None;
        }
        let key = point.series_key();
        let rules = self.rules.get(&*key.measurement())?;
        let tags = key.tags();
        let routes = rules.iter().filter_map(|rule| route(*rule, &mut graphs[*rule], &tags)).collect();
        Some(Series { tags, routes })
    }
}

fn route(rule: usize, graph: &mut RuleGraph, tags: &Tags) -> Option<Route> {
    let verdict = graph.rule.filter.as_ref().map_or(SeriesVerdict::Holds, |filter| filter.verdict(tags));
    if verdict == SeriesVerdict::Fails {
        return None;
    }
    let group = graph.groups.find_or_add(graph.rule.group_by.of_series(tags))?;
    Some(Route { rule, group, filters: verdict == SeriesVerdict::Depends })
}

impl Series {
    /// Roughly what it takes, for the budget.
    fn bytes(&self) -> usize {
        let tags: usize = self.tags.iter().map(|(key, value)| key.len() + value.len() + 48).sum();
        tags + self.routes.len() * size_of::<Route>() + size_of::<Self>() + 32
    }
}
