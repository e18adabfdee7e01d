//! The schema of a job over the API: looked at, replaced, restored; expressions tried out.

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use serde_json::{Value, json};

use crate::harness::{Answer, Client, TestPortal, send};

/// A portal with one application, a client, and the address of its job.
async fn start() -> (TestPortal, Client, String) {
    let portal = TestPortal::start().await;
    let client = portal.client().await;
    let templates = client.all("/applicationTemplates?$filter=displayName%20eq%20'SCIM%20application'").await;
    let template = templates[0]["id"].as_str().unwrap();
    let path = format!("/applicationTemplates/{template}/instantiate");
    let made = client.post(&path, json!({ "displayName": "Sample" }), 201).await;
    let root = format!(
        "/servicePrincipals/{}/synchronization/jobs",
        made["servicePrincipal"]["id"].as_str().unwrap()
    );
    let job = client.all(&root).await[0]["id"].as_str().unwrap().to_owned();
    (portal, client, format!("{root}/{job}"))
}

async fn send_schema(
    portal: &TestPortal,
    client: &Client,
    method: Method,
    path: &str,
    tag: &str,
    body: &Value,
) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(format!("/v1.0{path}"))
        .header(header::HOST, "purser.test")
        .header(header::AUTHORIZATION, format!("Bearer {}", client.token))
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::IF_MATCH, tag)
        .body(Body::from(body.to_string()))
        .unwrap();
    send(&portal.router, request).await
}

fn rename(schema: &Value, name: &str) -> Value {
    let mut schema = schema.clone();
    schema["synchronizationRules"][0]["objectMappings"][0]["name"] = name.into();
    schema
}

fn name_of(schema: &Value) -> &str {
    schema["synchronizationRules"][0]["objectMappings"][0]["name"].as_str().unwrap()
}

#[tokio::test]
async fn a_schema_is_got_edited_put_back_and_restored() {
    let (_portal, client, job) = start().await;
    let path = format!("{job}/schema");
    let answer = client.call(Method::GET, &path, None).await.expect(200);
    let schema = answer.json();
    assert_eq!(schema["id"], job.rsplit('/').next().unwrap());
    assert_eq!(answer.header("etag"), schema["@odata.etag"].as_str().unwrap());
    assert!(schema["directories"][1]["objects"][0]["attributes"].as_array().unwrap().len() > 20);
    client.call(Method::PUT, &path, Some(rename(&schema, "Mine"))).await.expect(204);
    let changed = client.get(&path).await;
    assert_eq!(name_of(&changed), "Mine");
    let version = |schema: &Value| schema["version"].as_str().unwrap().parse::<i64>().unwrap();
    assert_eq!(version(&changed), version(&schema) + 1);
    client.call(Method::DELETE, &path, None).await.expect(204);
    let restored = client.get(&path).await;
    assert_eq!(restored["synchronizationRules"], schema["synchronizationRules"]);
    let audits = client.all("/auditLogs/directoryAudits").await;
    let edits =
        audits.iter().filter(|row| row["activityDisplayName"] == "Update attribute mappings or scope");
    assert_eq!(edits.count(), 2);
}

#[tokio::test]
async fn a_document_from_elsewhere_is_taken_whatever_its_id_and_version() {
    let (_portal, client, job) = start().await;
    let path = format!("{job}/schema");
    let mut document = rename(&client.get(&path).await, "Exported elsewhere");
    document["id"] = "scim.0000.1111".into();
    document["version"] = "Date:2020-03-16T07:00:00.0000000Z, Version:4".into();
    document["@odata.context"] = "https://graph.microsoft.com/v1.0/$metadata#whatever".into();
    document["@odata.etag"] = "W/\"elsewhere\"".into();
    document["provisioningTaskIdentifier"] = "kept".into();
    client.call(Method::PUT, &path, Some(document)).await.expect(204);
    let stored = client.get(&path).await;
    assert_eq!(
        (name_of(&stored), &stored["provisioningTaskIdentifier"]),
        ("Exported elsewhere", &json!("kept"))
    );
    assert_eq!(stored["id"], job.rsplit('/').next().unwrap());
    assert!(stored["@odata.context"].as_str().unwrap().starts_with("http://purser.test/v1.0/"));
}

#[tokio::test]
async fn a_stale_tag_is_refused_with_412_wherever_it_stands() {
    let (portal, client, job) = start().await;
    let path = format!("{job}/schema");
    let old = client.get(&path).await;
    let tag = old["@odata.etag"].as_str().unwrap().to_owned();
    let put =
        async |tag: &str, body: &Value| send_schema(&portal, &client, Method::PUT, &path, tag, body).await;
    put(&tag, &rename(&old, "First")).await.expect(204);
    let answer = put(&tag, &rename(&old, "Second")).await.expect(412);
    assert_eq!(answer.json()["error"]["code"], "Request_ConditionNotMet");
    client.call(Method::PUT, &path, Some(rename(&old, "Second"))).await.expect(412);
    send_schema(&portal, &client, Method::DELETE, &path, &tag, &json!({})).await.expect(412);
    put("\"nonsense\"", &rename(&old, "Second")).await.expect(412);
    assert_eq!(name_of(&client.get(&path).await), "First");
    let mut without_tag = rename(&old, "Third");
    without_tag.as_object_mut().unwrap().shift_remove("@odata.etag");
    put("*", &without_tag).await.expect(204);
    assert_eq!(name_of(&client.get(&path).await), "Third");
}

