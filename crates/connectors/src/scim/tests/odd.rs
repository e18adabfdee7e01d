//! Targets that are in no document.
use super::*;

fn kim() -> NewObject {
    write(&[("userName", json!("kim"))])
}

#[tokio::test]
async fn a_target_that_does_not_let_itself_be_told_a_page_size_is_listed_all_the_same() {
    let habits =
        Habits { refuses_count: true, refuses_filters: Some(400), page: Some(3), ..Habits::default() };
    let (fake, connector) = open(habits, Profile::default()).await;
    for at in 0..10 {
        fake.insert(json!({"userName": format!("n{at}")}));
    }
    assert_eq!(names(&connector.find(USER, &query("userName", "n9")).await.unwrap().value), ["id10"]);
    assert!(fake.requests.lock().unwrap().iter().filter(|request| request.contains("count=")).count() == 1);
}

#[tokio::test]
async fn a_target_that_wants_plain_json_gets_it() {
    let (fake, connector) =
        open(Habits { wants_plain_json: true, ..Habits::default() }, Profile::default()).await;
    let id = connector.create(USER, &kim()).await.unwrap().value.id;
    connector.update(USER, &id, &[set("title", None, Some("Chef"))]).await.unwrap();
    assert_eq!((fake.objects().len(), fake.count("POST"), fake.count("PATCH")), (1, 2, 1));
}

#[tokio::test]
async fn an_error_in_the_clothes_of_a_success_is_not_believed() {
    let habits = Habits { masks_errors: true, patch_status: Some(403), ..Habits::default() };
    let (_, connector) = open(habits, Profile::default()).await;
    let id = connector.create(USER, &kim()).await.unwrap().value.id;
    let error = connector.update(USER, &id, &[set("title", None, Some("Chef"))]).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Auth);
}

#[tokio::test]
async fn a_target_that_can_not_delete_goes_on_with_the_others() {
    for status in [405, 501] {
        let habits = Habits { delete_status: Some(status), ..Habits::default() };
        let (fake, connector) = open(habits, Profile::default()).await;
        let id = fake.insert(json!({"userName": "kim"}));
        let error = connector.delete(USER, &id).await.unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::Rejected { attribute: None });
    }
}

#[tokio::test]
async fn members_that_only_a_filter_tells_are_asked_about_when_it_matters() {
    let profile = Profile { members_read: MembersRead::ByFilter, read_back: true, ..Profile::default() };
    let habits = Habits { hides: vec!["members"], refuses_to_remove_absent: true, ..Habits::default() };
    let (fake, connector) = open(habits, profile.clone()).await;
    let id = fake.insert(json!({"displayName": "Sales", "members": people(&["a", "b"])}));
    let changes = [members(ChangeKind::Remove, &["a", "z"]), members(ChangeKind::Add, &["c"])];
    for _ in 0..2 {
        connector.update(GROUP, &id, &changes).await.unwrap();
        assert_eq!(fake.members(&id), ["b", "c"]);
    }
    let habits = Habits { hides: vec!["members"], ignores_filtered_removal: true, ..Habits::default() };
    let (fake, connector) = open(habits, profile).await;
    let id = fake.insert(json!({"displayName": "Sales", "members": people(&["a"])}));
    let error = connector.update(GROUP, &id, &changes[..1]).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Rejected { attribute: Some("members".into()) });
}

#[tokio::test]
async fn lists_that_lead_nowhere_come_to_an_end() {
    let habits = Habits { endless: true, ..Habits::default() };
    let (fake, connector) =
        open(habits, Profile { filterable_users: Some(vec![]), ..Profile::default() }).await;
    let error = connector.find(USER, &query("userName", "kim")).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Misconfigured);
    assert!(fake.count("GET") < 50, "{}", fake.count("GET"));
}

#[tokio::test]
async fn many_finds_at_a_time_list_a_large_target_once() {
    let habits = Habits { refuses_filters: Some(501), page: Some(5), ..Habits::default() };
    let (fake, connector) = open(habits, Profile::default()).await;
    for at in 0..50 {
        fake.insert(json!({"userName": format!("n{at}")}));
    }
    let queries: Vec<_> = (0..50).map(|at| query("userName", &format!("n{at}"))).collect();
    let found = futures::future::join_all(queries.iter().map(|query| connector.find(USER, query))).await;
    for (at, found) in found.into_iter().enumerate() {
        assert_eq!(names(&found.unwrap().value), [format!("id{}", at + 1).as_str()]);
    }
    // A filter that is refused, or the listing's pages, and one read of the object each.
    assert!(fake.count("GET") < 50 + 20 + 50, "{}", fake.count("GET"));
}
