//! Groups and their members.
use purser_connectors::{ErrorKind, MemberRemoval, MembersRead};
use purser_testkit::{Fault, FaultRule, MembersChange, MembersShown, PatchStyle};

use super::*;

#[tokio::test]
async fn a_group_is_made_and_filled_in_chunks() {
    for on_create in [false, true] {
        let (fake, connector) = open(
            |_| {},
            |profile| {
                profile.common.members_per_request = 2;
                profile.scim.members_on_create = on_create;
            },
        )
        .await;
        let made = connector.create(GROUP, &group(FIVE)).await.unwrap();
        assert_eq!(members_of(&fake, &made.value.id), FIVE);
        assert_eq!(fake.counts().patch, if on_create { 2 } else { 3 });
        assert_eq!((made.exchange.method, made.earlier[0].method), ("PATCH", "POST"));
        let sent: Value = serde_json::from_str(&fake.journal()[0].body).unwrap();
        assert_eq!(sent.get("members").is_some(), on_create);
        assert_eq!(sent["schemas"], json!(["urn:ietf:params:scim:schemas:core:2.0:Group"]));
    }
}

#[tokio::test]
async fn a_group_that_was_made_and_not_filled_is_in_doubt() {
    let in_pairs = |profile: &mut Profile| profile.common.members_per_request = 2;
    let busy = FaultRule::always(Fault::TooManyRequests { retry_after: 0 }).on("PATCH");
    let (fake, connector) = open(|_| {}, in_pairs).await;
    fake.break_with(busy.after(1));
    let error = connector.create(GROUP, &group(FIVE)).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Ambiguous);
    assert_eq!(fake.groups().len(), 1);
    let (fake, connector) = open(|_| {}, in_pairs).await;
    fake.break_with(busy);
    let id = connector.create(GROUP, &write(&[("displayName", json!("x"))])).await.unwrap().value.id;
    let error = connector.update(GROUP, &id, &[members(ChangeKind::Add, FIVE)]).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Transient { .. }), "{error:?}");
}

#[tokio::test]
async fn members_come_and_go_in_every_way_that_a_target_takes() {
    for removal in
        [MemberRemoval::FilteredPath, MemberRemoval::ValueArray, MemberRemoval::Replace, MemberRemoval::Put]
    {
        for patch in [PatchStyle::Resource, PatchStyle::Missing] {
            let options = |options: &mut TargetOptions| {
                options.patch = patch;
                options.groups.refuses_strangers = false;
            };
            let (fake, connector) = open(options, |profile| {
                profile.common.members_per_request = 2;
                profile.scim.member_removal = removal;
            })
            .await;
            let id = connector.create(GROUP, &group(FIVE)).await.unwrap().value.id;
            assert_eq!(members_of(&fake, &id), FIVE, "{removal:?}");
            let changes = [
                set("displayName", Some("Sales"), Some("Selling")),
                members(ChangeKind::Remove, &["a", "c", "e"]),
                members(ChangeKind::Add, &["f", "b"]),
            ];
            for _ in 0..2 {
                connector.update(GROUP, &id, &changes).await.unwrap();
                let mut now = members_of(&fake, &id);
                now.sort();
                assert_eq!(now, ["b", "d", "f"], "{removal:?} {patch:?}");
                assert_eq!(fake.group(&id).unwrap()["displayName"], "Selling");
            }
            let all = Change::set(path("members"), None, Some(people(&["x", "b"])));
            connector.update(GROUP, &id, &[all]).await.unwrap();
            let mut now = members_of(&fake, &id);
            now.sort();
            assert_eq!(now, ["b", "x"], "{removal:?}");
            let none = Change::set(path("members"), Some(people(&["x", "b"])), None);
            connector.update(GROUP, &id, &[none]).await.unwrap();
            assert_eq!(members_of(&fake, &id), [""; 0], "{removal:?}");
            assert!(patch == PatchStyle::Resource || fake.counts().patch <= 1);
        }
    }
}

