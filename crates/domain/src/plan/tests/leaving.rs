//! Who leaves: by scope, and for good.
use super::*;
use serde_json::json;

#[test]
fn leaving_the_scope_disables_and_tells_the_target_nothing_else() {
    let (mapping, mut user) = (compile(|_| {}), kim());
    let link = created(&mapping, &user);
    user.attributes.department = Some("Competition".to_owned());
    let action = plan(&mapping, &user, &[], Some(&link), &Observed::NotAsked);
    assert_eq!(changes(&action), [("active".to_owned(), Some(json!(true)), Some(json!(false)))]);
    let Step::Decided(Decision::Send(Write::Disable { edit: Edit { exported_after, .. }, cause })) = action
    else {
        panic!()
    };
    assert_eq!(cause, DisableCause::Unassigned);
    let disabled =
        Link { state: LinkState::Disabled, cause: Some(cause), exported: exported_after, ..link.clone() };
    let again = plan(&mapping, &user, &[], Some(&disabled), &Observed::NotAsked);
    assert_eq!(reasons(&again).0, SkipCode::RedundantExport);
    let back = plan(&mapping, &kim(), &[ROLE], Some(&disabled), &Observed::NotAsked);
    assert!(matches!(back, Step::Decided(Decision::Send(Write::Update { .. }))), "{back:?}");
    assert_eq!(changes(&back), [("active".to_owned(), Some(json!(false)), Some(json!(true)))]);
}

#[test]
fn without_a_row_that_reads_is_soft_deleted_nothing_disables() {
    let mapping = compile(|mapping| drop(mapping.attributes.remove(1)));
    let user = kim();
    let action = plan(&mapping, &user, &[], Some(&created(&mapping, &user)), &Observed::NotAsked);
    assert_eq!(reasons(&action).1[0], SkipReason::NothingDisables);
    // A row that says nothing about leavers does not disable either.
    let silent = "Switch([IsSoftDeleted], , \"False\", \"True\")";
    let mapping = compile(|mapping| mapping.attributes[1].source = expression(silent));
    let link = created(&mapping, &user);
    let action = plan(&mapping, &user, &[], Some(&link), &Observed::NotAsked);
    assert_eq!(reasons(&action).1[0], SkipReason::NothingDisables);
    // With a clear flow it does: the value goes.
    let mapping = compile(|mapping| {
        mapping.attributes[1].source = expression(silent);
        mapping.attributes[1].clear = true;
    });
    let action = plan(&mapping, &user, &[], Some(&link), &Observed::NotAsked);
    assert_eq!(changes(&action), [("active".to_owned(), Some(json!(true)), None)]);
}

#[test]
fn a_leaver_is_disabled_again_when_the_mapping_learns_how() {
    let marking = compile(|mapping| mapping.attributes[1].target = "userType".to_owned());
    let (proper, user) = (compile(|_| {}), kim());
    let link = created(&proper, &user);
    let marked = linked(&link, &plan(&marking, &user, &[], Some(&link), &Observed::NotAsked));
    assert_eq!((marked.state, &marked.exported["active"]), (LinkState::Disabled, &json!(true)));
    let gone = deprovision(&proper, &marked);
    assert_eq!(changes(&gone), [("active".to_owned(), Some(json!(true)), Some(json!(false)))]);
    assert_eq!(reasons(&deprovision(&proper, &linked(&marked, &gone))).1, [SkipReason::NoLongerManaged]);
    let mut deleted = user.clone();
    deleted.deleted_at = Some(Timestamp::UNIX_EPOCH);
    let action = plan(&proper, &deleted, &[], Some(&marked), &Observed::NotAsked);
    assert_eq!(changes(&action), [("active".to_owned(), Some(json!(true)), Some(json!(false)))]);
    let after = linked(&marked, &action);
    assert_eq!(after.cause, Some(DisableCause::Unassigned), "why it was disabled first");
    let again = plan(&proper, &deleted, &[], Some(&after), &Observed::NotAsked);
    assert_eq!(reasons(&again).1[0], SkipReason::AlreadyDisabled);
}

#[test]
fn who_is_deleted_for_good_is_deleted_unless_they_had_left_the_scope_before() {
    let (mapping, user) = (compile(|_| {}), kim());
    let link = created(&mapping, &user);
    assert_eq!(
        deprovision(&mapping, &link),
        Step::Decided(Decision::Send(Write::Delete { target_id: "t1".to_owned() }))
    );
    for (cause, deleted) in [
        (DisableCause::SoftDeleted, true),
        (DisableCause::AccountDisabled, true),
        (DisableCause::Unassigned, false),
        (DisableCause::OutOfScope, false),
    ] {
        let link = Link { state: LinkState::Disabled, cause: Some(cause), ..link.clone() };
        assert_eq!(
            matches!(deprovision(&mapping, &link), Step::Decided(Decision::Send(Write::Delete { .. }))),
            deleted,
            "{cause}"
        );
    }
}

#[test]
fn who_is_deleted_for_good_and_must_not_be_deleted_is_disabled() {
    let kept = |change: fn(&mut ObjectMapping)| {
        compile(|mapping| {
            mapping.actions.delete = false;
            change(mapping);
        })
    };
    let mapping = kept(|_| {});
    let link = created(&mapping, &kim());
    let action = deprovision(&mapping, &link);
    assert_eq!(changes(&action), [("active".to_owned(), Some(json!(true)), Some(json!(false)))]);
    let link = linked(&link, &action);
    assert_eq!(link.cause, Some(DisableCause::SoftDeleted));
    assert_eq!(reasons(&deprovision(&mapping, &link)).1, [SkipReason::DeleteOff]);

    let link = created(&mapping, &kim());
    let refused = |mapping: &CompiledMapping| reasons(&deprovision(mapping, &link)).1.to_vec();
    let mapping = kept(|mapping| mapping.actions.update = false);
    assert_eq!(refused(&mapping), [SkipReason::DeleteOff, SkipReason::UpdateOff]);
    let mapping = kept(|mapping| drop(mapping.attributes.remove(1)));
    assert_eq!(refused(&mapping), [SkipReason::DeleteOff, SkipReason::NothingDisables]);
    let mapping = kept(|mapping| {
        let more = "Switch([IsSoftDeleted], [department], \"True\", \"False\")";
        mapping.attributes[1].source = expression(more);
    });
    assert_eq!(refused(&mapping), [SkipReason::DeleteOff, SkipReason::DisablingNeedsObject]);
}

#[test]
fn deprovisioning_leaves_out_the_rows_that_need_more_than_the_link() {
    let joined = expression("Join(\"-\", [displayName], [IsSoftDeleted])");
    let mapping = compile(|mapping| {
        mapping.actions.delete = false;
        mapping.attributes.push(AttributeMapping::new(joined, "nickName"));
    });
    let link = created(&mapping, &kim());
    let action = deprovision(&mapping, &link);
    assert_eq!(changes(&action), [("active".to_owned(), Some(json!(true)), Some(json!(false)))]);
}
