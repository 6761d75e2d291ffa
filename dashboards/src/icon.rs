//! Icons: one outline for each state, so that it reads without colour, and the few line drawings.

use crate::{html::Html, level::Level};

/// The outline of a state on a grid of 16, `size` pixels wide. Hidden from readers: a word stands beside it.
pub(crate) fn state(level: Level, size: usize) -> Html {
    Html::of(
        r#"<svg class="ico {}" width="{}" height="{}" viewBox="0 0 16 16" aria-hidden="true">{}</svg>"#,
        &[&level.class(), &size, &size, &Html::literal(outline(level))],
    )
}

/// Icon and word in the colour of the state; on its tint as a pill.
pub(crate) fn state_word(level: Level, pill: bool) -> Html {
    let pill = if pill { " pill" } else { "" };
    Html::of(
        r#"<span class="st {}{}">{}{}</span>"#,
        &[&level.class(), &pill, &state(level, 14), &level.word()],
    )
}

/// Icon, and the word for readers only.
pub(crate) fn state_hidden_word(level: Level) -> Html {
    Html::of(r#"{}<span class="hide">{}</span>"#, &[&state(level, 16), &level.word()])
}

fn outline(level: Level) -> &'static str {
    match level {
        Level::Ok => r#"<circle cx="8" cy="8" r="6.5"/><path class="cut" d="M5.2 8.2l2 2 3.6-4.1"/>"#,
        Level::Info => {
            r#"<rect x="1.8" y="1.8" width="12.4" height="12.4" rx="3"/><path class="cut" d="M8 7.6v3.4"/><circle class="dot" cx="8" cy="4.9" r="1"/>"#
        }
        Level::Warning => {
            r#"<path d="M8 1.3c.5 0 .9.2 1.1.6l5.6 10c.5.9-.1 2-1.1 2H2.4c-1 0-1.6-1.1-1.1-2l5.6-10c.2-.4.6-.6 1.1-.6z"/><path class="cut" d="M8 5.6v3.2"/><circle class="dot" cx="8" cy="11.4" r="1"/>"#
        }
        Level::Critical => {
            r#"<path d="M6.9.9a1.6 1.6 0 0 1 2.2 0l6 6a1.6 1.6 0 0 1 0 2.2l-6 6a1.6 1.6 0 0 1-2.2 0l-6-6a1.6 1.6 0 0 1 0-2.2z"/><path class="cut" d="M5.9 5.9l4.2 4.2M10.1 5.9l-4.2 4.2"/>"#
        }
        Level::Unknown => {
            r#"<circle class="hollow" cx="8" cy="8" r="6.2" stroke-dasharray="3 2.2"/><path class="q" d="M6.2 6.6a1.8 1.8 0 1 1 2.6 1.6c-.6.3-.8.6-.8 1.1"/><circle class="qd" cx="8" cy="11.3" r=".9"/>"#
        }
    }
}

/// The mast and the crow's nest.
pub(crate) fn brand() -> Html {
    Html::literal(
        r#"<svg width="20" height="20" viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><circle cx="10" cy="4.4" r="1.7" fill="currentColor" stroke="none"/><path d="M3.8 8.3h12.4l-1.7 5.2H5.5z"/><path d="M10 13.5v5.2"/></svg>"#,
    )
}

/// A magnifying glass.
pub(crate) fn find() -> Html {
    Html::literal(
        r#"<svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><circle cx="7" cy="7" r="4.2"/><path d="M10.2 10.2 14 14"/></svg>"#,
    )
}

/// The sun at the horizon, for a page that has nothing to show.
pub(crate) fn horizon() -> Html {
    Html::literal(
        r#"<svg width="40" height="40" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width=".9" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M1.5 10.5h13M4.8 10.5a3.2 3.2 0 0 1 6.4 0M8 4.3V2.8M3.6 6.1 2.6 5.1M12.4 6.1l1-1M4.5 13h7"/></svg>"#,
    )
}