#[tokio::test]
async fn nobody_becomes_a_member_twice_where_a_target_appends_blindly() {
    let (fake, connector) = open(|options| options.groups.blind_append = true, |_| {}).await;
    let id = insert_group(&fake, json!({"displayName": "Sales", "members": people(&["a"])}));
    for _ in 0..2 {
        connector.update(GROUP, &id, &[members(ChangeKind::Add, &["a", "b", "b"])]).await.unwrap();
    }
    assert_eq!(members_of(&fake, &id), ["a", "b"]);
}

#[tokio::test]
async fn too_many_members_at_once_are_sent_in_smaller_parts_from_then_on() {
    let (fake, connector) = open(
        |options| {
            options.groups.max_changes = Some(1);
            options.groups.too_many = 413;
        },
        |_| {},
    )
    .await;
    let id = connector.create(GROUP, &group(FIVE)).await.unwrap().value.id;
    assert_eq!(members_of(&fake, &id), FIVE);
    let before = fake.counts().patch;
    connector.update(GROUP, &id, &[members(ChangeKind::Add, &["x", "y"])]).await.unwrap();
    assert_eq!(fake.counts().patch - before, 2);
}

#[tokio::test]
async fn who_is_no_member_any_more_does_not_stand_in_the_others_way() {
    let (fake, connector) = open(|options| options.groups.refuses_strangers = true, |_| {}).await;
    let id = insert_group(&fake, json!({"displayName": "Sales", "members": people(&["a", "b"])}));
    let gone = [members(ChangeKind::Remove, &["a", "z"])];
    for _ in 0..2 {
        connector.update(GROUP, &id, &gone).await.unwrap();
        assert_eq!(members_of(&fake, &id), ["b"]);
    }
}

#[tokio::test]
async fn members_that_reads_do_not_show_are_neither_lost_nor_taken_for_none() {
    for members_read in [MembersRead::ByFilter, MembersRead::Never] {
        let hidden = |options: &mut TargetOptions| {
            options.groups.read = match members_read {
                MembersRead::ByFilter => MembersShown::ByFilter,
                _ => MembersShown::Never,
            };
        };
        let unseen = |profile: &mut Profile| profile.scim.members_read = members_read;
        let (fake, connector) = open(hidden, unseen).await;
        let id = insert_group(&fake, json!({"displayName": "Sales", "members": people(&["a"])}));
        let read = connector.read(GROUP, &id).await.unwrap().value.unwrap();
        assert!(read.body.get("members").is_none());
        connector.update(GROUP, &id, &[members(ChangeKind::Add, &["b"])]).await.unwrap();
        assert_eq!((members_of(&fake, &id), fake.counts().patch), (vec!["a".into(), "b".into()], 1));

        let patchless = |options: &mut TargetOptions| {
            hidden(options);
            options.patch = PatchStyle::NotAllowed;
        };
        let (fake, connector) = open(patchless, unseen).await;
        let id = insert_group(&fake, json!({"displayName": "Sales", "members": people(&["a"])}));
        let error = connector.update(GROUP, &id, &[set("displayName", None, Some("x"))]).await.unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::Misconfigured);
        assert_eq!((members_of(&fake, &id), fake.counts().put), (vec!["a".into()], 0));
    }
}

#[tokio::test]
async fn members_that_only_a_filter_tells_are_asked_about_when_it_matters() {
    let by_filter = |profile: &mut Profile| {
        profile.common.read_back = true;
        profile.scim.members_read = MembersRead::ByFilter;
    };
    let hidden = |options: &mut TargetOptions| options.groups.read = MembersShown::ByFilter;
    let (fake, connector) = open(hidden, by_filter).await;
    let id = insert_group(&fake, json!({"displayName": "Sales", "members": people(&["a", "b"])}));
    let changes = [members(ChangeKind::Remove, &["a", "z"]), members(ChangeKind::Add, &["c"])];
    for _ in 0..2 {
        connector.update(GROUP, &id, &changes).await.unwrap();
        assert_eq!(members_of(&fake, &id), ["b", "c"]);
    }
    let ignorant = |options: &mut TargetOptions| {
        hidden(options);
        options.groups.change = MembersChange::FilteredPathIgnored;
    };
    let (fake, connector) = open(ignorant, by_filter).await;
    let id = insert_group(&fake, json!({"displayName": "Sales", "members": people(&["a"])}));
    let error = connector.update(GROUP, &id, &changes[..1]).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Rejected { attribute: Some("members".into()) });
}
