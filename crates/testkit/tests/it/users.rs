//! Users.
use purser_testkit::{Kind, Mail, SamanageOptions};
use serde_json::{Value, json};

use crate::support::Desk;

#[tokio::test]
async fn a_user_has_the_documented_members() {
    let desk = Desk::open().await;
    let heard = desk.get(&format!("/users/{}.json", desk.target.admin())).await;
    let members: Vec<_> = heard.body.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = "id name email title disabled phone mobile_phone role site department reports_to group_ids \
        custom_fields_values avatar created_at updated_at last_login provider available_for_assignment \
        can_be_available_for_assignment mfa_enabled salt";
    assert_eq!(members, expected.split_whitespace().collect::<Vec<_>>());
    let role: Vec<_> = heard.body["role"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(role, ["id", "name", "description", "portal", "show_my_tasks"]);
    assert!(heard.body["salt"].as_str().unwrap().len() > 8, "it leaks, as the service once did");
}

#[tokio::test]
async fn a_user_is_created_with_all_that_can_be_written() {
    let desk = Desk::open().await;
    desk.place(Kind::Sites, "Plant");
    desk.place(Kind::Departments, "Finance");
    let boss = desk.seat("Lee Wu");
    let sent = json!({
        "name": "Kim Ito", "email": "kim@example.com", "title": "Clerk", "disabled": false, "phone": "1",
        "mobile_phone": "2", "role": {"name": "Administrator"}, "site": {"name": "Plant"},
        "department": {"name": "Finance"}, "reports_to": {"email": "LEE.wu@example.com"},
    });
    let heard = desk.post("/users.json", json!({"user": sent})).await;
    assert_eq!(heard.status, 200, "{}", heard.body);
    for name in ["name", "email", "title", "disabled", "phone", "mobile_phone"] {
        assert_eq!(heard.body[name], sent[name], "{name}");
    }
    for name in ["role", "site", "department"] {
        assert_eq!(heard.body[name]["name"], sent[name]["name"], "{name}");
    }
    let superior = &heard.body["reports_to"];
    assert_eq!((&superior["id"], &superior["is_user"]), (&json!(boss), &json!(true)));
    assert!(superior["group_id"].is_u64() && superior["group_id"] != superior["id"]);
    assert_eq!(desk.get(&format!("/users/{}.json", heard.id())).await.body, heard.body);
}

#[tokio::test]
async fn a_user_needs_an_email_and_a_name() {
    let desk = Desk::open().await;
    for (user, field) in [
        (json!({"name": "Kim"}), "email"),
        (json!({"email": "kim@example.com"}), "name"),
        (json!({"name": " ", "email": "kim@example.com"}), "name"),
        (json!({"name": "Kim", "email": "kim"}), "email"),
    ] {
        let heard = desk.post("/users.json", json!({"user": user})).await;
        assert_eq!(heard.status, 422);
        assert!(heard.body[field].is_array(), "{user}: {}", heard.body);
    }
    assert!(desk.target.mails().is_empty());
}

#[tokio::test]
async fn an_email_is_had_once_in_whatever_case() {
    let desk = Desk::open().await;
    let kim = desk.seat("Kim Ito");
    desk.seat("Lee Wu");
    let heard =
        desk.post("/users.json", json!({"user": {"name": "K", "email": "KIM.Ito@example.com"}})).await;
    assert_eq!((heard.status, heard.body), (422, json!({"email": ["has already been taken"]})));
    let path = format!("/users/{kim}.json");
    assert_eq!(desk.put(&path, json!({"user": {"email": "lee.wu@example.com"}})).await.status, 422);
    assert_eq!(desk.put(&path, json!({"user": {"email": "Kim.ITO@example.com"}})).await.status, 200);
}

#[tokio::test]
async fn unknown_roles_sites_departments_and_superiors_are_422() {
    let desk = Desk::open().await;
    let kim = desk.seat("Kim Ito");
    for field in ["role", "site", "department"] {
        let user = json!({"name": "L", "email": "l@example.com", field: {"name": "Nowhere"}});
        let heard = desk.post("/users.json", json!({"user": user})).await;
        assert!(heard.status == 422 && heard.body[field].is_array(), "{field}: {}", heard.body);
        let heard =
            desk.put(&format!("/users/{kim}.json"), json!({"user": {field: {"name": "requester"}}})).await;
        assert_eq!(heard.status, 422, "names are compared exactly: {field}");
    }
    for superior in [json!({"email": "nobody@example.com"}), json!({"id": 1})] {
        let heard = desk.put(&format!("/users/{kim}.json"), json!({"user": {"reports_to": superior}})).await;
        assert!(heard.status == 422 && heard.body["reports_to"].is_array(), "{}", heard.body);
    }
}

#[tokio::test]
async fn an_update_changes_what_it_has_and_nothing_else() {
    let desk = Desk::open().await;
    let kim = desk.seat("Kim Ito");
    let path = format!("/users/{kim}.json");
    let before = desk.get(&path).await.body;
    let after = desk.put(&path, json!({"user": {"title": "Clerk"}})).await.body;
    assert_eq!(after["title"], "Clerk");
    assert_ne!(before["updated_at"], after["updated_at"]);
    let strip = |mut user: Value| {
        user.as_object_mut().unwrap().retain(|name, _| name != "title" && name != "updated_at");
        user
    };
    assert_eq!(strip(before), strip(after));
}

#[tokio::test]
async fn an_empty_text_clears_and_null_is_ignored_for_texts() {
    let desk = Desk::open().await;
    let kim = desk.seat("Kim Ito");
    let path = format!("/users/{kim}.json");
    desk.put(&path, json!({"user": {"title": "Clerk", "phone": "1"}})).await;
    let heard = desk.put(&path, json!({"user": {"title": "", "phone": null}})).await;
    assert_eq!((&heard.body["title"], &heard.body["phone"]), (&json!(""), &json!("1")));
    assert_eq!(desk.put(&path, json!({"user": {"name": ""}})).await.status, 422);
}

#[tokio::test]
async fn references_are_cleared_by_an_empty_text_null_or_nil() {
    let desk = Desk::open().await;
    desk.place(Kind::Sites, "Plant");
    desk.place(Kind::Departments, "Finance");
    let boss = desk.seat("Lee Wu");
    let kim = desk.seat("Kim Ito");
    let path = format!("/users/{kim}.json");
    for clear in [json!(""), json!(null), json!("nil")] {
        let all = json!({
            "role": {"name": "Requester"}, "site": {"name": "Plant"}, "department": {"name": "Finance"},
            "reports_to": {"id": boss},
        });
        desk.put(&path, json!({"user": all})).await;
        for name in ["role", "site", "department", "reports_to"] {
            let heard = desk.put(&path, json!({"user": {name: clear}})).await;
            assert_eq!((heard.status, &heard.body[name]), (200, &json!(null)), "{name} by {clear}");
        }
    }
}

#[tokio::test]
async fn wrong_shapes_and_unknown_members_are_ignored_with_a_200() {
    let desk = Desk::open().await;
    let kim = desk.seat("Kim Ito");
    let path = format!("/users/{kim}.json");
    let before = desk.get(&path).await.body;
    let odd = json!({
        "role": "Administrator", "site": ["Plant"], "department": {"displayName": "role"}, "reports_to": 3,
        "group_ids": [1, 2], "salt": "x", "id": 7, "title": {"value": "Clerk"}, "givenName": "Kim",
    });
    let heard = desk.put(&path, json!({"user": odd})).await;
    assert_eq!(heard.status, 200);
    let mut after = heard.body;
    after["updated_at"] = before["updated_at"].clone();
    assert_eq!(after, before);
}

#[tokio::test]
async fn filters_find_parts_in_any_case() {
    let desk = Desk::open().await;
    for email in ["kim@example.com", "kim@example.com.invalid", "joakim@example.com", "lee@example.com"] {
        desk.target.insert(Kind::Users, json!({"name": email.to_uppercase(), "email": email})).unwrap();
    }
    let found = async |query: &str| {
        let heard = desk.get(&format!("/users.json?{query}")).await;
        (heard.header("x-total-count").unwrap().to_owned(), heard.texts("email").len())
    };
    assert_eq!(found("email=KIM%40example.com").await, ("3".to_owned(), 3));
    assert_eq!(found("name=lee").await.1, 1);
    assert_eq!(found("email=nobody").await.1, 0);
    assert_eq!(found("email=").await.1, 5, "an empty filter is none");
    assert_eq!(found("updated_from=2027-01-01").await.1, 5, "there is no delta for users");
}

#[tokio::test]
async fn a_plus_that_is_not_escaped_is_read_as_a_space() {
    let desk = Desk::open().await;
    desk.target.insert(Kind::Users, json!({"name": "Kim", "email": "kim+it@example.com"})).unwrap();
    assert_eq!(desk.get("/users.json?email=kim+it@example.com").await.body, json!([]));
    assert_eq!(
        desk.get("/users.json?email=kim%2Bit@example.com").await.texts("email"),
        ["kim+it@example.com"]
    );
}

#[tokio::test]
async fn users_are_filtered_by_role_department_and_state() {
    let desk = Desk::open().await;
    let finance = desk.place(Kind::Departments, "Finance");
    let user = |name: &str, more: Value| {
        let mut user = json!({"name": name, "email": format!("{name}@example.com")});
        user.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        desk.target.insert(Kind::Users, user).unwrap()
    };
    user("kim", json!({"department": {"name": "Finance"}}));
    user("lee", json!({"disabled": true}));
    let roles = desk.target.records(Kind::Roles);
    let (administrator, requester) = (&roles[0]["id"], &roles[1]["id"]);
    let names = async |query: &str| {
        let heard = desk.get(&format!("/users.json?{query}")).await;
        heard.texts("name").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(names(&format!("role[]={requester}")).await, ["kim", "lee"]);
    assert_eq!(names(&format!("role%5B%5D={requester}&role[]={administrator}")).await.len(), 3);
    assert_eq!(names(&format!("department[]={finance}")).await, ["kim"]);
    assert_eq!(names("enabled[]=0").await, ["lee"]);
    assert_eq!(names("enabled=1").await, ["Administrator", "kim"]);
    assert_eq!(names("enabled=false").await, ["lee"]);
    assert_eq!(names("enabled[]=0&enabled[]=1").await.len(), 3);
}

#[tokio::test]
async fn a_disabled_user_keeps_existing_and_can_be_enabled() {
    let desk = Desk::open().await;
    let kim = desk.seat("Kim Ito");
    let path = format!("/users/{kim}.json");
    assert_eq!(desk.put(&path, json!({"user": {"disabled": true}})).await.body["disabled"], true);
    assert_eq!(desk.get("/users.json?email=kim.ito").await.body[0]["disabled"], true);
    assert_eq!(desk.put(&path, json!({"user": {"disabled": "false"}})).await.body["disabled"], false);
}

#[tokio::test]
async fn deleting_answers_with_a_message_and_the_user_is_gone() {
    let desk = Desk::open().await;
    let boss = desk.seat("Lee Wu");
    let kim = desk.seat("Kim Ito");
    desk.put(&format!("/users/{kim}.json"), json!({"user": {"reports_to": {"id": boss}}})).await;
    let path = format!("/users/{boss}.json");
    let heard = desk.delete(&path).await;
    assert_eq!((heard.status, heard.body), (200, json!({"messages": {"message": "Deleted user"}})));
    assert_eq!((desk.get(&path).await.status, desk.delete(&path).await.status), (404, 404));
    assert_eq!(desk.put(&path, json!({"user": {"title": "x"}})).await.status, 404);
    assert_eq!(desk.target.user("kim.ito@example.com").unwrap()["reports_to"], json!(null));
    assert_eq!(desk.target.records(Kind::Groups).len(), 2, "the personal group is gone too");
}

#[tokio::test]
async fn deleting_user_zero_is_an_invalid_request() {
    let desk = Desk::open().await;
    assert_eq!(desk.delete("/users/0.json").await.status, 400);
    assert_eq!(desk.delete("/users/999999.json").await.status, 404);
}

#[tokio::test]
async fn creating_sends_an_activation_mail_and_so_does_asking_for_it() {
    let desk = Desk::open().await;
    desk.seat("Made By Hand");
    assert!(desk.target.mails().is_empty());
    let body = json!({"user": {"name": "Kim", "email": "kim@example.com"}});
    let kim = desk.post("/users.json", body).await.id();
    let mail = Mail { to: "kim@example.com".to_owned(), user: kim };
    assert_eq!(desk.target.mails(), std::slice::from_ref(&mail));
    let path = format!("/users/{kim}.json");
    desk.put(&path, json!({"user": {"title": "Clerk"}})).await;
    desk.put(&format!("{path}?send_activation_email=0"), json!({"user": {"title": "Clerk"}})).await;
    assert_eq!(desk.target.mails().len(), 1);
    let body = json!({"user": {"title": "Lead"}});
    let heard = desk.put(&format!("{path}?send_activation_email=1&add_callbacks=1"), body).await;
    assert_eq!((heard.status, &heard.body["title"]), (200, &json!("Lead")));
    assert_eq!(desk.target.mails(), [mail.clone(), mail]);
}

#[tokio::test]
async fn new_users_get_the_tenants_role_unless_they_have_one() {
    let desk = Desk::open().await;
    desk.seat("Kim Ito");
    assert_eq!(desk.target.user("kim.ito@example.com").unwrap()["role"]["name"], "Requester");
    let desk = Desk::open_with(SamanageOptions { default_role: None, ..Default::default() }).await;
    desk.seat("Kim Ito");
    assert_eq!(desk.target.user("kim.ito@example.com").unwrap()["role"], json!(null));
}
