//! Roles, sites and departments.
use purser_testkit::Kind;
use serde_json::json;

use crate::support::Desk;

const KINDS: [(&str, &str, Kind); 3] = [
    ("roles", "role", Kind::Roles),
    ("sites", "site", Kind::Sites),
    ("departments", "department", Kind::Departments),
];

#[tokio::test]
async fn they_are_created_read_changed_and_deleted() {
    let desk = Desk::open().await;
    for (service, word, kind) in KINDS {
        let body = json!({word: {"name": "North", "description": "Where it is cold"}});
        let heard = desk.post(&format!("/{service}.json"), body).await;
        assert_eq!((heard.status, &heard.body["description"]), (200, &json!("Where it is cold")));
        let path = format!("/{service}/{}.json", heard.id());
        assert_eq!(desk.get(&path).await.body, heard.body);
        let heard = desk.put(&path, json!({word: {"name": "South", "description": ""}})).await;
        assert_eq!((&heard.body["name"], &heard.body["description"]), (&json!("South"), &json!("")));
        let heard = desk.delete(&path).await;
        let message = json!({"messages": {"message": format!("Deleted {word}")}});
        assert_eq!((heard.status, heard.body), (200, message));
        for status in [desk.get(&path).await.status, desk.delete(&path).await.status] {
            assert_eq!(status, 404, "{service}");
        }
        assert!(desk.target.records(kind).iter().all(|record| record["name"] != "South"));
    }
}

#[tokio::test]
async fn a_name_is_needed_and_had_once() {
    let desk = Desk::open().await;
    for (service, word, kind) in KINDS {
        let north = desk.place(kind, "North");
        desk.place(kind, "South");
        let path = format!("/{service}.json");
        for body in [json!({}), json!({"name": ""}), json!({"name": "North"})] {
            let heard = desk.post(&path, json!({word: body})).await;
            assert!(heard.status == 422 && heard.body["name"].is_array(), "{service} {body}: {}", heard.body);
        }
        let path = format!("/{service}/{north}.json");
        for name in ["", "South"] {
            assert_eq!(desk.put(&path, json!({word: {"name": name}})).await.status, 422, "{service}");
        }
    }
}

#[tokio::test]
async fn a_role_has_its_own_members() {
    let desk = Desk::open().await;
    let body =
        json!({"role": {"name": "Agent", "description": "Works", "portal": true, "show_my_tasks": true}});
    let mut heard = desk.post("/roles.json", body).await;
    let id = heard.id();
    heard.body.as_object_mut().unwrap().remove("id");
    let role = json!({"name": "Agent", "description": "Works", "portal": true, "show_my_tasks": true});
    assert_eq!(heard.body, role, "role {id}");
}

#[tokio::test]
async fn what_is_deleted_is_nobodys_any_more() {
    let desk = Desk::open().await;
    for (_, word, kind) in KINDS {
        let id = desk.place(kind, "North");
        let kim = desk.seat(&format!("Kim {word}"));
        let path = format!("/users/{kim}.json");
        desk.put(&path, json!({"user": {word: {"name": "North"}}})).await;
        assert_eq!(desk.get(&path).await.body[word]["id"], id);
        assert!(desk.target.remove(kind, id) && !desk.target.remove(kind, id));
        assert_eq!(desk.get(&path).await.body[word], json!(null));
    }
}

#[tokio::test]
async fn they_are_found_by_a_part_of_their_name() {
    let desk = Desk::open().await;
    for name in ["Human Resources", "Resources", "Finance"] {
        desk.place(Kind::Departments, name);
    }
    let heard = desk.get("/departments.json?name=resources").await;
    assert_eq!(heard.texts("name"), ["Human Resources", "Resources"]);
}
