//! The selected host: its name and state, the line of facts, and its panels.

use crate::{
    html::Html,
    icon, number,
    overview::{drawn, notes, words},
    page::{Host, OverviewPage, Selected},
    zone::SECOND_NS,
};

/// Heading, facts and panels, or an empty part when no host is selected.
pub(crate) fn html(page: &OverviewPage) -> Html {
    let mut html = Html::literal(r#"<div id="host" data-part>"#);
    if let Some((host, selected)) = page.selected_host() {
        html.add(&heading(page, host));
        html.add(&facts(page, host));
        html.add(&panels(page, selected));
    }
    html.put("</div>", &[]);
    html
}

fn heading(page: &OverviewPage, host: &Host) -> Html {
    let name = if host.name.is_empty() { "(no name)" } else { &host.name };
    Html::of(
        r#"<div class="section"><h2 class="hostname">{}</h2>{}<span class="muted small">last hour</span></div>"#,
        &[&name, &icon::state_word(page.level(host), true)],
    )
}

fn facts(page: &OverviewPage, host: &Host) -> Html {
    let known = &host.facts;
    let text = |text: Option<String>| text.map(|text| Html::of("{}", &[&text]));
    let up =
        known.uptime_seconds.and_then(crate::fleet::count).and_then(|seconds| i64::try_from(seconds).ok());
    let pairs = [
        ("System", text(known.system.clone())),
        ("Cores", text(known.cores.map(number::whole))),
        ("Memory", text(known.memory_bytes.map(number::bytes))),
        ("Up for", text(up.map(number::duration))),
        ("Last value", last_value(page, host)),
    ];
    let mut html = Html::literal(r#"<dl class="facts hostfacts">"#);
    for (name, value) in pairs {
        if let Some(value) = value {
            html.put("<div><dt>{}</dt> <dd>{}</dd></div>", &[&name, &value]);
        }
    }
    html.put("</dl>", &[]);
    html
}

/// `now`, `42 s ago`
fn last_value(page: &OverviewPage, host: &Host) -> Option<Html> {
    let age_ns = host.age_ns(page.now_ns)?;
    let words =
        if age_ns < 10 * SECOND_NS { "now".to_owned() } else { format!("{} ago", number::age(age_ns)) };
    Some(words::time(page, host.facts.last_ns?, &words))
}

fn panels(page: &OverviewPage, selected: &Selected) -> Html {
    let stale = if notes::stale_since_ns(page).is_some() { " stale" } else { "" };
    let mut html = Html::of(r#"<div class="panels{}">"#, &[&stale]);
    for panel in &selected.panels {
        html.add(&drawn::panel(page, panel));
    }
    html.put("</div>", &[]);
    html
}
