//! Reading `[[rules]]`.

use super::HandlerSettings;
use crate::limits::RULES_MAX;
use crate::rule::{Aggregate, LEVEL_KEYS, RESET_KEYS, Rule, RuleSpec, Window};
use settings::{Document, Problem, Section, SettingsError, nearest};
use std::collections::HashSet;
use std::time::Duration;

pub(super) fn read(
    documents: &[Document<'_>],
    handlers: &[HandlerSettings],
) -> Result<Vec<Rule>, SettingsError> {
    let mut rules: Vec<Rule> = Vec::new();
    let mut names = HashSet::new();
    for document in documents {
        for entry in document.list("rules") {
            let entry = entry?;
            if rules.len() == RULES_MAX {
                return Err(entry.error(Problem::Syntax(format!("there are more than {RULES_MAX} rules"))));
            }
            let rule = read_rule(Section::of(&entry), entry.line, document, handlers)?;
            if !names.insert(rule.name().to_owned()) {
                let reason = format!("there is already a rule {:?}", rule.name());
                return Err(Section::of(&entry).invalid("name", reason));
            }
            rules.push(rule);
        }
    }
    Ok(rules)
}

fn read_rule(
    mut section: Section<'_>,
    line: usize,
    document: &Document<'_>,
    handlers: &[HandlerSettings],
) -> Result<Rule, SettingsError> {
    let required = [
        ("name", section.text("name")?),
        ("measurement", section.text("measurement")?),
        ("field", section.text("field")?),
    ];
    let [name, measurement, field] = required.each_ref().map(|(_, text)| text.as_deref().unwrap_or_default());
    let mut spec = RuleSpec::new(name, measurement, field);
    read_optional(&mut section, &mut spec)?;
    if let Some(names) = &spec.handlers {
        check_handlers(&section, names, handlers)?;
    }
    // What is misspelt comes before what is missing: the one is often the reason of the other.
    let compiled = Rule::compile(spec).map_err(|fault| section.invalid(fault.key, fault.reason));
    section.finish()?;
    if let Some((key, _)) = required.iter().find(|(_, text)| text.is_none()) {
        let reason = "a rule needs it".to_owned();
        let problem = Problem::InvalidValue { section: "rules".to_owned(), key: (*key).to_owned(), reason };
        return Err(document.error_at(line, problem));
    }
    compiled
}

fn read_optional(section: &mut Section<'_>, spec: &mut RuleSpec) -> Result<(), SettingsError> {
    for (key, place) in [("db", &mut spec.db), ("rp", &mut spec.rp)] {
        if let Some(text) = section.text(key)? {
            *place = text;
        }
    }
    spec.filter = section.text("where")?;
    if let Some(tags) = section.texts("group_by")? {
        spec.group_by = tags;
    }
    for index in 0..LEVEL_KEYS.len() {
        spec.levels[index] = section.text(LEVEL_KEYS[index])?;
        spec.resets[index] = section.text(RESET_KEYS[index])?;
    }
    spec.hold = section.interval("for")?.unwrap_or(Duration::ZERO);
    spec.recover = section.interval("recover_for")?.unwrap_or(Duration::ZERO);
    spec.window = window(section)?;
    spec.id = section.text("id")?;
    spec.message = section.text("message")?;
    spec.handlers = section.texts("handlers")?;
    spec.state_changes_only = section.boolean("state_changes_only")?.unwrap_or(true);
    spec.repeat = section.interval("repeat")?;
    spec.enabled = section.boolean("enabled")?.unwrap_or(true);
    Ok(())
}

fn window(section: &mut Section<'_>) -> Result<Option<Window>, SettingsError> {
    let length = section.interval("window")?;
    let word = section.choice("aggregate", &Aggregate::ALL.map(Aggregate::name))?;
    let aggregate =
        word.and_then(|word| Aggregate::ALL.into_iter().find(|aggregate| aggregate.name() == word));
    match (length, aggregate) {
        (Some(length), aggregate) => Ok(Some(Window { length, aggregate: aggregate.unwrap_or_default() })),
        (None, None) => Ok(None),
        (None, Some(_)) => Err(section.invalid("aggregate", "it needs a window to work on".to_owned())),
    }
}

fn check_handlers(
    section: &Section<'_>,
    names: &[String],
    handlers: &[HandlerSettings],
) -> Result<(), SettingsError> {
    let known: Vec<&str> = handlers.iter().map(|handler| handler.name.as_str()).collect();
    match names.iter().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => {
            let hint =
                nearest(name, &known).map_or_else(String::new, |word| format!("; did you mean {word:?}?"));
            Err(section.invalid("handlers", format!("there is no [notify.{name}]{hint}")))
        }
    }
}
