//! Filters and pages.
use purser_connectors::{Deleted, ErrorKind, Paging};
use purser_testkit::{FilterStyle, PageStyle, TotalStyle};

use purser_domain::log::Cure;

use super::*;

#[tokio::test]
async fn the_right_one_or_nobody_is_found_whatever_a_target_does_with_filters() {
    type Change = fn(&mut TargetOptions);
    let kinds_of_targets: [Change; 9] = [
        |_| {},
        |options| options.filter = FilterStyle::Ignored,
        |options| {
            options.filter = FilterStyle::Ignored;
            options.paging = pages_of(3);
        },
        |options| {
            options.filter = FilterStyle::Ignored;
            options.paging = Pages { total: TotalStyle::PageLength, ..pages_of(3) };
        },
        |options| {
            options.filter = FilterStyle::Refused(400);
            options.paging = pages_of(1);
        },
        |options| {
            options.filter = FilterStyle::Refused(403);
            options.paging = Pages { total: TotalStyle::PageLength, ..pages_of(2) };
        },
        |options| {
            options.filter = FilterStyle::Refused(501);
            options.paging = Pages { style: PageStyle::Cursor, ..pages_of(4) };
        },
        |options| options.filter = FilterStyle::Refused(404),
        |options| {
            options.filter = FilterStyle::Ignored;
            options.paging = pages_of(4);
            options.requests.refused_parameters = vec!["excludedAttributes".to_owned()];
        },
    ];
    for (case, options) in kinds_of_targets.into_iter().enumerate() {
        for kind in [USER, GROUP] {
            let name = if kind == USER { "userName" } else { "displayName" };
            let (fake, connector) = open(options, |_| {}).await;
            let there: Vec<String> = (0..10)
                .map(|at| {
                    let object = json!({name: format!("n{at}")});
                    if kind == USER { insert(&fake, object) } else { insert_group(&fake, object) }
                })
                .collect();
            for round in 0..3 {
                let found = connector.find(kind, &query(name, "N7")).await.unwrap().value;
                assert_eq!(names(&found), [there[7].as_str()], "{case} {kind} {round}");
                let nobody = connector.find(kind, &query(name, &format!("new{round}"))).await.unwrap().value;
                assert_eq!(names(&nobody), [""; 0], "{case} {kind}");
                let made =
                    connector.create(kind, &write(&[(name, json!(format!("new{round}")))])).await.unwrap();
                let found = connector.find(kind, &query(name, &format!("new{round}"))).await.unwrap().value;
                assert_eq!(names(&found), [made.value.id.as_str()], "{case} {kind}");
            }
            assert!(connector.check(&[kind]).await.is_ok());
        }
    }
}

#[tokio::test]
async fn an_index_knows_what_was_made_changed_and_deleted_since() {
    let options = |options: &mut TargetOptions| {
        options.filter = FilterStyle::Refused(501);
        options.paging = pages_of(5);
    };
    let (fake, connector) = open(options, |_| {}).await;
    let there = fill(&fake, 40);
    let find = async |name: &str| {
        let found = connector.find(USER, &query("userName", name)).await.unwrap().value;
        found.into_iter().map(|object| object.id).collect::<Vec<_>>()
    };
    assert_eq!(find("n39").await, [there[39].clone()]);
    let listed = fake.counts().get;
    let made = connector.create(USER, &write(&[("userName", json!("new"))])).await.unwrap().value.id;
    assert_eq!(find("NEW").await, vec![made.clone()]);
    connector.update(USER, &made, &[set("userName", Some("new"), Some("newer"))]).await.unwrap();
    assert_eq!((find("newer").await, find("new").await), (vec![made.clone()], vec![]));
    assert_eq!(connector.delete(USER, &made).await.unwrap().value, Deleted::Gone);
    assert_eq!(find("newer").await, [""; 0]);
    assert!(fake.counts().get - listed < 8, "everything was listed once only");
}

