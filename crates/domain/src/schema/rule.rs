//! Rules, their object mappings and the rows of these.
use super::error::{Place, Report};
use super::field::{Field, METADATA, Reading, Writing, describe, peek, read_items};
use super::filter::{SCOPE, read_filter};
use super::node::{read_source, write_source};
use super::parts::{MAX_ROWS, OtherMapping, Rule};
use super::word::{
    present, read_boolean, read_name, read_number, read_optional_name, read_optional_text, read_text,
    read_word, refuse_word,
};
use crate::mapping::{AttributeMapping, FlowBehavior, FlowType, MappingSource, ObjectActions, ObjectMapping};
use crate::object::ObjectKind;
use serde_json::{Value as Json, json};

const MAPPINGS: &str = "objectMappings";
const ROWS: &str = "attributeMappings";
const SOURCE_OBJECT: &str = "sourceObjectName";

const ID: Field<String> = optional_name("id");
const NAME: Field<String> = optional_name("name");
const SOURCE_DIRECTORY: Field<String> = optional_name("sourceDirectoryName");
const TARGET_DIRECTORY: Field<String> = optional_name("targetDirectoryName");

const ENABLED: Field<bool> = Field {
    key: "enabled",
    read: |json| read_boolean(json, true),
    write: |enabled| Some(Json::Bool(*enabled)),
};
const ACTIONS: Field<ObjectActions> = Field { key: "flowTypes", read: read_actions, write: write_actions };
const KIND: Field<ObjectKind> = Field {
    key: SOURCE_OBJECT,
    // Other kinds are set aside before anything is read.
    read: |json| read_name(json).and_then(|_| read_word(json, ObjectKind::ALL, ObjectKind::User)),
    write: |kind| Some(json!(kind)),
};
const TARGET_OBJECT: Field<String> =
    Field { key: "targetObjectName", read: read_name, write: |name| Some(json!(name)) };

const TARGET: Field<String> =
    Field { key: "targetAttributeName", read: read_name, write: |name| Some(json!(name)) };
const SOURCE: Field<MappingSource> = Field { key: "source", read: read_source, write: write_source };
const DEFAULT_VALUE: Field<Option<String>> =
    Field { key: "defaultValue", read: read_optional_text, write: |value| Some(json!(value)) };
const FLOW_TYPE: Field<FlowType> = Field {
    key: "flowType",
    read: |json| read_word(json, FlowType::ALL, FlowType::Always),
    write: |flow| Some(json!(flow)),
};
const FLOW_BEHAVIOR: Field<FlowBehavior> = Field {
    key: "flowBehavior",
    read: |json| read_word(json, FlowBehavior::ALL, FlowBehavior::FlowWhenChanged),
    write: |flow| Some(json!(flow)),
};
const PRIORITY: Field<Option<u32>> = Field {
    key: "matchingPriority",
    read: |json| read_number(json).map(|priority| (priority > 0).then_some(priority)),
    write: |priority| Some(json!(priority.unwrap_or(0))),
};
/// The clear flow is our own word on a mapping, so it is only written where it is on.
const CLEAR: Field<bool> = Field {
    key: "flowNullValues",
    read: |json| read_boolean(json, false),
    write: |clear| clear.then_some(Json::Bool(true)),
};
const EXPORT_MISSING: Field<bool> = Field {
    key: "exportMissingReferences",
    read: |json| read_boolean(json, false),
    write: |export| Some(Json::Bool(*export)),
};

const fn optional_name(key: &'static str) -> Field<String> {
    Field { key, read: read_optional_name, write: |name| Some(json!(name)) }
}

pub(super) fn read_rule(json: &Json, place: &Place<'_>, report: &mut Report) -> Option<Rule> {
    let mut reading = Reading::begin(json, Some(place), report)?;
    let id = reading.read(&ID, report);
    let name = reading.read(&NAME, report);
    let source_directory = reading.read(&SOURCE_DIRECTORY, report);
    let target_directory = reading.read(&TARGET_DIRECTORY, report);
    reading.read(&METADATA, report);
    let (mut mappings, mut others) = (Vec::new(), Vec::new());
    for (position, mapping) in reading.read_list(MAPPINGS, report).iter().enumerate() {
        let place = Place::item(Some(place), MAPPINGS, position, "object mapping", peek(mapping, "name"));
        if is_other_kind(mapping) {
            others.push(OtherMapping { position, document: mapping.clone() });
        } else {
            mappings.extend(read_mapping(mapping, &place, report));
        }
    }
    Some(Rule {
        id: id?,
        name: name?,
        source_directory: source_directory?,
        target_directory: target_directory?,
        mappings,
        others,
        extra: reading.finish(),
    })
}

fn is_other_kind(mapping: &Json) -> bool {
    let name = peek(mapping, SOURCE_OBJECT);
    !name.trim().is_empty() && read_word(Some(&json!(name)), ObjectKind::ALL, ObjectKind::User).is_err()
}

