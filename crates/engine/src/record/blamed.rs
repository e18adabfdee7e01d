//! An attribute that the target blames and that was not sent.
use purser_domain::{
    log::ModifiedProperty,
    mapping::{AttributeMapping, MappingSource},
    path::TargetPath,
};

use crate::executor::fate::Fate;

/// Says that the blamed attribute has no value, and where the mapping takes it from. `None` when it was sent.
pub(super) fn missing_value(fate: &Fate, rows: &[AttributeMapping]) -> Option<String> {
    let Fate::Failed { failure, modified, .. } = fate else { return None };
    tell(failure.attribute.as_deref()?, modified, rows)
}

fn tell(blamed: &str, sent: &[ModifiedProperty], rows: &[AttributeMapping]) -> Option<String> {
    let path = TargetPath::parse(blamed).ok()?;
    let is_it = |name: &str| TargetPath::parse(name).is_ok_and(|other| other == path);
    if sent.iter().any(|property| property.new.is_some() && is_it(&property.name)) {
        return None;
    }
    let source = match rows.iter().find(|row| is_it(&row.target)).map(|row| &row.source) {
        None => "no row of the attribute mapping gives it one".to_owned(),
        Some(MappingSource::None) => "its row of the attribute mapping has no source".to_owned(),
        Some(source) => format!("its source is {}", source.text()),
    };
    Some(format!("{blamed} has no value; {source}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(target: &str, source: MappingSource) -> AttributeMapping {
        AttributeMapping::new(source, target)
    }

    #[test]
    fn an_attribute_without_a_value_is_told_with_its_source() {
        let rows = [
            row("name.familyName", MappingSource::Direct("surname".to_owned())),
            row("title", MappingSource::None),
        ];
        let sent = |new: Option<&str>| ModifiedProperty {
            name: "name.familyName".to_owned(),
            old: None,
            new: new.map(str::to_owned),
        };
        let tell = |blamed, sent: &[ModifiedProperty]| super::tell(blamed, sent, &rows);
        let expected = "name.familyName has no value; its source is surname.";
        assert_eq!(tell("name.familyName", &[]).as_deref(), Some(expected));
        assert_eq!(tell("NAME.familyname", &[sent(None)]).map(|text| text.len()), Some(expected.len()));
        assert_eq!(tell("name.familyName", &[sent(Some("Kay"))]), None);
        assert!(tell("title", &[]).is_some_and(|text| text.contains("has no source")));
        assert!(tell("costCentre", &[]).is_some_and(|text| text.contains("no row")));
    }
}
