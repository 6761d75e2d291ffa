//! The language from its front door: texts in; trees, normal forms and errors out.

mod bounds;
mod errors;
mod names;
mod params;
mod printing;
mod random;
mod trees;

use super::parse;

/// The normal form of a text, which must be the normal form of itself.
fn normal_form(text: &str) -> String {
    let statements = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let printed: Vec<_> = statements.iter().map(ToString::to_string).collect();
    printed.join("; ")
}

/// The error of a text, without the words that begin every one.
fn error(text: &str) -> String {
    let error = parse(text).expect_err(text).to_string();
    error.strip_prefix("error parsing query: ").expect("every error begins so").to_owned()
}
