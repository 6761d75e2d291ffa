//! From JSON rows to lines, by the types that the schema told.

use crate::documents::Series;
use anyhow::Context as _;
use model::line_protocol::push_line;
use model::{FieldRef, FieldType, FieldValue, SeriesKey, Tags};
use serde_json::value::RawValue;

/// A field and its type within the window.
#[derive(Debug)]
pub(super) struct TypedField {
    pub(super) name: String,
    pub(super) ty: FieldType,
}

/// Gives each row of a series as a line; `take` gets it with its newline.
pub(super) fn lines(
    series: &Series<'_>,
    fields: &[TypedField],
    mut take: impl FnMut(&str) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    anyhow::ensure!(
        series.columns.len() == fields.len() + 1,
        "expected {} columns, found {:?}",
        fields.len() + 1,
        series.columns
    );
    // A tag that a series lacks comes as an empty text.
    let key = SeriesKey::new(&series.name, &Tags::new(series.tags.iter().map(|(k, v)| (&**k, &**v))));
    let mut line = String::new();
    for row in &series.values {
        let (ts, values) = row.split_first().context("a row without a time")?;
        let ts: i64 = ts.get().parse().with_context(|| format!("expected a time in ns, found {ts}"))?;
        let mut present = Vec::with_capacity(values.len());
        for (field, value) in fields.iter().zip(values) {
            if let Some(value) = typed(value, field.ty).with_context(|| format!("field {:?}", field.name))? {
                present.push((field, value));
            }
        }
        line.clear();
        let refs = present.iter().map(|(field, value)| FieldRef { name: &field.name, value: value.as_ref() });
        push_line(&mut line, &key, refs, ts);
        take(&line)?;
    }
    Ok(())
}

/// A value of a type; nothing for null. A float's shortest text reads back as the same float.
fn typed(value: &RawValue, ty: FieldType) -> anyhow::Result<Option<FieldValue>> {
    let text = value.get();
    if text == "null" {
        return Ok(None);
    }
    let expected = || format!("expected a value of type {}, found {text}", ty.name());
    let value = match ty {
        FieldType::Float => FieldValue::Float(text.parse().with_context(expected)?),
        FieldType::Integer => FieldValue::Integer(text.parse().with_context(expected)?),
        FieldType::Unsigned => FieldValue::Unsigned(text.parse().with_context(expected)?),
        FieldType::Boolean => FieldValue::Boolean(text.parse().with_context(expected)?),
        FieldType::String => FieldValue::String(serde_json::from_str(text).with_context(expected)?),
    };
    Ok(Some(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::parse;

    #[test]
    fn rows_become_lines_by_the_types_of_the_schema() {
        let document = br#"{"results":[{"series":[{"name":"a b","tags":{"host":"x,y","rack":""},
            "columns":["time","f","i","u","b","s"],"values":[
            [1,1,1,18446744073709551615,true,"q\"\n"],
            [2,1e+300,-9223372036854775808,null,false,""],[3,-0,null,null,null,null],[4,null,null,null,null,null]]}]}]}"#;
        let field = |(name, ty): (&str, FieldType)| TypedField { name: name.into(), ty };
        let fields = [
            ("f", FieldType::Float),
            ("i", FieldType::Integer),
            ("u", FieldType::Unsigned),
            ("b", FieldType::Boolean),
            ("s", FieldType::String),
        ]
        .map(field);
        let mut found = String::new();
        let take = |line: &str| {
            found.push_str(line);
            Ok(())
        };
        lines(&parse(document).unwrap()[0], &fields, take).unwrap();
        let big = format!("1{}", "0".repeat(300));
        assert_eq!(
            found,
            format!(
                "a\\ b,host=x\\,y f=1,i=1i,u=18446744073709551615u,b=true,s=\"q\\\"\n\" 1\n\
                 a\\ b,host=x\\,y f={big},i=-9223372036854775808i,b=false,s=\"\" 2\na\\ b,host=x\\,y f=-0 3\n"
            )
        );
        let wrong = [field(("f", FieldType::Integer))];
        let short = br#"{"results":[{"series":[{"name":"m","columns":["time","f"],"values":[[1,1.5]]}]}]}"#;
        let error = lines(&parse(short).unwrap()[0], &wrong, |_| Ok(())).unwrap_err();
        assert!(format!("{error:#}").starts_with("field \"f\": expected a value of type integer, found 1.5"));
    }
}
