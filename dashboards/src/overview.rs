//! The page at `/`: first how many, then what is wrong, then the machine itself.
//!
//! What the script replaces stands in elements with `data-part`; their ids and their order are the same on
//! every rendering that has hosts.

mod alerts;
mod cards;
mod counts;
mod drawn;
mod frame;
mod host;
mod notes;
mod sentence;
mod words;

use crate::{html::Html, icon, number, page::OverviewPage};

/// The whole document, UTF-8 HTML. Everything in the page is escaped; no value can break the markup.
pub fn render_overview(page: &OverviewPage) -> String {
    let mut main = heading(page);
    main.add(&notes::html(page));
    if page.hosts.is_empty() {
        main.add(&alerts::html(page));
        main.add(&no_host_yet());
    } else {
        main.add(&counts::html(page));
        main.add(&alerts::html(page));
        main.add(&cards::html(page));
        main.add(&host::html(page));
    }
    frame::document(page, &main).into_string()
}

fn heading(page: &OverviewPage) -> Html {
    Html::of(
        r#"<div class="head"><h1>Overview</h1><span class="muted" id="attention" aria-live="polite" data-part>{}</span></div>"#,
        &[&attention(page)],
    )
}

/// `2 of 12 hosts need attention`
fn attention(page: &OverviewPage) -> String {
    let waiting = page.counts().attention();
    let total = page.hosts.len();
    match (waiting, page.alerts.len()) {
        (0, 0) if total == 0 => String::new(),
        (0, 0) => "Nothing on the horizon".to_owned(),
        (0, 1) => "1 active alert".to_owned(),
        (0, alerts) => format!("{} active alerts", number::count(alerts)),
        (waiting, _) => {
            let verb = if waiting == 1 { "needs" } else { "need" };
            let noun = if total == 1 { "host" } else { "hosts" };
            format!("{} of {} {noun} {verb} attention", number::count(waiting), number::count(total))
        }
    }
}

fn no_host_yet() -> Html {
    Html::of(
        r#"<section class="card empty" id="empty" data-part>{}<b>No host yet</b><span class="muted">A machine appears here within half a minute of its collector’s start. To add another one:</span><code class="tag">vigie agent --url http://this-server:8086</code></section>"#,
        &[&icon::horizon()],
    )
}
