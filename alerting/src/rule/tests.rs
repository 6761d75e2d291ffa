//! What a rule refuses.

use super::{Aggregate, GroupBy, Rule, RuleSpec, Window};
use std::time::Duration;

fn spec() -> RuleSpec {
    let levels = [None, Some("> 90".to_owned()), None];
    RuleSpec { levels, ..RuleSpec::new("memory", "mem", "used_percent") }
}

fn fault(spec: RuleSpec) -> String {
    Rule::compile(spec).unwrap_err().to_string()
}

#[test]
fn a_rule_without_a_level_or_with_a_lonely_reset_is_refused() {
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        fault(RuleSpec { levels: [None, None, None], ..spec() }),
        "name: a rule needs at least one of info, warn and crit"
    );
    assert_eq!(
        fault(RuleSpec { resets: [text("< 5"), None, None], ..spec() }),
        "info_reset: there is no info that it could reset"
    );
    assert_eq!(fault(RuleSpec { name: String::new(), ..spec() }), "name: it is empty");
    assert!(fault(RuleSpec { filter: text("host ="), ..spec() }).starts_with("where: found EOF"));
    assert!(
        fault(RuleSpec { message: text("{{ .Nope }}"), ..spec() }).starts_with("message: column 1: unknown")
    );
}

#[test]
fn a_window_has_no_point_to_look_at() {
    let window = Some(Window { length: Duration::from_secs(60), aggregate: Aggregate::Mean });
    assert!(Rule::compile(RuleSpec { window, ..spec() }).is_ok());
    let levels = [None, Some("> 90 AND cores > 2".to_owned()), None];
    let told = fault(RuleSpec { window, levels, ..spec() });
    assert_eq!(told, "warn: with a window a level can look at nothing but the value");
    let window = Some(Window { length: Duration::ZERO, aggregate: Aggregate::Mean });
    assert_eq!(fault(RuleSpec { window, ..spec() }), "window: expected a length above zero");
}

#[test]
fn the_star_stands_alone() {
    let group_by = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>();
    assert!(fault(RuleSpec { group_by: group_by(&["*", "host"]), ..spec() }).contains("stands alone"));
    let rule = Rule::compile(RuleSpec { group_by: group_by(&["path", "host", "path"]), ..spec() }).unwrap();
    assert_eq!(rule.group_by, GroupBy::Tags(group_by(&["host", "path"])));
}
