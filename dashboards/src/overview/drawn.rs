//! One panel as a card: title, current value, plot, legend.

use std::collections::BTreeSet;

use crate::{
    html::Html,
    level::Level,
    limits::{SERIES_MAX, STALE_AFTER_NS},
    number::{self, Figure, Unit},
    overview::{sentence::sentence, words},
    page::OverviewPage,
    panel::{Panel, PanelKind, Series},
    plot::{Event, Layer, Plot, Scale, Slice, Threshold, Window},
    readings::BUCKET_NS,
};

/// The classes of the colours, in the order of the series; what comes after them is grey.
const COLOURS: [&str; SERIES_MAX] = ["c1", "c2", "c3", "c4", "c5", "c6"];
const OTHERS: &str = "c0";

/// The panel, cut to the hour of the page.
pub(crate) fn panel(page: &OverviewPage, panel: &Panel) -> Html {
    let window = Window::last_hour(page.now_ns, BUCKET_NS);
    let panel = &within(panel, window);
    let kind = panel.kind;
    let plot = Plot {
        sentence: sentence(page, panel, window),
        window,
        zone: &page.zone,
        scale: scale(panel),
        layers: layers(panel, window, &scale(panel)),
        thresholds: thresholds(panel),
        events: events(page, kind),
        notice: notice(page, panel, window),
    };
    Html::of(
        r#"<section class="card panel" id="{}"><header><h3>{}</h3><span class="sub" title="{}">{}</span><span class="now">{}</span></header>{}{}</section>"#,
        &[
            &kind.id(),
            &kind.title(),
            &panel.subtitle,
            &panel.subtitle,
            &words::figure(headline(page, panel, window).as_ref()),
            &plot.html(),
            &legend(page, panel, window),
        ],
    )
}

/// The unit of a panel's values.
pub(crate) fn unit(kind: PanelKind) -> Unit {
    match kind {
        PanelKind::Cpu | PanelKind::DiskSpace => Unit::Percent,
        PanelKind::Memory => Unit::Bytes,
        PanelKind::Network => Unit::BitsPerSecond,
        PanelKind::Load => Unit::None,
        PanelKind::DiskTraffic => Unit::BytesPerSecond,
    }
}

/// The newest value of a series, none when it is too old to be called current.
pub(crate) fn current(page: &OverviewPage, series: &Series, window: Window) -> Option<f64> {
    let (time_ns, value) = series.last()?;
    let patience_ns = window.interval_ns(&series.points).saturating_mul(5) / 2;
    let age_ns = page.now_ns.saturating_sub(time_ns.saturating_add(BUCKET_NS));
    (age_ns <= patience_ns.max(STALE_AFTER_NS)).then_some(value)
}

/// Only what can be drawn: finite, and within the window.
fn within(panel: &Panel, window: Window) -> Panel {
    let mut panel = panel.clone();
    panel.capacity = panel.capacity.filter(|capacity| capacity.is_finite() && *capacity > 0.0);
    for series in &mut panel.series {
        series.points.retain(|(time, value)| window.contains(*time) && value.is_finite());
    }
    panel
}

fn colour(index: usize) -> &'static str {
    COLOURS.get(index).copied().unwrap_or(OTHERS)
}

fn scale(panel: &Panel) -> Scale {
    let highest = |series: &Series| series.points.iter().map(|(_, value)| *value).fold(0.0, f64::max);
    let of = |index: usize| panel.series.get(index).map_or(0.0, highest);
    let all = panel.series.iter().map(highest).fold(0.0, f64::max);
    match panel.kind {
        PanelKind::Cpu | PanelKind::DiskSpace => Scale::percent(),
        PanelKind::Memory => Scale::capacity(panel.capacity.unwrap_or(all * 1.25)),
        PanelKind::Network => Scale::both_ways(of(0), of(1), 1000.0),
        PanelKind::Load => Scale::from_zero(all.max(panel.capacity.unwrap_or(0.0)), 1.0),
        PanelKind::DiskTraffic => Scale::from_zero(all, 1000.0),
    }
}

fn layers(panel: &Panel, window: Window, scale: &Scale) -> Vec<Layer> {
    match panel.kind {
        PanelKind::Cpu | PanelKind::Memory => stack(&panel.series, window, scale),
        PanelKind::Network => both_ways(&panel.series, window, scale),
        PanelKind::DiskTraffic => surfaces(&panel.series, window, scale),
        PanelKind::DiskSpace | PanelKind::Load => lines(&panel.series, window, scale),
    }
}

fn lines(series: &[Series], window: Window, scale: &Scale) -> Vec<Layer> {
    let line = |(index, one): (usize, &Series)| Layer::line(colour(index), &one.points, window, scale);
    series.iter().enumerate().map(line).collect()
}