#[tokio::test]
async fn a_target_that_neither_filters_nor_pages_is_refused_rather_than_filled_twice() {
    let options = |options: &mut TargetOptions| {
        options.filter = FilterStyle::Ignored;
        options.paging = Pages { style: PageStyle::First, ..pages_of(3) };
    };
    let (fake, connector) = open(options, |_| {}).await;
    let there = fill(&fake, 5);
    assert_eq!(
        names(&connector.find(USER, &query("userName", "n1")).await.unwrap().value),
        [there[1].as_str()]
    );
    let error = connector.find(USER, &query("userName", "n4")).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Misconfigured);
    assert!(error.message().contains("of 5"), "{error}");
    assert_eq!(error.cure(), Some(Cure::Probe));
}

#[tokio::test]
async fn an_attribute_that_is_not_shown_matches_nobody_and_hides_nobody() {
    let (fake, connector) =
        open(|options| options.answers.hides = vec!["externalId".to_owned()], |_| {}).await;
    insert(&fake, json!({"userName": "kim", "externalId": "7"}));
    let error = connector.find(USER, &query("externalId", "7")).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Rejected { attribute: Some("externalId".into()) });
    assert_eq!(error.cure(), Some(Cure::Probe));
    assert_eq!(connector.find(USER, &query("externalId", "8")).await.unwrap().value, []);

    let (fake, connector) = open(|options| options.filter = FilterStyle::Ignored, |_| {}).await;
    insert(&fake, json!({"userName": "kim"}));
    assert_eq!(connector.find(USER, &query("externalId", "8")).await.unwrap().value, []);
}

#[tokio::test]
async fn lists_come_by_index_by_cursor_or_at_once() {
    for (pages, paging) in [
        (pages_of(4), Paging::Index),
        (Pages { style: PageStyle::Cursor, ..pages_of(4) }, Paging::Cursor),
        (Pages::default(), Paging::None),
    ] {
        let (fake, connector) =
            open(|options| options.paging = pages, |profile| profile.scim.paging = paging).await;
        fill(&fake, 9);
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
async fn a_target_that_refuses_filters_and_pages_has_an_error_and_not_nobody() {
    let options = |options: &mut TargetOptions| {
        options.requests.refused_parameters = vec!["count".to_owned()];
        options.filter = FilterStyle::Refused(400);
    };
    let (fake, connector) = open(options, |_| {}).await;
    fill(&fake, 3);
    let error = connector.find(USER, &query("userName", "n2")).await.unwrap_err();
    assert!(error.message().contains("400"), "{error}");
}

#[tokio::test]
async fn lists_that_lead_nowhere_come_to_an_end() {
    let options = |options: &mut TargetOptions| {
        options.paging = Pages { style: PageStyle::Endless, total: TotalStyle::Missing, ..Pages::default() };
    };
    let (fake, connector) = open(options, |profile| profile.scim.filterable_users = Some(vec![])).await;
    let error = connector.find(USER, &query("userName", "kim")).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Misconfigured);
    assert!(fake.counts().get < 50, "{}", fake.counts().get);
}

#[tokio::test]
async fn many_finds_at_a_time_list_a_large_target_once() {
    let options = |options: &mut TargetOptions| {
        options.filter = FilterStyle::Refused(501);
        options.paging = pages_of(5);
    };
    let (fake, connector) = open(options, |_| {}).await;
    let there = fill(&fake, 50);
    let queries: Vec<_> = (0..50).map(|at| query("userName", &format!("n{at}"))).collect();
    let found = futures::future::join_all(queries.iter().map(|query| connector.find(USER, query))).await;
    for (at, found) in found.into_iter().enumerate() {
        assert_eq!(names(&found.unwrap().value), [there[at].as_str()]);
    }
    // A filter that is refused, or the listing's pages, and one read of the object each.
    assert!(fake.counts().get < 50 + 20 + 50, "{}", fake.counts().get);
}
