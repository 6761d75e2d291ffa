//! Drawings small enough for a card: the line of one hour, and a meter.

use crate::{
    html::Html,
    level::Level,
    panel::Series,
    plot::{Window, path::PathData},
};

const HEIGHT: f64 = 34.0;

/// A line that fills its row, on a fixed scale from 0 to `highest`, so that cards compare.
pub(crate) fn spark(series: &Series, window: Window, highest: f64, label: &str) -> Html {
    let drawn = HEIGHT - 4.0;
    let place =
        |(time, value): &(i64, f64)| (window.x(*time), drawn - value.clamp(0.0, highest) / highest * drawn);
    let (mut line, mut area) = (PathData::default(), PathData::default());
    for run in window.runs(&series.points) {
        let places: Vec<(f64, f64)> = run.iter().map(place).collect();
        line.line(&places);
        area.surface_to(&places, drawn);
    }
    Html::of(
        r#"<svg class="spark" width="100%" height="{}" preserveAspectRatio="none" viewBox="0 -2 {} {}" role="img" aria-label="{}"><path class="a" d="{}"/><path d="{}"/></svg>"#,
        &[&HEIGHT, &window.width(), &HEIGHT, &label, &area, &line],
    )
}

/// A bar for a share in percent, in the colour of the state that a rule gave it.
pub(crate) fn meter(percent: f64, level: Level) -> Html {
    let class = match level {
        Level::Critical => " c",
        Level::Warning => " w",
        Level::Unknown | Level::Info | Level::Ok => "",
    };
    // A sliver stays visible, because an empty track would say that nothing was measured.
    let width = percent.clamp(1.5, 100.0).round();
    Html::of(
        r#"<svg class="meter" width="100" height="6" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="6" rx="2"/><rect class="fill{}" width="{}" height="6" rx="2"/></svg>"#,
        &[&class, &width],
    )
}
