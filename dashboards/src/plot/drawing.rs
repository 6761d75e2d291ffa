//! One plot: ground, lines, limits, alerts and words, in the order of painting.

use crate::{
    html::Html,
    icon,
    level::Level,
    plot::{Scale, Window, axis::time_ticks, path::PathData},
    zone::Zone,
};

/// Height of the plot itself, in pixels.
const HEIGHT: f64 = 150.0;

/// All that one plot shows.
pub(crate) struct Plot<'a> {
    /// What a reader hears instead: what, now, least, most, gaps.
    pub(crate) sentence: String,
    /// The x axis.
    pub(crate) window: Window,
    /// The zone of its ticks.
    pub(crate) zone: &'a Zone,
    /// The y axis.
    pub(crate) scale: Scale,
    /// What is drawn, the lowest first.
    pub(crate) layers: Vec<Layer>,
    /// Horizontal limits.
    pub(crate) thresholds: Vec<Threshold>,
    /// Alerts that began within the window.
    pub(crate) events: Vec<Event>,
    /// Words in the middle of an empty plot, or in its upper right corner beside old lines.
    pub(crate) notice: Option<String>,
}

/// One line, or the surface under it.
pub(crate) struct Layer {
    /// The class of its colour.
    colour: &'static str,
    /// The class of its kind.
    kind: &'static str,
    path: PathData,
}

/// One place of a band: time, lower and upper value.
pub(crate) type Slice = (i64, (f64, f64));

/// A horizontal limit.
pub(crate) struct Threshold {
    /// Where it is.
    pub(crate) value: f64,
    /// What it is.
    pub(crate) words: String,
    /// Its colour.
    pub(crate) level: Level,
}

/// An alert on the time axis.
pub(crate) struct Event {
    /// When it began.
    pub(crate) time_ns: i64,
    /// How bad it is.
    pub(crate) level: Level,
    /// Its rule.
    pub(crate) words: String,
}

impl Layer {
    /// A line; gaps in time are gaps in the line.
    pub(crate) fn line(colour: &'static str, points: &[(i64, f64)], window: Window, scale: &Scale) -> Self {
        let mut path = PathData::default();
        for run in window.runs(points) {
            path.line(&places(run, window, scale));
        }
        Layer { colour, kind: "l", path }
    }

    /// The surface between a line and zero.
    pub(crate) fn area(colour: &'static str, points: &[(i64, f64)], window: Window, scale: &Scale) -> Self {
        let mut path = PathData::default();
        for run in window.runs(points) {
            path.surface_to(&places(run, window, scale), scale.y(0.0, HEIGHT));
        }
        Layer { colour, kind: "area", path }
    }

    /// The surface between a line and the one under it: time, lower and upper value.
    pub(crate) fn band(colour: &'static str, points: &[Slice], window: Window, scale: &Scale) -> Self {
        let mut path = PathData::default();
        for run in window.runs(points) {
            let edge = |pick: fn(&(f64, f64)) -> f64| -> Vec<(f64, f64)> {
                run.iter().map(|(time, both)| (window.x(*time), scale.y(pick(both), HEIGHT))).collect()
            };
            path.surface(&edge(|both| both.1), &edge(|both| both.0));
        }
        Layer { colour, kind: "stk", path }
    }

    fn html(&self) -> Html {
        if self.path.is_empty() {
            return Html::default();
        }
        Html::of(r#"<path class="{} {}" d="{}"/>"#, &[&self.kind, &self.colour, &self.path])
    }
}

fn places(run: &[(i64, f64)], window: Window, scale: &Scale) -> Vec<(f64, f64)> {
    run.iter().map(|(time, value)| (window.x(*time), scale.y(*value, HEIGHT))).collect()
}

impl Plot<'_> {
    /// The plot with its y axis at the left.
    pub(crate) fn html(&self) -> Html {
        let mut html = Html::literal(r#"<div class="plot"><svg width="42" height="182" aria-hidden="true">"#);
        for tick in self.scale.ticks() {
            let y = self.scale.y(tick.value, HEIGHT) + 12.0;
            html.put(r#"<text class="t-e" x="34" y="{}">{}</text>"#, &[&y, &tick.label]);
        }
        html.put(
            r#"</svg><svg width="100%" height="182" role="img" aria-label="{}"><svg y="8" width="100%" height="174" overflow="visible">"#,
            &[&self.sentence],
        );
        for part in [self.grid(), self.lines(), self.limits(), self.marks(), self.times(), self.words()] {
            html.add(&part);
        }
        html.put("</svg></svg></div>", &[]);
        html
    }

    fn grid(&self) -> Html {
        let mut html = Html::default();
        for tick in self.scale.ticks() {
            let class = if tick.value == 0.0 { "ax" } else { "g" };
            let y = self.scale.y(tick.value, HEIGHT);
            html.put(r#"<line class="{}" x2="100%" y1="{}" y2="{}"/>"#, &[&class, &y, &y]);
        }
        html
    }

    fn lines(&self) -> Html {
        let mut html = Html::of(
            r#"<svg width="100%" height="{}" viewBox="0 0 {} {}" preserveAspectRatio="none" overflow="visible">"#,
            &[&HEIGHT, &self.window.width(), &HEIGHT],
        );
        for layer in &self.layers {
            html.add(&layer.html());
        }
        html.put("</svg>", &[]);
        html
    }

    fn limits(&self) -> Html {
        let mut html = Html::default();
        for limit in &self.thresholds {
            let y = self.scale.y(limit.value, HEIGHT);
            html.put(
                r#"<line class="thr {}" x2="100%" y1="{}" y2="{}"/><text class="thrl t-s" x="4" y="{}">{}</text>"#,
                &[&limit.level.class(), &y, &y, &(y - 5.0), &limit.words],
            );
        }
        html
    }

    fn marks(&self) -> Html {
        let mut html = Html::default();
        for event in self.events.iter().filter(|event| self.window.contains(event.time_ns)) {
            let x = self.window.fraction(event.time_ns) * 100.0;
            html.put(
                r#"<line class="ev {}" x1="{}%" x2="{}%" y2="{}"/><svg x="{}%" overflow="visible"><g transform="translate(-6 -6)"><title>{}</title>{}</g></svg>"#,
                &[&event.level.class(), &x, &x, &HEIGHT, &x, &event.words, &icon::state(event.level, 12)],
            );
        }
        html
    }

    fn times(&self) -> Html {
        let mut html = Html::default();
        for (fraction, words) in time_ticks(self.window, self.zone) {
            let (x, y) = (fraction * 100.0, HEIGHT + 16.0);
            html.put(r#"<text class="t-m" x="{}%" y="{}">{}</text>"#, &[&x, &y, &words]);
        }
        html
    }

    fn words(&self) -> Html {
        let Some(notice) = &self.notice else { return Html::default() };
        let empty = self.layers.iter().all(|layer| layer.path.is_empty());
        let (anchor, x, y) = if empty { ("t-m", "50%", HEIGHT / 2.0 + 4.0) } else { ("t-e", "99%", 18.0) };
        Html::of(r#"<text class="none {}" x="{}" y="{}">{}</text>"#, &[&anchor, &x, &y, notice])
    }
}