#[tokio::test]
async fn a_document_that_cannot_work_is_refused_with_each_problem_and_its_place() {
    let (_portal, client, job) = start().await;
    let path = format!("{job}/schema");
    let mut schema = client.get(&path).await;
    let rows = &mut schema["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"];
    rows[2]["source"] =
        json!({ "type": "Function", "name": "Swich", "expression": "Swich([a])", "parameters": [] });
    rows[3]["source"] =
        json!({ "type": "Attribute", "name": "jobTitel", "expression": "[jobTitel]", "parameters": [] });
    let error = client.call(Method::PUT, &path, Some(schema)).await.expect(400).json();
    let error = &error["error"];
    assert!(error["message"].as_str().unwrap().contains("nothing was changed"), "{error}");
    let details = error["details"].as_array().unwrap();
    assert!(details.len() >= 2, "{error}");
    for detail in details {
        assert!(detail["code"].is_string() && detail["message"].is_string(), "{detail}");
    }
    let place = "USER_TO_USER/Synchronize Purser Users to Sample/displayName";
    assert!(details.iter().any(|detail| detail["target"] == place), "{error}");

    for body in
        [json!({}), json!({ "directories": [] }), json!({ "synchronizationRules": "x" }), json!([]), json!(7)]
    {
        client.call(Method::PUT, &path, Some(body)).await.expect(400);
    }
    client.call(Method::PUT, &path, None).await.expect(415);
    let elsewhere = format!("{}/schema", job.replace(job.rsplit('/').next().unwrap(), "nothing"));
    client.call(Method::PUT, &elsewhere, Some(json!({}))).await.expect(404);
    client.call(Method::DELETE, &elsewhere, None).await.expect(404);
    client.call(Method::PATCH, &path, Some(json!({}))).await.expect(405);
}

#[tokio::test]
async fn functions_and_filter_operators_are_listed_in_graphs_shape() {
    let (_portal, client, job) = start().await;
    let functions = client.all(&format!("{job}/schema/functions")).await;
    let join = functions.iter().find(|function| function["name"] == "Join").unwrap();
    let separator = &join["parameters"][0];
    assert!(separator["name"].is_string());
    assert_eq!(
        (&separator["required"], &separator["allowMultipleOccurrences"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(separator["type"], "String");
    assert!(functions.len() > 40, "{}", functions.len());
    let operators = client.all(&format!("{job}/schema/filterOperators")).await;
    let equals = operators.iter().find(|operator| operator["name"] == "EQUALS").unwrap();
    assert_eq!(equals["arity"], "Binary");
    assert!(equals["supportedAttributeTypes"].as_array().unwrap().contains(&json!("String")));
    client.call(Method::GET, &format!("{job}x/schema/functions"), None).await.expect(404);
    client.call(Method::GET, &format!("{job}x/schema/filterOperators"), None).await.expect(404);
    client.call(Method::GET, &format!("{job}/schema/functions?$filter=a%20eq%201"), None).await.expect(400);
}

#[tokio::test]
async fn an_expression_is_parsed_and_evaluated_on_a_test_object() {
    let (_portal, client, job) = start().await;
    let path = format!("{job}/schema/parseExpression");
    let body = json!({
        "expression": "Join(\"-\", [objectId], [flag], [count], [list])",
        "testInputObject": { "definition": null, "properties": [
            { "key": "objectId", "value": "7c" }, { "key": "flag", "value": true },
            { "key": "count", "value": 3 }, { "key": "list", "value": ["a", "b"] },
            { "key": "none", "value": null }, { "key": "object", "value": { "a": 1 } },
        ] },
        "targetAttributeDefinition": null,
    });
    let answer = client.post(&path, body, 200).await;
    assert_eq!((&answer["parsingSucceeded"], &answer["evaluationSucceeded"]), (&json!(true), &json!(true)));
    assert_eq!(answer["evaluationResult"], json!(["7c-True-3-a-b"]));
    assert_eq!((&answer["parsedExpression"]["type"], &answer["error"]), (&json!("Function"), &Value::Null));

    let answer = client.post(&path, json!({ "expression": "Join(\"-\"," }), 200).await;
    assert_eq!((&answer["parsingSucceeded"], &answer["evaluationSucceeded"]), (&json!(false), &json!(false)));
    assert_eq!((&answer["evaluationResult"], &answer["parsedExpression"]), (&json!([]), &Value::Null));
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(message.starts_with("line 1, column "), "{message}");

    let target = json!({ "name": "count", "type": "Integer", "multivalued": false, "anchor": false, "caseExact": true });
    let body = json!({ "expression": "\"many\"", "targetAttributeDefinition": target });
    let answer = client.post(&path, body, 200).await;
    assert_eq!((&answer["parsingSucceeded"], &answer["evaluationSucceeded"]), (&json!(true), &json!(false)));
    assert_eq!(answer["error"]["code"], "ValueDoesNotFit");
}

#[tokio::test]
async fn a_question_about_an_expression_that_makes_no_sense_is_refused() {
    let (_portal, client, job) = start().await;
    let path = format!("{job}/schema/parseExpression");
    for body in [
        json!({}),
        json!({ "expression": 7 }),
        json!({ "expression": "[a]", "testInputObject": [] }),
        json!({ "expression": "[a]", "testInputObject": { "properties": {} } }),
        json!({ "expression": "[a]", "testInputObject": { "properties": [1] } }),
        json!({ "expression": "[a]", "testInputObject": { "properties": [{ "value": 1 }] } }),
        json!({ "expression": "[a]", "targetAttributeDefinition": { "type": "Number" } }),
        json!({ "expression": "[a]", "testInput": {} }),
    ] {
        client.post(&path, body, 400).await;
    }
    client.post(&format!("{job}x/schema/parseExpression"), json!({ "expression": "[a]" }), 404).await;
    let long = "[a]".repeat(5_000);
    let answer = client.post(&path, json!({ "expression": long }), 200).await;
    assert_eq!(answer["parsingSucceeded"], false);
}
