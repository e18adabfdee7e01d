//! Targets that are in no document.
use purser_connectors::{ErrorKind, ValueRule};
use purser_domain::log::Cure;
use purser_testkit::{DeleteStyle, ErrorStyle, Fault, FaultRule};

use super::*;

fn kim() -> NewObject {
    write(&[("userName", json!("kim"))])
}

#[tokio::test]
async fn a_target_that_wants_plain_json_says_so_once_and_gets_it_where_the_profile_says_it() {
    let plain = || "application/json".to_owned();
    let options = |options: &mut TargetOptions| options.requests.content_type = Some(plain());
    let (fake, connector) = open(options, |_| {}).await;
    let error = connector.create(USER, &kim()).await.unwrap_err();
    assert_eq!((error.kind(), fake.counts().total()), (&ErrorKind::Misconfigured, 1));
    assert_eq!(error.into_trouble().cure, Some(Cure::Probe));

    let (fake, connector) = open(options, |profile| profile.scim.content_type = plain()).await;
    let id = connector.create(USER, &kim()).await.unwrap().value.id;
    connector.update(USER, &id, &[set("title", None, Some("Chef"))]).await.unwrap();
    assert_eq!((fake.count(), fake.counts().post, fake.counts().patch), (1, 1, 1));
}

#[tokio::test]
async fn an_error_in_the_clothes_of_a_success_is_not_believed() {
    let (fake, connector) = open(|options| options.answers.errors = ErrorStyle::Masked, |_| {}).await;
    fake.break_with(FaultRule::always(Fault::Status(403)).on("PATCH"));
    let id = connector.create(USER, &kim()).await.unwrap().value.id;
    let error = connector.update(USER, &id, &[set("title", None, Some("Chef"))]).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Rejected { attribute: None });
}

#[tokio::test]
async fn a_target_that_can_not_delete_goes_on_with_the_others() {
    for status in [405, 501] {
        let (fake, connector) = open(|options| options.deletes = DeleteStyle::Refused(status), |_| {}).await;
        let id = insert(&fake, json!({"userName": "kim"}));
        let error = connector.delete(USER, &id).await.unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::Rejected { attribute: None });
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
    let (fake, connector) = open(
        |_| {},
        |profile| {
            profile.common.deletes_users = false;
            profile.common.value_rules = vec![rule];
        },
    )
    .await;
    assert!(matches!(connector.delete(USER, "1").await.unwrap_err().kind(), ErrorKind::Rejected { .. }));
    let error = connector.create(USER, &write(&[("userName", json!("long"))])).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Rejected { attribute: Some("userName".into()) });
    assert!(connector.update(USER, "1", &[set("userName", None, Some("long"))]).await.is_err());
    assert_eq!(fake.counts().total(), 0);
}

#[tokio::test]
async fn a_check_asks_about_groups_only_where_they_matter() {
    let (_fake, connector) = open(|options| options.groups.present = false, |_| {}).await;
    assert!(connector.check(&[USER]).await.is_ok());
    let error = connector.check(&[USER, GROUP]).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Misconfigured);
    assert!(error.advice().contains("mapping of groups off"), "{error:?}");
    let (_fake, connector) = open(|_| {}, |_| {}).await;
    let report = connector.check(&[USER, GROUP]).await.unwrap();
    assert_eq!((report.earlier.len(), report.exchange.path.contains("/Groups?")), (1, true));
}
