//! Against small targets with habits of their own.
mod fake;
mod odd;

use std::sync::Arc;

use purser_domain::mapping::MatchQuery;
use purser_domain::object::ObjectKind;
use purser_domain::path::TargetPath;
use purser_domain::plan::{Change, ChangeKind, NewObject, WriteValue};
use serde_json::{Value, json};

use crate::connector::Deleted;
use crate::error::ErrorKind;
use crate::{MemberRemoval, MembersRead, Paging, Profile, ValueRule};
use fake::{Habits, open};

const USER: ObjectKind = ObjectKind::User;
const GROUP: ObjectKind = ObjectKind::Group;

fn path(text: &str) -> Arc<TargetPath> {
    Arc::new(TargetPath::parse(text).unwrap())
}

fn query(attribute: &str, value: &str) -> MatchQuery {
    MatchQuery { path: path(attribute), value: json!(value), redacted: false }
}

fn set(attribute: &str, old: Option<&str>, new: Option<&str>) -> Change {
    Change::set(path(attribute), old.map(|old| json!(old)), new.map(|new| json!(new)))
}

fn members(kind: ChangeKind, ids: &[&str]) -> Change {
    let list = Some(people(ids));
    let (old, new) = if kind == ChangeKind::Remove { (list, None) } else { (None, list) };
    Change { kind, ..Change::set(path("members"), old, new) }
}

fn people(ids: &[&str]) -> Value {
    ids.iter().map(|id| json!({ "value": id })).collect()
}

fn write(values: &[(&str, Value)]) -> NewObject {
    NewObject {
        values: values.iter().map(|(name, value)| WriteValue::new(path(name), value.clone())).collect(),
    }
}

fn group(ids: &[&str]) -> NewObject {
    write(&[("displayName", json!("Sales")), ("members", people(ids))])
}

const FIVE: &[&str] = &["a", "b", "c", "d", "e"];

#[tokio::test]
async fn a_group_is_made_and_filled_in_chunks() {
    for on_create in [false, true] {
        let profile = Profile { members_per_request: 2, members_on_create: on_create, ..Profile::default() };
        let (fake, connector) = open(Habits::default(), profile).await;
        let made = connector.create(GROUP, &group(FIVE)).await.unwrap();
        assert_eq!(fake.members(&made.value.id), FIVE);
        assert_eq!(fake.count("PATCH"), if on_create { 2 } else { 3 });
        assert_eq!((made.exchange.method, made.earlier[0].method), ("PATCH", "POST"));
        assert_eq!(fake.bodies.lock().unwrap()[0].get("members").is_some(), on_create);
        assert_eq!(fake.bodies.lock().unwrap()[0]["schemas"], json!([super::body::CORE_GROUP]));
    }
}

#[tokio::test]
async fn a_group_that_was_made_and_not_filled_is_in_doubt() {
    let (fake, connector) = open(
        Habits { busy_after: Some(2), ..Habits::default() },
        Profile { members_per_request: 2, ..Profile::default() },
    )
    .await;
    let error = connector.create(GROUP, &group(FIVE)).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Ambiguous);
    assert_eq!(fake.objects().len(), 1);
    let (_, connector) = open(
        Habits { busy_after: Some(1), ..Habits::default() },
        Profile { members_per_request: 2, ..Profile::default() },
    )
    .await;
    let id = connector.create(GROUP, &write(&[("displayName", json!("x"))])).await.unwrap().value.id;
    let error = connector.update(GROUP, &id, &[members(ChangeKind::Add, FIVE)]).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Transient { .. }), "{error:?}");
}