fn read_mapping(json: &Json, place: &Place<'_>, report: &mut Report) -> Option<ObjectMapping> {
    let mut reading = Reading::begin(json, Some(place), report)?;
    let name = reading.read(&NAME, report);
    let enabled = reading.read(&ENABLED, report);
    let actions = reading.read(&ACTIONS, report);
    let source_object = reading.read(&KIND, report);
    let target_object = reading.read(&TARGET_OBJECT, report);
    reading.read(&METADATA, report);
    let scope = reading.read_with(&SCOPE, |json| read_filter(json, Some(place), report));
    let rows = reading.read_list(ROWS, report);
    if rows.len() > MAX_ROWS {
        report.add(Some(place), ROWS, &format!("a mapping has at most {MAX_ROWS} rows."));
        return None;
    }
    let attributes =
        read_items(Some(place), ROWS, ("row", TARGET.key), rows, |item, place| read_row(item, place, report));
    Some(ObjectMapping {
        name: name?,
        enabled: enabled?,
        actions: actions?,
        source_object: source_object?,
        target_object: target_object?,
        scope: scope?,
        attributes,
        extra: reading.finish(),
    })
}

fn read_row(json: &Json, place: &Place<'_>, report: &mut Report) -> Option<AttributeMapping> {
    let mut reading = Reading::begin(json, Some(place), report)?;
    let target = reading.read(&TARGET, report);
    let source = reading.read(&SOURCE, report);
    let default_value = reading.read(&DEFAULT_VALUE, report);
    let flow_behavior = reading.read(&FLOW_BEHAVIOR, report);
    let flow_type = reading.read(&FLOW_TYPE, report);
    let matching_priority = reading.read(&PRIORITY, report);
    let clear = reading.read(&CLEAR, report);
    let export_missing_references = reading.read(&EXPORT_MISSING, report);
    Some(AttributeMapping {
        target: target?,
        source: source?,
        default_value: default_value?,
        flow_type: flow_type?,
        flow_behavior: flow_behavior?,
        matching_priority: matching_priority?,
        clear: clear?,
        export_missing_references: export_missing_references?,
        extra: reading.finish(),
    })
}

/// Graph's word for a ticked *Create* is `Add`. Some exports have the bits instead: 1, 2 and 4.
fn read_actions(json: Option<&Json>) -> Result<ObjectActions, String> {
    const WORDS: [&str; 4] = ["Add", "Update", "Delete", "None"];
    let text = match present(json) {
        None => return Ok(ObjectActions::default()),
        Some(Json::Array(words)) => words.iter().map(read_text).collect::<Result<Vec<_>, _>>()?.join(","),
        Some(Json::Object(_)) => return Err(format!("must be a text, but is {}.", describe(&json!({})))),
        Some(other) => read_text(other)?,
    };
    if let Ok(bits) = text.trim().parse::<u8>()
        && bits < 8
    {
        let has = |bit: u8| bits & bit != 0;
        return Ok(ObjectActions { create: has(1), update: has(2), delete: has(4) });
    }
    let mut actions = ObjectActions { create: false, update: false, delete: false };
    for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        match word.to_ascii_lowercase().as_str() {
            "add" | "create" => actions.create = true,
            "update" => actions.update = true,
            "delete" => actions.delete = true,
            "none" => {}
            _ => return Err(refuse_word(word, &WORDS)),
        }
    }
    Ok(actions)
}

fn write_actions(actions: &ObjectActions) -> Option<Json> {
    let words = [(actions.create, "Add"), (actions.update, "Update"), (actions.delete, "Delete")];
    let words: Vec<&str> = words.iter().filter(|(on, _)| *on).map(|(_, word)| *word).collect();
    Some(if words.is_empty() { json!("None") } else { json!(words.join(", ")) })
}

pub(super) fn write_rule(rule: &Rule) -> Json {
    let mut writing = Writing::begin(&rule.extra);
    writing.write(&ID, &rule.id);
    writing.write(&NAME, &rule.name);
    writing.write(&SOURCE_DIRECTORY, &rule.source_directory);
    writing.write(&TARGET_DIRECTORY, &rule.target_directory);
    writing.write(&METADATA, &());
    let mut mappings: Vec<Json> = rule.mappings.iter().map(write_mapping).collect();
    for other in &rule.others {
        mappings.insert(other.position.min(mappings.len()), other.document.clone());
    }
    writing.write_list(MAPPINGS, mappings);
    writing.finish()
}

fn write_mapping(mapping: &ObjectMapping) -> Json {
    let mut writing = Writing::begin(&mapping.extra);
    writing.write(&NAME, &mapping.name);
    writing.write(&ENABLED, &mapping.enabled);
    writing.write(&ACTIONS, &mapping.actions);
    writing.write(&KIND, &mapping.source_object);
    writing.write(&TARGET_OBJECT, &mapping.target_object);
    writing.write(&METADATA, &());
    writing.write(&SCOPE, &mapping.scope);
    writing.write_list(ROWS, mapping.attributes.iter().map(write_row).collect());
    writing.finish()
}

fn write_row(row: &AttributeMapping) -> Json {
    let mut writing = Writing::begin(&row.extra);
    writing.write(&TARGET, &row.target);
    writing.write(&SOURCE, &row.source);
    writing.write(&DEFAULT_VALUE, &row.default_value);
    writing.write(&FLOW_BEHAVIOR, &row.flow_behavior);
    writing.write(&FLOW_TYPE, &row.flow_type);
    writing.write(&PRIORITY, &row.matching_priority);
    writing.write(&EXPORT_MISSING, &row.export_missing_references);
    writing.write(&CLEAR, &row.clear);
    writing.finish()
}
