//! What is said of a write before it goes out.
use super::*;

#[test]
fn only_disabling_and_deleting_take_away() {
    let edit = || Edit {
        kept: Vec::new(),
        target_id: "t1".to_owned(),
        changes: vec![Change::set(TargetPath::parse("title").unwrap().into(), None, Some(json!("Cook")))],
        exported_after: Map::new(),
    };
    let cause = DisableCause::Unassigned;
    for (write, takes_away, action) in [
        (Write::Create(NewObject { values: Vec::new() }), false, LogAction::Create),
        (Write::Update { edit: edit(), adopt: false }, false, LogAction::Update),
        (Write::Update { edit: edit(), adopt: true }, false, LogAction::Update),
        (Write::Disable { edit: edit(), cause }, true, LogAction::Disable),
        (Write::Delete { target_id: "t1".to_owned() }, true, LogAction::Delete),
    ] {
        assert_eq!(write.takes_away(), takes_away, "{write:?}");
        assert_eq!(write.log_action(), action, "{write:?}");
    }
}