#[tokio::test]
async fn members_come_and_go_in_every_way_that_a_target_takes() {
    for removal in
        [MemberRemoval::FilteredPath, MemberRemoval::ValueArray, MemberRemoval::Replace, MemberRemoval::Put]
    {
        for patch_status in [None, Some(501)] {
            let profile = Profile { member_removal: removal, members_per_request: 2, ..Profile::default() };
            let (fake, connector) = open(Habits { patch_status, ..Habits::default() }, profile).await;
            let id = connector.create(GROUP, &group(FIVE)).await.unwrap().value.id;
            assert_eq!(fake.members(&id), FIVE, "{removal:?}");
            let changes = [
                set("displayName", Some("Sales"), Some("Selling")),
                members(ChangeKind::Remove, &["a", "c", "e"]),
                members(ChangeKind::Add, &["f", "b"]),
            ];
            for _ in 0..2 {
                connector.update(GROUP, &id, &changes).await.unwrap();
                let mut now = fake.members(&id);
                now.sort();
                assert_eq!(now, ["b", "d", "f"], "{removal:?} {patch_status:?}");
                assert_eq!(fake.get(&id)["displayName"], "Selling");
            }
            let all = Change::set(path("members"), None, Some(people(&["x", "b"])));
            connector.update(GROUP, &id, &[all]).await.unwrap();
            let mut now = fake.members(&id);
            now.sort();
            assert_eq!(now, ["b", "x"], "{removal:?}");
            let none = Change::set(path("members"), Some(people(&["x", "b"])), None);
            connector.update(GROUP, &id, &[none]).await.unwrap();
            assert_eq!(fake.members(&id), [""; 0], "{removal:?}");
            assert!(patch_status.is_none() || fake.count("PATCH") <= 1);
        }
    }
}

#[tokio::test]
async fn nobody_becomes_a_member_twice_where_a_target_appends_blindly() {
    let (fake, connector) =
        open(Habits { appends_blindly: true, ..Habits::default() }, Profile::default()).await;
    let id = fake.insert(json!({"displayName": "Sales", "members": people(&["a"])}));
    for _ in 0..2 {
        connector.update(GROUP, &id, &[members(ChangeKind::Add, &["a", "b", "b"])]).await.unwrap();
    }
    assert_eq!(fake.members(&id), ["a", "b"]);
}

#[tokio::test]
async fn too_many_members_at_once_are_sent_in_smaller_parts_from_then_on() {
    let (fake, connector) =
        open(Habits { max_members: Some(1), ..Habits::default() }, Profile::default()).await;
    let id = connector.create(GROUP, &group(FIVE)).await.unwrap().value.id;
    assert_eq!(fake.members(&id), FIVE);
    let before = fake.count("PATCH");
    connector.update(GROUP, &id, &[members(ChangeKind::Add, &["x", "y"])]).await.unwrap();
    assert_eq!(fake.count("PATCH") - before, 2);
}

#[tokio::test]
async fn who_is_no_member_any_more_does_not_stand_in_the_others_way() {
    let habits = Habits { refuses_to_remove_absent: true, ..Habits::default() };
    let (fake, connector) = open(habits, Profile::default()).await;
    let id = fake.insert(json!({"displayName": "Sales", "members": people(&["a", "b"])}));
    let gone = [members(ChangeKind::Remove, &["a", "z"])];
    for _ in 0..2 {
        connector.update(GROUP, &id, &gone).await.unwrap();
        assert_eq!(fake.members(&id), ["b"]);
    }
}

#[tokio::test]
async fn members_that_reads_do_not_show_are_neither_lost_nor_taken_for_none() {
    for members_read in [MembersRead::ByFilter, MembersRead::Never] {
        let profile = Profile { members_read, ..Profile::default() };
        let (fake, connector) =
            open(Habits { hides: vec!["members"], ..Habits::default() }, profile.clone()).await;
        let id = fake.insert(json!({"displayName": "Sales", "members": people(&["a"])}));
        let read = connector.read(GROUP, &id).await.unwrap().value.unwrap();
        assert!(read.body.get("members").is_none());
        connector.update(GROUP, &id, &[members(ChangeKind::Add, &["b"])]).await.unwrap();
        assert_eq!((fake.members(&id), fake.count("PATCH")), (vec!["a".into(), "b".into()], 1));

        let habits = Habits { hides: vec!["members"], patch_status: Some(405), ..Habits::default() };
        let (fake, connector) = open(habits, profile).await;
        let id = fake.insert(json!({"displayName": "Sales", "members": people(&["a"])}));
        let error = connector.update(GROUP, &id, &[set("displayName", None, Some("x"))]).await.unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::Misconfigured);
        assert_eq!((fake.members(&id), fake.count("PUT")), (vec!["a".into()], 0));
    }
}

