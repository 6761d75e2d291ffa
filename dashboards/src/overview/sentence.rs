//! A plot in words, for those who hear the page: what, now, least, most, gaps.

use crate::{
    number::Unit,
    overview::drawn::{current, stacked, unit},
    page::OverviewPage,
    panel::{Panel, Series},
    plot::Window,
};

/// Gaps that are told one by one; more are counted.
const GAPS_TOLD_MAX: usize = 2;

/// `CPU, last hour. Now 37.1 %, least 12.0 %, most 81.3 %. No data from 22:56 to 22:59.`
pub(crate) fn sentence(page: &OverviewPage, panel: &Panel, window: Window) -> String {
    let unit = unit(panel.kind);
    let lines = if panel.kind.stacked() { vec![total(panel)] } else { panel.series.clone() };
    let told: Vec<String> = lines.iter().filter_map(|one| extremes(page, one, window, unit)).collect();
    let mut words = format!("{}, last hour. ", panel.kind.title());
    if told.is_empty() {
        words.push_str("No data.");
        return words;
    }
    words.push_str(&told.join("; "));
    words.push('.');
    if let Some(gaps) = lines.first().and_then(|one| gaps(page, one, window)) {
        words.push_str(&gaps);
    }
    words
}

/// The top of a stack as one series.
fn total(panel: &Panel) -> Series {
    let tops = stacked(&panel.series).pop().unwrap_or_default();
    Series { name: String::new(), points: tops.into_iter().map(|(time, (_, top))| (time, top)).collect() }
}

fn extremes(page: &OverviewPage, series: &Series, window: Window, unit: Unit) -> Option<String> {
    let values = || series.points.iter().map(|(_, value)| *value);
    let (least, most) = (values().reduce(f64::min)?, values().reduce(f64::max)?);
    let words = |value| unit.figure(value).words();
    let now = current(page, series, window)
        .map_or_else(|| "now unknown".to_owned(), |v| format!("now {}", words(v)));
    let name = if series.name.is_empty() { String::new() } else { format!("{}: ", series.name) };
    Some(format!("{name}{now}, least {}, most {}", words(least), words(most)))
}

fn gaps(page: &OverviewPage, series: &Series, window: Window) -> Option<String> {
    let runs: Vec<&[(i64, f64)]> = window.runs(&series.points).collect();
    let gaps = runs.windows(2).filter_map(|pair| Some((pair[0].last()?.0, pair[1].first()?.0)));
    let told: Vec<String> = gaps
        .map(|(from, to)| format!("from {} to {}", page.zone.minute(from), page.zone.minute(to)))
        .collect();
    match told.len() {
        0 => None,
        1..=GAPS_TOLD_MAX => Some(format!(" No data {}.", told.join(" and "))),
        many => Some(format!(" {many} gaps.")),
    }
}
