//! What stands around every page: head, bar, foot.

use crate::{assets, html::Html, icon, number, number::NB, overview::words, page::OverviewPage};

/// The whole document around its main part.
pub(crate) fn document(page: &OverviewPage, main: &Html) -> Html {
    Html::of(
        r##"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Overview · Vigie</title>
<link rel="icon" type="image/svg+xml" href="{}">
<link rel="stylesheet" href="{}">
<script src="{}" defer></script>
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
{}
<main class="page" id="main">
{}
</main>
{}
</body>
</html>
"##,
        &[&assets::icon_path(), &assets::style_path(), &assets::script_path(), &bar(page), main, &foot(page)],
    )
}

fn bar(page: &OverviewPage) -> Html {
    Html::of(
        r#"<header class="top"><a class="brand" href="/">{}Vigie</a><nav class="nav" aria-label="Main"><a href="/" aria-current="page">Overview</a></nav><div class="right">{}<span class="live" id="live" data-part><i></i>{}</span></div></header>"#,
        &[&icon::brand(), &find(page), &words::time(page, page.now_ns, &page.zone.clock(page.now_ns))],
    )
}

/// A box for a host's name, where there is more than one host.
fn find(page: &OverviewPage) -> Option<Html> {
    (page.hosts.len() > 1).then(|| {
        Html::of(
            r#"<form class="find hd" role="search" action="/" method="get">{}<input type="search" name="host" required aria-label="Find a host by its name" placeholder="Find a host"></form>"#,
            &[&icon::find()],
        )
    })
}

fn foot(page: &OverviewPage) -> Html {
    Html::of(
        r#"<footer class="foot"><span>Vigie {}</span><span>Times in {}</span><span class="r">Page made in {}</span></footer>"#,
        &[&page.version, &page.zone.words(), &made_in(page)],
    )
}

fn made_in(page: &OverviewPage) -> String {
    let milliseconds = page.took.as_millis();
    if milliseconds == 0 {
        return format!("under 1{NB}ms");
    }
    format!("{}{NB}ms", number::whole(u64::try_from(milliseconds).unwrap_or(u64::MAX)))
}