#[tokio::test]
async fn what_a_target_ignores_is_an_error_where_it_is_read_back() {
    let profile = Profile { read_back: true, ..Profile::default() };
    let habits = Habits { ignores: vec!["title"], ignores_filtered_removal: true, ..Habits::default() };
    let (fake, connector) = open(habits, profile).await;
    let fine = write(&[("userName", json!("kim")), ("active", json!(true))]);
    let id = connector.create(USER, &fine).await.unwrap().value.id;
    connector
        .update(USER, &id, &[set("nickName", None, Some("K")), set("locale", Some("x"), None)])
        .await
        .unwrap();
    let ignored = ErrorKind::Rejected { attribute: Some("title".into()) };
    let error = connector.update(USER, &id, &[set("title", None, Some("Chef"))]).await.unwrap_err();
    assert_eq!(*error.kind(), ignored);
    let error = connector.create(USER, &write(&[("userName", json!("lee")), ("title", json!("x"))])).await;
    assert_eq!(*error.unwrap_err().kind(), ignored);
    let id = fake.insert(json!({"displayName": "Sales", "members": people(&["a", "b"])}));
    let error = connector.update(GROUP, &id, &[members(ChangeKind::Remove, &["a"])]).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Rejected { attribute: Some("members".into()) });
}

#[tokio::test]
async fn a_leaver_who_stays_enabled_is_never_taken_for_disabled() {
    let habits = Habits { ignores: vec!["active"], ..Habits::default() };
    let (fake, connector) = open(habits, Profile::default()).await;
    let off = [Change::set(path("active"), Some(json!(true)), Some(json!(false)))];
    let id = fake.insert(json!({"userName": "kim", "active": "True"}));
    let error = connector.disable(USER, &id, &off).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Rejected { attribute: Some("active".into()) });
    assert!(error.message().contains("did not disable"), "{error}");
    // Where it is not shown, nobody can tell.
    let id = fake.insert(json!({"userName": "lee"}));
    connector.disable(USER, &id, &off).await.unwrap();
    let (fake, connector) = open(Habits::default(), Profile::default()).await;
    let id = fake.insert(json!({"userName": "kim", "active": true}));
    assert_eq!(connector.disable(USER, &id, &off).await.unwrap().exchange.method, "PATCH");
}

#[tokio::test]
async fn a_put_that_nobody_declared_must_have_disabled_the_leaver_and_removed_the_member() {
    let habits = Habits { ignores: vec!["active", "members"], patch_status: Some(501), ..Habits::default() };
    let (fake, connector) = open(habits, Profile::default()).await;
    let ignored = |name: &str| ErrorKind::Rejected { attribute: Some(name.to_owned()) };
    let id = fake.insert(json!({"userName": "kim", "active": true}));
    let off = Change::set(path("active"), Some(json!(true)), Some(json!(false)));
    assert_eq!(*connector.update(USER, &id, &[off]).await.unwrap_err().kind(), ignored("active"));
    // What gives nobody any right is not looked at again.
    connector.update(USER, &id, &[set("title", None, Some("Chef"))]).await.unwrap();
    let id = fake.insert(json!({"displayName": "Sales", "members": people(&["a", "b"])}));
    let error = connector.update(GROUP, &id, &[members(ChangeKind::Remove, &["a"])]).await.unwrap_err();
    assert_eq!(*error.kind(), ignored("members"));
}

#[tokio::test]
async fn without_patch_an_object_is_put_back_unless_somebody_else_changed_it() {
    for patch_status in [404, 405, 501] {
        let habits =
            Habits { patch_status: Some(patch_status), versions: true, meddles: true, ..Habits::default() };
        let (fake, connector) = open(habits, Profile::default()).await;
        let id = fake.insert(json!({"userName": "kim", "title": "Chef", "v": "W/\"1\""}));
        let reply = connector.update(USER, &id, &[set("title", Some("Chef"), Some("Boss"))]).await.unwrap();
        let now = fake.get(&id);
        assert_eq!((&now["title"], &now["nickName"]), (&json!("Boss"), &json!("meddled")));
        let methods: Vec<_> = reply.earlier.iter().map(|exchange| exchange.method).collect();
        assert_eq!((methods, reply.exchange.method), (vec!["PATCH", "GET", "PUT", "GET"], "PUT"));
        let gone = connector.update(USER, "nobody", &[set("title", None, Some("x"))]).await.unwrap_err();
        assert_eq!(*gone.kind(), ErrorKind::NotFound);
    }
}

