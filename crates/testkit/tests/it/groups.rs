//! Groups and memberships.
use purser_testkit::{Kind, MemberStyle, SamanageOptions};
use serde_json::{Value, json};

use crate::support::Desk;

#[tokio::test]
async fn every_user_owns_a_personal_group_among_the_others() {
    let desk = Desk::open().await;
    let kim = desk.seat("Kim Ito");
    let desk_group = desk.place(Kind::Groups, "Service desk");
    desk.target.insert_member(desk_group, kim).unwrap();
    let heard = desk.get("/groups.json").await;
    let kinds: Vec<_> = heard.body.as_array().unwrap().iter().map(|group| &group["is_user"]).collect();
    assert_eq!(kinds, [&json!(true), &json!(true), &json!(false)]);
    assert_eq!(heard.texts("name"), ["Administrator", "Kim Ito", "Service desk"]);
    let user = desk.get(&format!("/users/{kim}.json")).await;
    assert_eq!(user.body["group_ids"], json!([heard.body[1]["id"], desk_group]), "both kinds are mixed");
    desk.put(&format!("/users/{kim}.json"), json!({"user": {"name": "Kim Sato", "disabled": true}})).await;
    let own = desk.get(&format!("/groups/{}.json", heard.body[1]["id"])).await;
    assert_eq!((&own.body["name"], &own.body["disabled"]), (&json!("Kim Sato"), &json!(true)));
}

#[tokio::test]
async fn a_group_has_the_documented_members() {
    let desk = Desk::open().await;
    let lee = desk.seat("Lee Wu");
    let group = json!({"name": "Service desk", "description": "First line", "superviser_id": lee});
    let heard = desk.post("/groups.json", json!({"group": group})).await;
    assert_eq!((heard.status, &heard.body["description"]), (200, &json!("First line")));
    assert_eq!(heard.body["reports_to"]["email"], "lee.wu@example.com");
    for name in ["is_user", "disabled", "send_notifications"] {
        assert_eq!(heard.body[name], json!(false), "{name}");
    }
    assert_eq!(heard.body["memberships"], json!([]));
}

#[tokio::test]
async fn a_groups_name_is_needed_and_had_once() {
    let desk = Desk::open().await;
    desk.seat("Kim Ito");
    desk.place(Kind::Groups, "Service desk");
    let status = async |name: &str| desk.post("/groups.json", json!({"group": {"name": name}})).await.status;
    assert_eq!((status("").await, status("Service desk").await), (422, 422));
    assert_eq!(status("service desk").await, 200, "names differ in their case");
    assert_eq!(status("Kim Ito").await, 200, "a personal group does not take its user's name");
    let heard = desk.post("/groups.json", json!({"group": {"name": "X", "superviser_id": 1}})).await;
    assert!(heard.status == 422 && heard.body["superviser_id"].is_array());
}

#[tokio::test]
async fn writing_a_group_takes_no_members_and_no_properly_spelt_supervisor() {
    let desk = Desk::open().await;
    let kim = desk.seat("Kim Ito");
    let odd = |name: &str| {
        json!({"group": {
            "name": name, "memberships": [{"user_id": kim}], "user_ids": [kim], "members": [kim],
            "supervisor_id": kim, "disabled": true,
        }})
    };
    let created = desk.post("/groups.json", odd("A")).await;
    let updated = desk.put(&format!("/groups/{}.json", created.id()), odd("B")).await;
    for heard in [&created, &updated] {
        assert_eq!(heard.status, 200);
        assert_eq!((&heard.body["memberships"], &heard.body["reports_to"]), (&json!([]), &json!(null)));
        assert_eq!(heard.body["disabled"], false);
    }
    assert_eq!(updated.body["name"], "B");
}

#[tokio::test]
async fn a_groups_supervisor_is_cleared() {
    let desk = Desk::open().await;
    let kim = desk.seat("Kim Ito");
    let group = json!({"group": {"name": "A", "superviser_id": kim}});
    let id = desk.post("/groups.json", group).await.id();
    let heard = desk.put(&format!("/groups/{id}.json"), json!({"group": {"superviser_id": ""}})).await;
    assert_eq!(heard.body["reports_to"], json!(null));
}

#[tokio::test]
async fn a_filter_by_name_may_find_another_group_first() {
    let desk = Desk::open().await;
    for name in ["IT support", "IT"] {
        desk.place(Kind::Groups, name);
    }
    assert_eq!(desk.get("/groups.json?name=it").await.texts("name"), ["IT support", "IT"]);
}

#[tokio::test]
async fn members_are_added_by_the_query_without_a_body() {
    let desk = Desk::open().await;
    let (kim, lee) = (desk.seat("Kim Ito"), desk.seat("Lee Wu"));
    let group = desk.place(Kind::Groups, "Service desk");
    let heard = desk.post_nothing(&format!("/memberships.json?group_id={group}&user_ids={kim},{lee}")).await;
    assert_eq!(heard.status, 200, "{}", heard.body);
    assert_eq!(desk.target.members(group), ["kim.ito@example.com", "lee.wu@example.com"]);
    let again = desk.post_nothing(&format!("/memberships.json?group_id={group}&user_ids={kim}")).await;
    assert_eq!((again.status, &again.body[0]), (200, &heard.body[0]), "once a member, always the same one");
}

