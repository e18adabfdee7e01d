//! Custom fields, with a shape for writing and one for reading.
use purser_testkit::{FieldType, Misshapen, SamanageOptions};
use serde_json::{Value, json};

use crate::support::{Desk, Heard};

async fn write(desk: &Desk, user: u64, fields: Value) -> Heard {
    let body = json!({"user": {"title": "Clerk", "custom_fields_values": fields}});
    desk.put(&format!("/users/{user}.json"), body).await
}

fn one(name: &str, value: Value) -> Value {
    json!({"custom_fields_value": [{"name": name, "value": value}]})
}

#[tokio::test]
async fn they_are_written_in_one_shape_and_read_in_another() {
    let desk = Desk::open().await;
    let kim = desk.seat("Kim Ito");
    let field = desk.target.insert_custom_field("Badge", FieldType::Text);
    let heard = write(&desk, kim, one("Badge", json!("A-1"))).await;
    let read = &heard.body["custom_fields_values"];
    let id = read[0]["id"].clone();
    let expected = json!([{
        "id": id, "custom_field_id": field, "name": "Badge", "value": "A-1", "type_name": "Text",
    }]);
    assert_eq!(read, &expected);
    let heard = write(&desk, kim, one("Badge", json!("A-2"))).await;
    assert_eq!(heard.body["custom_fields_values"][0]["id"], id, "a value keeps its id");
}

#[tokio::test]
async fn the_shape_of_reading_is_500_when_written() {
    let desk = Desk::open().await;
    let kim = desk.seat("Kim Ito");
    desk.target.insert_custom_field("Badge", FieldType::Text);
    for wrong in [json!([{"name": "Badge", "value": "A-1"}]), json!({"Badge": "A-1"}), json!("A-1")] {
        assert_eq!(write(&desk, kim, wrong.clone()).await.status, 500, "{wrong}");
        let user = json!({"name": "L", "email": "l@example.com", "custom_fields_values": wrong});
        assert_eq!(desk.post("/users.json", json!({"user": user})).await.status, 500);
    }
    let user = desk.target.user("kim.ito@example.com").unwrap();
    assert_eq!((&user["title"], &user["custom_fields_values"]), (&json!(""), &json!([])), "nothing is done");
    assert!(desk.target.user("l@example.com").is_none() && desk.target.mails().is_empty());
}

#[tokio::test]
async fn the_shape_of_reading_is_ignored_when_written_by_option() {
    let options = SamanageOptions { misshapen: Misshapen::Ignored, ..SamanageOptions::default() };
    let desk = Desk::open_with(options).await;
    let kim = desk.seat("Kim Ito");
    desk.target.insert_custom_field("Badge", FieldType::Text);
    let heard = write(&desk, kim, json!([{"name": "Badge", "value": "A-1"}])).await;
    assert_eq!((heard.status, &heard.body["custom_fields_values"]), (200, &json!([])));
    assert_eq!(heard.body["title"], "Clerk", "the rest is done");
}

#[tokio::test]
async fn unknown_fields_and_values_that_do_not_fit_are_ignored_with_a_200() {
    let desk = Desk::open().await;
    let kim = desk.seat("Kim Ito");
    desk.target.insert_custom_field("Start", FieldType::Date);
    desk.target.insert_custom_field("Floor", FieldType::Number);
    desk.target.insert_custom_field("Remote", FieldType::Checkbox);
    desk.target.insert_custom_field("Buddy", FieldType::User);
    let fields = json!({"custom_fields_value": [
        {"name": "Nothing", "value": "x"}, {"name": "Start", "value": "soon"}, {"name": "Floor", "value": "top"},
        {"name": "Remote", "value": "maybe"}, {"name": "Buddy", "value": "kim.ito@example.com"},
        {"name": "Buddy", "user_value": {"email": "nobody@example.com"}}, "x",
    ]});
    let heard = write(&desk, kim, fields).await;
    assert_eq!((heard.status, &heard.body["custom_fields_values"]), (200, &json!([])));
}

#[tokio::test]
async fn dates_come_back_in_another_format() {
    let desk = Desk::open().await;
    let kim = desk.seat("Kim Ito");
    desk.target.insert_custom_field("Start", FieldType::Date);
    for sent in ["2026-01-15", "Jan 15, 2026"] {
        let heard = write(&desk, kim, one("Start", json!(sent))).await;
        assert_eq!(heard.body["custom_fields_values"][0]["value"], "Jan 15, 2026");
    }
}

#[tokio::test]
async fn every_type_takes_its_own_values() {
    let desk = Desk::open().await;
    let kim = desk.seat("Kim Ito");
    desk.target.insert_custom_field("Floor", FieldType::Number);
    desk.target.insert_custom_field("Remote", FieldType::Checkbox);
    desk.target.insert_custom_field("Buddy", FieldType::User);
    let fields = json!({"custom_fields_value": [
        {"name": "Floor", "value": 7}, {"name": "Remote", "value": true},
        {"name": "Buddy", "user_value": {"email": "ADMIN@example.com"}},
    ]});
    let heard = write(&desk, kim, fields).await;
    let values: Vec<_> =
        heard.body["custom_fields_values"].as_array().unwrap().iter().map(|field| &field["value"]).collect();
    assert_eq!(values, ["7", "true", "admin@example.com"]);
}

#[tokio::test]
async fn an_empty_text_clears_a_field() {
    let desk = Desk::open().await;
    let kim = desk.seat("Kim Ito");
    desk.target.insert_custom_field("Start", FieldType::Date);
    write(&desk, kim, one("Start", json!("2026-01-15"))).await;
    let heard = write(&desk, kim, one("Start", json!(""))).await;
    assert_eq!(heard.body["custom_fields_values"][0]["value"], "");
}

#[tokio::test]
async fn groups_have_them_too() {
    let desk = Desk::open().await;
    desk.target.insert_custom_field("Badge", FieldType::Text);
    let group = json!({"name": "Service desk", "custom_fields_values": one("Badge", json!("A-1"))});
    let heard = desk.post("/groups.json", json!({"group": group})).await;
    assert_eq!(heard.body["custom_fields_values"][0]["value"], "A-1");
}