#[tokio::test]
async fn an_id_that_changes_with_a_value_is_followed() {
    for (patch_is_empty, id_attribute) in [(false, None), (true, Some("userName".to_owned()))] {
        let habits = Habits { id_is_name: true, patch_is_empty, ..Habits::default() };
        let (fake, connector) = open(habits, Profile { id_attribute, ..Profile::default() }).await;
        let id = fake.insert(json!({"userName": "kim/1"}));
        let reply =
            connector.update(USER, &id, &[set("userName", Some("kim/1"), Some("kim/2"))]).await.unwrap();
        assert_eq!(reply.value.new_id.as_deref(), Some("kim/2"));
        let reply = connector.update(USER, "kim/2", &[set("title", None, Some("x"))]).await.unwrap();
        assert_eq!(reply.value.new_id, None);
    }
}

fn names(matches: &[purser_domain::plan::TargetObject]) -> Vec<&str> {
    matches.iter().map(|object| object.id.as_str()).collect()
}

#[tokio::test]
async fn the_right_one_or_nobody_is_found_whatever_a_target_does_with_filters() {
    let base = Habits::default;
    for habits in [
        base(),
        Habits { ignores_filters: true, ..base() },
        Habits { ignores_filters: true, page: Some(3), ..base() },
        Habits { ignores_filters: true, page: Some(3), total_is_page: true, ..base() },
        Habits { refuses_filters: Some(400), page: Some(1), ..base() },
        Habits { refuses_filters: Some(403), total_is_page: true, page: Some(2), ..base() },
        Habits { refuses_filters: Some(501), cursors: true, page: Some(4), ..base() },
        Habits { refuses_filters: Some(404), ..base() },
        Habits { ignores_filters: true, refuses_exclusion: true, page: Some(4), ..base() },
    ] {
        for kind in [USER, GROUP] {
            let name = if kind == USER { "userName" } else { "displayName" };
            let (fake, connector) = open(habits.clone(), Profile::default()).await;
            for at in 0..10 {
                fake.insert(json!({name: format!("n{at}")}));
            }
            for round in 0..3 {
                let found = connector.find(kind, &query(name, "N7")).await.unwrap().value;
                assert_eq!(names(&found), ["id8"], "{habits:?} {kind} {round}");
                let nobody = connector.find(kind, &query(name, &format!("new{round}"))).await.unwrap().value;
                assert_eq!(names(&nobody), [""; 0], "{habits:?}");
                let made =
                    connector.create(kind, &write(&[(name, json!(format!("new{round}")))])).await.unwrap();
                let found = connector.find(kind, &query(name, &format!("new{round}"))).await.unwrap().value;
                assert_eq!(names(&found), [made.value.id.as_str()], "{habits:?}");
            }
            assert!(connector.check(&[kind]).await.is_ok());
        }
    }
}

#[tokio::test]
async fn an_index_knows_what_was_made_changed_and_deleted_since() {
    let habits = Habits { refuses_filters: Some(501), page: Some(5), ..Habits::default() };
    let (fake, connector) = open(habits, Profile::default()).await;
    for at in 0..40 {
        fake.insert(json!({"userName": format!("n{at}")}));
    }
    let find = async |name: &str| {
        let found = connector.find(USER, &query("userName", name)).await.unwrap().value;
        found.into_iter().map(|object| object.id).collect::<Vec<_>>()
    };
    assert_eq!(find("n39").await, ["id40"]);
    let listed = fake.count("GET");
    let made = connector.create(USER, &write(&[("userName", json!("new"))])).await.unwrap().value.id;
    assert_eq!(find("NEW").await, vec![made.clone()]);
    connector.update(USER, &made, &[set("userName", Some("new"), Some("newer"))]).await.unwrap();
    assert_eq!((find("newer").await, find("new").await), (vec![made.clone()], vec![]));
    assert_eq!(connector.delete(USER, &made).await.unwrap().value, Deleted::Gone);
    assert_eq!(find("newer").await, [""; 0]);
    assert!(fake.count("GET") - listed < 8, "everything was listed once only");
}

#[tokio::test]
async fn a_target_that_neither_filters_nor_pages_is_refused_rather_than_filled_twice() {
    let habits = Habits { ignores_filters: true, ignores_start: true, page: Some(3), ..Habits::default() };
    let (fake, connector) = open(habits, Profile::default()).await;
    for at in 0..5 {
        fake.insert(json!({"userName": format!("n{at}")}));
    }
    assert_eq!(names(&connector.find(USER, &query("userName", "n1")).await.unwrap().value), ["id2"]);
    let error = connector.find(USER, &query("userName", "n4")).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Misconfigured);
    assert!(error.message().contains("of 5"), "{error}");
}

