//! Notes above the counts: what failed, what was not found, what is old, and that the server is gone.

use crate::{
    html::Html, icon, level::Level, limits::STALE_AFTER_NS, number, overview::words, page::OverviewPage,
};

/// All notes that apply. The last one is hidden; the script shows it when the server does not answer.
pub(crate) fn html(page: &OverviewPage) -> Html {
    let mut html = Html::literal(r#"<div class="notes" id="notes" data-part>"#);
    for fault in &page.faults {
        let words = Html::of("<b>Part of this page could not be made.</b> <code>{}</code>", &[fault]);
        html.add(&note(Level::Critical, &words));
    }
    if let Some(name) = &page.not_found {
        html.add(&note(
            Level::Unknown,
            &Html::of("<b>No host is named <code>{}</code>.</b>", &[&words::short(name)]),
        ));
    }
    if let Some(words) = stale(page) {
        html.add(&note(Level::Unknown, &words));
    }
    html.put("</div>", &[]);
    html.put(
        r#"<div class="notes" id="lost" hidden><div class="note unknown" role="status">{}<div><b>No answer from the server since <span id="lost-since"></span>.</b> What you see is as old. Trying again.</div></div></div>"#,
        &[&icon::state(Level::Unknown, 16)],
    );
    html
}

/// Whether the panels show the past, and since when.
pub(crate) fn stale_since_ns(page: &OverviewPage) -> Option<i64> {
    let (host, _) = page.selected_host()?;
    host.age_ns(page.now_ns).filter(|age| *age > STALE_AFTER_NS)?;
    host.facts.last_ns
}

fn stale(page: &OverviewPage) -> Option<Html> {
    let since_ns = stale_since_ns(page)?;
    let (host, _) = page.selected_host()?;
    let since = words::time(page, since_ns, &page.zone.moment(since_ns, page.now_ns));
    let age = number::age(page.now_ns.saturating_sub(since_ns));
    Some(Html::of(
        "<b>No value from {} since {}.</b> What you see is {} old.",
        &[&words::short(&host.name), &since, &age],
    ))
}

fn note(level: Level, words: &Html) -> Html {
    Html::of(
        r#"<div class="note {}">{}<div>{}</div></div>"#,
        &[&level.class(), &icon::state(level, 16), words],
    )
}
