//! An attribute that the target blames and that was not sent.
use purser_domain::{
    log::{LogAction, ModifiedProperty},
    mapping::{AttributeMapping, MappingSource},
    path::TargetPath,
};

use crate::executor::fate::Fate;

/// Says that the blamed attribute has no value, and where the mapping takes it from. `None` when it was sent, or it is
/// not known: an update sends only what differs.
pub(super) fn missing_value(fate: &Fate, rows: &[AttributeMapping]) -> Option<String> {
    let Fate::Failed { failure, modified, action, .. } = fate else { return None };
    tell(failure.attribute.as_deref()?, *action, modified, rows)
}

fn tell(
    blamed: &str,
    action: LogAction,
    sent: &[ModifiedProperty],
    rows: &[AttributeMapping],
) -> Option<String> {
    let path = TargetPath::parse(blamed).ok()?;
    let is_it = |name: &str| TargetPath::parse(name).is_ok_and(|other| is_meant(&path, &other));
    let mut told = sent.iter().filter(|property| is_it(&property.name)).peekable();
    let known = action == LogAction::Create || told.peek().is_some();
    if !known || told.any(|property| property.new.is_some()) {
        return None;
    }
    let source = match rows.iter().find(|row| is_it(&row.target)).map(|row| &row.source) {
        None => "no row of the attribute mapping gives it one".to_owned(),
        Some(MappingSource::None) => "its row of the attribute mapping has no source".to_owned(),
        Some(source) => format!("its source is {}", source.text()),
    };
    Some(format!("{blamed} has no value; {source}."))
}

/// A whole attribute stands for each of its parts.
fn is_meant(blamed: &TargetPath, other: &TargetPath) -> bool {
    let same =
        blamed.attribute().eq_ignore_ascii_case(other.attribute()) && blamed.extension() == other.extension();
    blamed.as_str().eq_ignore_ascii_case(other.as_str())
        || (same && blamed.sub().is_none() && blamed.filter().is_none())
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
        let create = LogAction::Create;
        let tell = |blamed, action, sent: &[ModifiedProperty]| super::tell(blamed, action, sent, &rows);
        let expected = "name.familyName has no value; its source is surname.";
        assert_eq!(tell("name.familyName", create, &[]).as_deref(), Some(expected));
        assert_eq!(tell("NAME.familyname", create, &[]).map(|text| text.len()), Some(expected.len()));
        assert_eq!(tell("name.familyName", LogAction::Update, &[sent(None)]).as_deref(), Some(expected));
        assert!(tell("title", create, &[]).is_some_and(|text| text.contains("has no source")));
        assert!(tell("costCentre", create, &[]).is_some_and(|text| text.contains("no row")));
        // It was sent, in part at least; or it was not to be changed.
        assert_eq!(tell("name.familyName", create, &[sent(Some("Kay"))]), None);
        assert_eq!(tell("name", create, &[sent(Some("Kay"))]), None);
        assert_eq!(tell("name.familyName", LogAction::Update, &[]), None);
    }
}
