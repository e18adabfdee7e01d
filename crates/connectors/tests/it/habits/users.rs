//! Accounts: what is ignored, put back, or gets another id.
use purser_connectors::ErrorKind;
use purser_testkit::{IdStyle, MembersChange, PatchStyle, VersionStyle};

use super::*;

#[tokio::test]
async fn what_a_target_ignores_is_an_error_where_it_is_read_back() {
    let options = |options: &mut TargetOptions| {
        options.patching.ignores = vec!["title".to_owned()];
        options.create_ignores = vec!["title".to_owned()];
        options.groups.change = MembersChange::FilteredPathIgnored;
    };
    let (fake, connector) = open(options, |profile| profile.common.read_back = true).await;
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
    let id = insert_group(&fake, json!({"displayName": "Sales", "members": people(&["a", "b"])}));
    let error = connector.update(GROUP, &id, &[members(ChangeKind::Remove, &["a"])]).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Rejected { attribute: Some("members".into()) });
}

#[tokio::test]
async fn a_leaver_who_stays_enabled_is_never_taken_for_disabled() {
    let options = |options: &mut TargetOptions| {
        options.patching.ignores = vec!["active".to_owned()];
        options.text_booleans = true;
    };
    let (fake, connector) = open(options, |_| {}).await;
    let off = [Change::set(path("active"), Some(json!(true)), Some(json!(false)))];
    let id = insert(&fake, json!({"userName": "kim", "active": "True"}));
    let error = connector.disable(USER, &id, &off).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Rejected { attribute: Some("active".into()) });
    assert!(error.message().contains("did not disable"), "{error}");
    // Where it is not shown, nobody can tell.
    let id = insert(&fake, json!({"userName": "lee"}));
    connector.disable(USER, &id, &off).await.unwrap();
    let (fake, connector) = open(|_| {}, |_| {}).await;
    let id = insert(&fake, json!({"userName": "kim", "active": true}));
    assert_eq!(connector.disable(USER, &id, &off).await.unwrap().exchange.method, "PATCH");
}

#[tokio::test]
async fn a_put_that_nobody_declared_must_have_disabled_the_leaver_and_removed_the_member() {
    let options = |options: &mut TargetOptions| {
        options.put_ignores = vec!["active".to_owned(), "members".to_owned()];
        options.patch = PatchStyle::Missing;
    };
    let (fake, connector) = open(options, |_| {}).await;
    let ignored = |name: &str| ErrorKind::Rejected { attribute: Some(name.to_owned()) };
    let id = insert(&fake, json!({"userName": "kim", "active": true}));
    let off = Change::set(path("active"), Some(json!(true)), Some(json!(false)));
    assert_eq!(*connector.update(USER, &id, &[off]).await.unwrap_err().kind(), ignored("active"));
    // What gives nobody any right is not looked at again.
    connector.update(USER, &id, &[set("title", None, Some("Chef"))]).await.unwrap();
    let id = insert_group(&fake, json!({"displayName": "Sales", "members": people(&["a", "b"])}));
    let error = connector.update(GROUP, &id, &[members(ChangeKind::Remove, &["a"])]).await.unwrap_err();
    assert_eq!(*error.kind(), ignored("members"));
}

#[tokio::test]
async fn without_patch_an_object_is_put_back_unless_somebody_else_changed_it() {
    for patch in [PatchStyle::NotFound, PatchStyle::NotAllowed, PatchStyle::Missing] {
        let options = |options: &mut TargetOptions| {
            options.patch = patch;
            options.versions = VersionStyle::Honoured;
        };
        let (fake, connector) = open(options, |_| {}).await;
        fake.before_put(json!({"nickName": "meddled"}));
        let id = insert(&fake, json!({"userName": "kim", "title": "Chef"}));
        let reply = connector.update(USER, &id, &[set("title", Some("Chef"), Some("Boss"))]).await.unwrap();
        let now = fake.account("kim").unwrap();
        assert_eq!((&now["title"], &now["nickName"]), (&json!("Boss"), &json!("meddled")));
        let methods: Vec<_> = reply.earlier.iter().map(|exchange| exchange.method).collect();
        assert_eq!((methods, reply.exchange.method), (vec!["PATCH", "GET", "PUT", "GET"], "PUT"));
        let gone = connector.update(USER, "nobody", &[set("title", None, Some("x"))]).await.unwrap_err();
        assert_eq!(*gone.kind(), ErrorKind::NotFound);
    }
}

#[tokio::test]
async fn an_id_that_changes_with_a_value_is_followed() {
    let declared = Some("userName".to_owned());
    for (patch, id_attribute) in [(PatchStyle::Resource, None), (PatchStyle::NoContent, declared)] {
        let options = |options: &mut TargetOptions| {
            options.ids = IdStyle::UserName;
            options.patch = patch;
        };
        let (fake, connector) = open(options, |profile| profile.scim.id_attribute = id_attribute).await;
        let id = insert(&fake, json!({"userName": "kim/1"}));
        let reply =
            connector.update(USER, &id, &[set("userName", Some("kim/1"), Some("kim/2"))]).await.unwrap();
        assert_eq!(reply.value.new_id.as_deref(), Some("kim/2"));
        let reply = connector.update(USER, "kim/2", &[set("title", None, Some("x"))]).await.unwrap();
        assert_eq!(reply.value.new_id, None);
    }
}