#[tokio::test]
async fn an_attribute_that_is_not_shown_matches_nobody_and_hides_nobody() {
    let (fake, connector) =
        open(Habits { hides: vec!["externalId"], ..Habits::default() }, Profile::default()).await;
    fake.insert(json!({"userName": "kim", "externalId": "7"}));
    let error = connector.find(USER, &query("externalId", "7")).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Rejected { attribute: Some("externalId".into()) });
    assert_eq!(connector.find(USER, &query("externalId", "8")).await.unwrap().value, []);

    let (fake, connector) =
        open(Habits { ignores_filters: true, ..Habits::default() }, Profile::default()).await;
    fake.insert(json!({"userName": "kim"}));
    assert_eq!(connector.find(USER, &query("externalId", "8")).await.unwrap().value, []);
}

#[tokio::test]
async fn lists_come_by_index_by_cursor_or_at_once() {
    for (habits, paging) in [
        (Habits { page: Some(4), ..Habits::default() }, Paging::Index),
        (Habits { page: Some(4), cursors: true, ..Habits::default() }, Paging::Cursor),
        (Habits::default(), Paging::None),
    ] {
        let (fake, connector) = open(habits, Profile { paging, ..Profile::default() }).await;
        for at in 0..9 {
            fake.insert(json!({"userName": format!("n{at}")}));
        }
        let (mut page, mut seen) = (None, Vec::new());
        loop {
            let reply = connector.list(USER, page.as_ref()).await.unwrap().value;
            seen.extend(reply.objects.into_iter().map(|object| object.id));
            page = reply.next;
            if page.is_none() {
                break;
            }
        }
        seen.dedup();
        assert_eq!(seen.len(), 9, "{paging:?}");
    }
}

#[tokio::test]
async fn what_the_profile_rules_out_is_never_sent() {
    let rule = ValueRule {
        attribute: "userName".into(),
        object: None,
        max_length: Some(3),
        forbidden: String::new(),
        no_control: false,
    };
    let profile = Profile { deletes_users: false, value_rules: vec![rule], ..Profile::default() };
    let (fake, connector) = open(Habits::default(), profile).await;
    assert!(matches!(connector.delete(USER, "1").await.unwrap_err().kind(), ErrorKind::Rejected { .. }));
    let error = connector.create(USER, &write(&[("userName", json!("long"))])).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Rejected { attribute: Some("userName".into()) });
    assert!(connector.update(USER, "1", &[set("userName", None, Some("long"))]).await.is_err());
    assert_eq!(fake.requests.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn a_check_asks_about_groups_only_where_they_matter() {
    let (_, connector) = open(Habits { no_groups: true, ..Habits::default() }, Profile::default()).await;
    assert!(connector.check(&[USER]).await.is_ok());
    let error = connector.check(&[USER, GROUP]).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Misconfigured);
    assert!(error.advice().contains("mapping of groups off"), "{error:?}");
    let (_, connector) = open(Habits::default(), Profile::default()).await;
    let report = connector.check(&[USER, GROUP]).await.unwrap();
    assert_eq!((report.earlier.len(), report.exchange.path.contains("/Groups?")), (1, true));
}

#[tokio::test]
async fn a_target_tells_about_itself_as_far_as_it_can() {
    let schema = json!({"id": super::body::CORE_USER, "attributes": [{"name": "badge", "type": "integer"}]});
    let pages = vec![
        ("/ServiceProviderConfig", json!({"patch": {"supported": false}})),
        ("/Schemas", json!([schema])),
        ("/ResourceTypes", json!("nonsense")),
    ];
    let (_, connector) = open(Habits { pages, ..Habits::default() }, Profile::default()).await;
    let found = connector.discover().await.unwrap();
    assert_eq!(found.settings.0.get("patch"), Some(&json!(false)));
    assert_eq!(found.attributes[0].1[0].name, "badge");
    assert_eq!((found.remarks.len(), found.exchanges.len()), (1, 3));
    let (_, connector) = open(Habits::default(), Profile::default()).await;
    let found = connector.discover().await.unwrap();
    assert_eq!((found.attributes.len(), found.remarks.len()), (0, 3));
}
