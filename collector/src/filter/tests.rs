//! Selectors and modifiers.

use super::*;

fn globs(patterns: &[&str]) -> Option<Globs> {
    Some(Globs::new(patterns, "").unwrap())
}

const TAGS: &[(&str, &str)] = &[("cpu", "cpu0"), ("host", "a")];

#[test]
fn namepass_and_namedrop_both_count() {
    let filter = Filter { namepass: globs(&["cpu*"]), namedrop: globs(&["cpu_x"]), ..Filter::default() };
    assert!(filter.selects("cpu", TAGS));
    assert!(!filter.selects("cpu_x", TAGS));
    assert!(!filter.selects("mem", TAGS));
}

#[test]
fn one_matching_tag_is_enough() {
    let tags =
        vec![("cpu".to_owned(), globs(&["cpu9"]).unwrap()), ("host".to_owned(), globs(&["a"]).unwrap())];
    let pass = Filter { tagpass: Some(tags.clone()), ..Filter::default() };
    assert!(pass.selects("cpu", TAGS));
    assert!(!pass.selects("cpu", &[("cpu", "cpu0")]));
    let drop = Filter { tagdrop: Some(tags), ..Filter::default() };
    assert!(!drop.selects("cpu", TAGS));
    assert!(drop.selects("cpu", &[("cpu", "cpu0")]));
}

#[test]
fn modifiers_keep_what_is_included_and_not_excluded() {
    let filter = Filter {
        fieldinclude: globs(&["usage_*"]),
        fieldexclude: globs(&["usage_guest*"]),
        taginclude: globs(&["cpu", "h*"]),
        tagexclude: globs(&["host"]),
        ..Filter::default()
    };
    assert!(
        filter.keeps_field("usage_user")
            && !filter.keeps_field("usage_guest_nice")
            && !filter.keeps_field("time_user")
    );
    assert!(filter.keeps_tag("cpu") && !filter.keeps_tag("host") && !filter.keeps_tag("rack"));
}

#[test]
fn no_filter_lets_everything_pass() {
    let filter = Filter::default();
    assert!(
        filter.is_empty() && filter.selects("x", TAGS) && filter.keeps_field("f") && filter.keeps_tag("t")
    );
}