#[tokio::test]
async fn members_in_a_body_are_not_looked_at() {
    let desk = Desk::open().await;
    let kim = desk.seat("Kim Ito");
    let group = desk.place(Kind::Groups, "Service desk");
    let body = json!({"membership": {"group_id": group, "user_ids": [kim]}});
    assert_eq!(desk.post("/memberships.json", body).await.status, 400);
    assert!(desk.target.members(group).is_empty());
}

#[tokio::test]
async fn unknown_members_and_groups_are_refused_as_a_whole() {
    let desk = Desk::open().await;
    let kim = desk.seat("Kim Ito");
    let group = desk.place(Kind::Groups, "Service desk");
    let status = async |group: u64, users: &str| {
        desk.post_nothing(&format!("/memberships.json?group_id={group}&user_ids={users}")).await.status
    };
    assert_eq!(status(1, &kim.to_string()).await, 404);
    assert_eq!(status(group, &format!("{kim},1")).await, 422);
    assert_eq!(status(group, "kim").await, 422);
    assert!(desk.target.members(group).is_empty());
}

#[tokio::test]
async fn a_membership_is_removed_by_its_own_id_and_not_by_the_users() {
    let desk = Desk::open().await;
    let kim = desk.seat("Kim Ito");
    let group = desk.place(Kind::Groups, "Service desk");
    desk.post_nothing(&format!("/memberships.json?group_id={group}&user_ids={kim}")).await;
    let heard = desk.get(&format!("/groups/{group}.json")).await;
    let membership = &heard.body["memberships"][0];
    assert_eq!(membership["user_id"], kim);
    assert_ne!(membership["id"], membership["user_id"]);
    assert_eq!(desk.delete(&format!("/memberships/{kim}.json")).await.status, 404);
    let path = format!("/memberships/{}.json", membership["id"]);
    assert_eq!((desk.delete(&path).await.status, desk.delete(&path).await.status), (200, 404));
    assert!(desk.target.members(group).is_empty());
    assert_eq!(desk.get(&format!("/users/{kim}.json")).await.body["group_ids"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn lists_of_groups_have_members_only_by_option() {
    let lists = async |memberships_in_lists| {
        let options = SamanageOptions { memberships_in_lists, ..SamanageOptions::default() };
        let desk = Desk::open_with(options).await;
        desk.get("/groups.json").await.body[0].get("memberships").is_some()
    };
    assert!(!lists(false).await && lists(true).await);
}

#[tokio::test]
async fn a_membership_names_its_user_in_one_of_two_ways() {
    let desk = Desk::open_with(SamanageOptions { members: MemberStyle::Record, ..Default::default() }).await;
    let kim = desk.seat("Kim Ito");
    let group = desk.place(Kind::Groups, "Service desk");
    let id = desk.target.insert_member(group, kim).unwrap();
    let heard = desk.get(&format!("/groups/{group}.json")).await;
    let user = json!({"id": kim, "name": "Kim Ito", "email": "kim.ito@example.com"});
    assert_eq!(heard.body["memberships"], json!([{"id": id, "group_id": group, "user": user}]));
}

#[tokio::test]
async fn a_deleted_group_is_gone_and_group_zero_was_never_there() {
    let desk = Desk::open().await;
    let kim = desk.seat("Kim Ito");
    let group = desk.place(Kind::Groups, "Service desk");
    desk.target.insert_member(group, kim).unwrap();
    let heard = desk.delete(&format!("/groups/{group}.json")).await;
    assert_eq!((heard.status, heard.body), (200, json!({"messages": {"message": "Deleted group"}})));
    assert_eq!(desk.get(&format!("/groups/{group}.json")).await.status, 404);
    assert_eq!(desk.delete("/groups/0.json").await.status, 404);
    assert_eq!(desk.target.user("kim.ito@example.com").unwrap()["group_ids"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn personal_groups_are_not_written() {
    let desk = Desk::open().await;
    let kim = desk.seat("Kim Ito");
    let own = desk.target.records(Kind::Groups)[0].clone();
    let path = format!("/groups/{}.json", own["id"]);
    assert_eq!(desk.put(&path, json!({"group": {"name": "X"}})).await.status, 422);
    assert_eq!(desk.delete(&path).await.status, 422);
    let add = format!("/memberships.json?group_id={}&user_ids={kim}", own["id"]);
    assert_eq!(desk.post_nothing(&add).await.status, 422);
    let membership = &own["memberships"][0]["id"];
    assert_eq!(desk.delete(&format!("/memberships/{membership}.json")).await.status, 422);
    let unchanged: Vec<Value> = desk.target.records(Kind::Groups);
    assert_eq!(unchanged[0], own);
}