fn surfaces(series: &[Series], window: Window, scale: &Scale) -> Vec<Layer> {
    let both = |(index, one): (usize, &Series)| {
        let colour = colour(index);
        [Layer::area(colour, &one.points, window, scale), Layer::line(colour, &one.points, window, scale)]
    };
    series.iter().enumerate().flat_map(both).collect()
}

/// The second series goes down.
fn both_ways(series: &[Series], window: Window, scale: &Scale) -> Vec<Layer> {
    let mut series = series.to_vec();
    if let Some(sent) = series.get_mut(1) {
        sent.points.iter_mut().for_each(|(_, value)| *value = -*value);
    }
    surfaces(&series, window, scale)
}

/// All surfaces first, then all lines, so that no surface tints the line below it. The lowest line comes last:
/// a kind that is nothing has no height, and its line must not cover the one that it lies on.
fn stack(series: &[Series], window: Window, scale: &Scale) -> Vec<Layer> {
    let bands = stacked(series);
    let surface = |(index, band): (usize, &Vec<Slice>)| Layer::band(colour(index), band, window, scale);
    let line = |(index, band): (usize, &Vec<Slice>)| {
        let tops: Vec<(i64, f64)> = band.iter().map(|(time, (_, top))| (*time, *top)).collect();
        Layer::line(colour(index), &tops, window, scale)
    };
    let surfaces = bands.iter().enumerate().map(surface);
    surfaces.chain(bands.iter().enumerate().rev().map(line)).collect()
}

/// Lower and upper edge of each series at every time that any of them has. What a machine does not have
/// (softirq, buffers) counts as nothing; where none has a value, there is a gap.
pub(crate) fn stacked(series: &[Series]) -> Vec<Vec<Slice>> {
    let times: BTreeSet<i64> = series.iter().flat_map(|one| &one.points).map(|(time, _)| *time).collect();
    let mut ground: Vec<f64> = vec![0.0; times.len()];
    let mut bands = Vec::with_capacity(series.len());
    for one in series {
        let edges = times.iter().zip(&mut ground).map(|(time, ground)| {
            let low = *ground;
            *ground += one.at(*time).unwrap_or(0.0);
            (*time, (low, *ground))
        });
        bands.push(edges.collect());
    }
    bands
}

fn thresholds(panel: &Panel) -> Vec<Threshold> {
    let cores = panel.capacity.filter(|_| panel.kind == PanelKind::Load);
    let words = |cores| number::cores(crate::fleet::count(cores).unwrap_or(0));
    cores.map(|value| Threshold { value, words: words(value), level: Level::Unknown }).into_iter().collect()
}

/// The alerts of the selected host about this panel's measurement.
fn events(page: &OverviewPage, kind: PanelKind) -> Vec<Event> {
    let Some((host, _)) = page.selected_host() else { return Vec::new() };
    let about = |alert: &&crate::page::ActiveAlert| alert.measurement.as_deref() == Some(kind.measurement());
    page.alerts_of(&host.name)
        .filter(about)
        .map(|alert| Event { time_ns: alert.since_ns, level: alert.level, words: alert.rule.clone() })
        .collect()
}

/// What to say about values that are missing at the end of the plot.
fn notice(page: &OverviewPage, panel: &Panel, window: Window) -> Option<String> {
    if panel.series.iter().any(|one| current(page, one, window).is_some()) {
        return None;
    }
    let newest = panel.series.iter().filter_map(Series::last).map(|(time, _)| time).max();
    let since = newest.or_else(|| crate::overview::notes::stale_since_ns(page));
    Some(match since {
        Some(since_ns) => format!("no data since {}", page.zone.moment(since_ns, page.now_ns)),
        None => "no data in the last hour".to_owned(),
    })
}

/// The number at the right: the height of the CPU stack, else the first series.
fn headline(page: &OverviewPage, panel: &Panel, window: Window) -> Option<Figure> {
    let mut now = panel.series.iter().map(|one| current(page, one, window));
    let value = match panel.kind {
        PanelKind::Cpu => now.flatten().reduce(|sum, value| sum + value),
        _ => now.next().flatten(),
    };
    value.map(|value| unit(panel.kind).figure(value))
}

fn legend(page: &OverviewPage, panel: &Panel, window: Window) -> Html {
    let swatch = if panel.kind.stacked() { "" } else { " ln" };
    let mut html = Html::literal(r#"<ul class="legend">"#);
    for (index, one) in panel.series.iter().enumerate() {
        let now = current(page, one, window).map(|value| unit(panel.kind).figure(value).words());
        html.put(
            r#"<li><i class="{}{}"></i><span title="{}">{}</span> <b>{}</b></li>"#,
            &[
                &colour(index),
                &swatch,
                &one.name,
                &words::short(&one.name),
                &now.unwrap_or_else(|| "–".to_owned()),
            ],
        );
    }
    html.put("</ul>", &[]);
    html
}
