//! The main line through the API: people, groups, an application, provisioning, the log.

use axum::http::Method;
use purser_testkit::{ScimTarget, TargetOptions};
use serde_json::{Value, json};

use crate::harness::{Client, TestPortal, eventually};

#[tokio::test]
async fn people_are_made_found_changed_deleted_and_restored() {
    let portal = TestPortal::start().await;
    let client = portal.client().await;
    let body = json!({
        "userPrincipalName": "ada@example.com", "displayName": "Ada", "givenName": "Ada", "mailNickname": "ada",
        "accountEnabled": true, "businessPhones": ["+1 2"], "officeLocation": "Attic",
        "onPremisesExtensionAttributes": { "extensionAttribute3": "x" },
        "passwordProfile": { "password": "x", "forceChangePasswordNextSignIn": true },
    });
    let answer = client.call(Method::POST, "/users", Some(body)).await.expect(201);
    let ada = answer.json();
    let id = ada["id"].as_str().unwrap();
    assert!(answer.location().ends_with(&format!("/v1.0/users/{id}")));
    assert_eq!(ada["@odata.context"], "http://purser.test/v1.0/$metadata#users/$entity");
    assert_eq!((&ada["businessPhones"][0], &ada["officeLocation"]), (&json!("+1 2"), &json!("Attic")));
    assert_eq!(ada["onPremisesExtensionAttributes"]["extensionAttribute3"], "x");
    assert!(ada.get("passwordProfile").is_none());
    assert_eq!(client.get("/users/ADA@example.com").await["id"], id);
    client
        .call(
            Method::POST,
            "/users",
            Some(json!({ "userPrincipalName": "Ada@example.com", "displayName": "B" })),
        )
        .await
        .expect(409);

    client
        .call(
            Method::PATCH,
            "/users/ada@example.com",
            Some(json!({ "displayName": "Ada L", "givenName": null })),
        )
        .await
        .expect(204);
    let changed = client.get(&format!("/users/{id}?$select=displayName,givenName")).await;
    assert_eq!((&changed["displayName"], &changed["givenName"]), (&json!("Ada L"), &Value::Null));
    assert!(changed.get("mailNickname").is_none());

    let boss = client.create_user("boss@example.com", "Boss").await;
    client.call(Method::GET, &format!("/users/{id}/manager"), None).await.expect(404);
    let reference = json!({ "@odata.id": format!("https://graph.microsoft.com/v1.0/users/{boss}") });
    client.call(Method::PUT, &format!("/users/{id}/manager/$ref"), Some(reference.clone())).await.expect(204);
    assert_eq!(client.get(&format!("/users/{id}/manager")).await["id"], boss.as_str());
    client.call(Method::DELETE, &format!("/users/{id}/manager/%24ref"), None).await.expect(204);
    client.call(Method::GET, &format!("/users/{id}/manager/$ref"), None).await.expect(404);

    client.call(Method::DELETE, "/users/ada@example.com", None).await.expect(204);
    client.call(Method::GET, &format!("/users/{id}"), None).await.expect(404);
    assert_eq!(client.all("/directory/deletedItems/microsoft.graph.user").await[0]["id"], id);
    assert!(client.get(&format!("/directory/deletedItems/{id}")).await["deletedDateTime"].is_string());
    client.call(Method::POST, &format!("/directory/deletedItems/{id}/restore"), None).await.expect(200);
    client.get(&format!("/users/{id}")).await;
    client.call(Method::DELETE, &format!("/directory/deletedItems/{id}"), None).await.expect(404);
    client.call(Method::DELETE, &format!("/users/{id}"), None).await.expect(204);
    client.call(Method::DELETE, &format!("/directory/deletedItems/{id}"), None).await.expect(204);
    client.call(Method::GET, &format!("/directory/deletedItems/{id}"), None).await.expect(404);
}

#[tokio::test]
async fn lists_page_count_filter_and_search() {
    let portal = TestPortal::start().await;
    let client = portal.client().await;
    for index in 0..25 {
        client.create_user(&format!("p{index:02}@example.com"), &format!("Person {index:02}")).await;
    }
    let page = client.get("/users?$top=10&$count=true&$select=displayName").await;
    assert_eq!((page["value"].as_array().unwrap().len(), &page["@odata.count"]), (10, &json!(25)));
    let all = client.all("/users?$top=10&$select=displayName").await;
    let names: Vec<&str> = all.iter().map(|user| user["displayName"].as_str().unwrap()).collect();
    let expected: Vec<String> = (0..25).map(|index| format!("Person {index:02}")).collect();
    assert_eq!(names, expected);
    let found = client
        .all("/users?$top=2&$filter=startswith(displayName,'person%201')%20and%20accountEnabled%20eq%20true")
        .await;
    assert_eq!(found.len(), 10);
    assert_eq!(client.all("/users?$filter=userPrincipalName%20eq%20'P07@example.com'").await.len(), 1);
    assert_eq!(client.all("/users?$search=%22displayName:person%2007%22").await.len(), 1);
    assert!(client.all("/users?$filter=accountEnabled%20eq%20false").await.is_empty());
}

#[tokio::test]
async fn groups_and_their_members() {
    let portal = TestPortal::start().await;
    let client = portal.client().await;
    let (ada, bob) = (
        client.create_user("ada@example.com", "Ada").await,
        client.create_user("bob@example.com", "Bob").await,
    );
    let body = json!({
        "displayName": "Crew", "mailEnabled": false, "mailNickname": "crew", "securityEnabled": true, "groupTypes": [],
        "members@odata.bind": [format!("https://graph.microsoft.com/v1.0/users/{ada}")],
    });
    let crew = client.post("/groups", body, 201).await;
    let id = crew["id"].as_str().unwrap();
    let bob_reference = json!({ "@odata.id": format!("http://purser.test/v1.0/directoryObjects/{bob}") });
    client.post(&format!("/groups/{id}/members/$ref"), bob_reference, 204).await;
    let names = async |client: &Client| -> Vec<Value> {
        client
            .all(&format!("/groups/{id}/members?$top=1"))
            .await
            .iter()
            .map(|user| user["displayName"].clone())
            .collect()
    };
    assert_eq!(names(&client).await, ["Ada", "Bob"]);
    client.call(Method::DELETE, &format!("/groups/{id}/members/{ada}/$ref"), None).await.expect(204);
    assert_eq!(names(&client).await, ["Bob"]);
    client
        .call(Method::PATCH, &format!("/groups/{id}"), Some(json!({ "description": "All hands" })))
        .await
        .expect(204);
    client.post("/groups", json!({ "displayName": "Crew of two" }), 201).await;
    assert_eq!(client.all("/groups?$filter=displayName%20eq%20'crew'").await[0]["description"], "All hands");
    assert_eq!(client.all("/groups?$filter=startswith(displayName,'Crew')").await.len(), 2);
    client.call(Method::DELETE, &format!("/groups/{id}"), None).await.expect(204);
    client.call(Method::GET, &format!("/groups/{id}"), None).await.expect(404);
}

#[tokio::test]
async fn the_whole_line_ends_with_accounts_in_the_target() {
    let portal = TestPortal::start().await;
    let client = portal.client().await;
    let target = ScimTarget::start(TargetOptions::default()).await.unwrap();
    let engine = portal.assembly.engine.clone();
    let worker = tokio::spawn({
        let shutdown = portal.assembly.shutdown.clone();
        async move { engine.run(shutdown).await }
    });

    let ada = client.create_user("ada@example.com", "Ada").await;
    let bob = client.create_user("bob@example.com", "Bob").await;
    let group = client.post("/groups", json!({ "displayName": "Crew" }), 201).await;
    let group = group["id"].as_str().unwrap();
    let reference = json!({ "@odata.id": format!("http://purser.test/v1.0/users/{ada}") });
    client.post(&format!("/groups/{group}/members/$ref"), reference, 204).await;

    let templates = client.all("/applicationTemplates?$filter=displayName%20eq%20'SCIM%20application'").await;
    let template = templates[0]["id"].as_str().unwrap();
    let made = client
        .post(
            &format!("/applicationTemplates/{template}/instantiate"),
            json!({ "displayName": "Sample" }),
            201,
        )
        .await;
    let app = made["servicePrincipal"]["id"].as_str().unwrap();
    let root = format!("/servicePrincipals/{app}");
    assert_eq!(client.all("/servicePrincipals?$filter=displayName%20eq%20'Sample'").await[0]["id"], app);
    let role = made["servicePrincipal"]["appRoles"][0]["id"].as_str().unwrap();
    assert_eq!(made["servicePrincipal"]["appRoles"][0]["displayName"], "User");

    let job =
        client.post(&format!("{root}/synchronization/jobs"), json!({ "templateId": "scim" }), 201).await;
    assert_eq!(
        (&job["status"]["code"], &job["schedule"]["state"]),
        (&json!("NotConfigured"), &json!("Disabled"))
    );
    let job = format!("{root}/synchronization/jobs/{}", job["id"].as_str().unwrap());
    client.call(Method::POST, &format!("{job}/start"), None).await.expect(400);

    let credentials = |token: &str| json!([{ "key": "BaseAddress", "value": target.base_url() }, { "key": "SecretToken", "value": token }]);
    let wrong = client
        .post(&format!("{job}/validateCredentials"), json!({ "credentials": credentials("wrong") }), 400)
        .await;
    assert_eq!(wrong["error"]["code"], "CredentialValidationUnavailable");
    client
        .post(
            &format!("{job}/validateCredentials"),
            json!({ "credentials": credentials(target.token()) }),
            204,
        )
        .await;
    let secrets = json!({ "value": credentials(target.token()) });
    client.call(Method::PUT, &format!("{root}/synchronization/secrets"), Some(secrets)).await.expect(204);
    let kept = client.get(&format!("{root}/synchronization/secrets")).await;
    assert!(!kept.to_string().contains(target.token()), "a secret came out: {kept}");
    client.post(&format!("{job}/validateCredentials"), json!({ "useSavedCredentials": true }), 204).await;

    let assignment = json!({ "principalId": group, "resourceId": app, "appRoleId": role });
    let assigned = client.post(&format!("{root}/appRoleAssignedTo"), assignment, 201).await;
    assert_eq!(assigned["principalType"], "Group");
    client.call(Method::POST, &format!("{job}/start"), None).await.expect(204);
    eventually("Ada's account", async || target.account("ada@example.com").is_some()).await;
    assert_eq!(target.count(), 1, "Bob is not assigned");

    let assignment = json!({ "principalId": bob, "appRoleId": role });
    client.post(&format!("{root}/appRoleAssignedTo"), assignment, 201).await;
    eventually("Bob's account", async || target.account("bob@example.com").is_some()).await;
    client
        .call(Method::PATCH, &format!("/users/{bob}"), Some(json!({ "displayName": "Robert" })))
        .await
        .expect(204);
    eventually("Bob's new name", async || {
        target.account("bob@example.com").is_some_and(|account| account["displayName"] == "Robert")
    })
    .await;
    let assignments = client.all(&format!("{root}/appRoleAssignedTo")).await;
    assert_eq!(assignments.len(), 2);
    let id = assigned["id"].as_str().unwrap();
    client.call(Method::DELETE, &format!("{root}/appRoleAssignedTo/{id}"), None).await.expect(204);
    client.call(Method::DELETE, &format!("{root}/appRoleAssignedTo/{id}"), None).await.expect(404);
    eventually("Ada's account to be disabled", async || {
        target.account("ada@example.com").is_some_and(|account| account["active"] == false)
    })
    .await;

    let job_id = job.rsplit('/').next().unwrap();
    let filter = format!("jobId%20eq%20'{job_id}'%20and%20sourceIdentity/id%20eq%20'{ada}'");
    eventually("the log of what was done", async || {
        let rows = client.all(&format!("/auditLogs/provisioning?$top=1&$filter={filter}")).await;
        let actions: Vec<&str> = rows.iter().map(|row| row["provisioningAction"].as_str().unwrap()).collect();
        actions.contains(&"create") && actions.contains(&"disable")
    })
    .await;
    let rows = client
        .all(&format!("/auditLogs/provisioning?$filter={filter}%20and%20provisioningAction%20eq%20'create'"))
        .await;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["provisioningStatusInfo"]["status"], "success");
    assert!(rows[0]["provisioningSteps"].as_array().is_some_and(|steps| steps.len() > 1));
    assert!(rows[0]["modifiedProperties"].as_array().is_some_and(|properties| !properties.is_empty()));
    assert_eq!(rows[0]["servicePrincipal"]["id"], app);
    assert!(
        client
            .all("/auditLogs/provisioning?$filter=activityDateTime%20gt%202999-01-01T00:00:00Z")
            .await
            .is_empty()
    );

    let schema = client.get(&format!("{job}/schema")).await;
    let mappings =
        schema["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"].as_array().unwrap();
    assert!(
        mappings
            .iter()
            .any(|mapping| mapping["targetAttributeName"] == "userName" && mapping["matchingPriority"] == 1)
    );
    check_status(&client.get(&job).await);
    client.call(Method::POST, &format!("{job}/pause"), None).await.expect(204);
    assert_eq!(client.get(&job).await["schedule"]["state"], "Paused");
    client
        .post(
            &format!("{job}/restart"),
            json!({ "criteria": { "resetScope": "Watermark, Escrows, QuarantineState" } }),
            204,
        )
        .await;
    client.post(&format!("{job}/restart"), json!({ "criteria": { "resetScope": "Full" } }), 400).await;
    let audits = client.all("/auditLogs/directoryAudits").await;
    assert!(audits.iter().any(|row| row["activityDisplayName"] == "Enable/start provisioning configuration"));
    assert!(!json!(audits).to_string().contains(target.token()));

    portal.assembly.shutdown.cancel();
    worker.await.unwrap().unwrap();
}

/// What a job says about its cycles once some have finished.
fn check_status(job: &serde_json::Value) {
    let (schedule, status) = (&job["schedule"], &job["status"]);
    assert_eq!(schedule["interval"], "PT40M");
    let time =
        |value: &serde_json::Value| value.as_str().unwrap_or_default().parse::<jiff::Timestamp>().unwrap();
    for name in ["lastExecution", "lastSuccessfulExecution", "lastSuccessfulExecutionWithExports"] {
        let execution = &status[name];
        assert_eq!(execution["state"], "Succeeded", "{name}: {status}");
        assert!(time(&execution["timeBegan"]) <= time(&execution["timeEnded"]), "{name}: {status}");
        assert!(execution["activityIdentifier"].is_string(), "{name}: {status}");
    }
    let (first, last) = (&status["steadyStateFirstAchievedTime"], &status["steadyStateLastAchievedTime"]);
    assert!(time(first) <= time(last), "{status}");
    assert_eq!(last, &status["lastExecution"]["timeEnded"]);
    assert_eq!(status["countSuccessiveCompleteFailures"], 0);
    assert!(status["lastSuccessfulExecutionWithExports"]["countExported"].as_u64() > Some(0), "{status}");
    for unknown in ["troubleshootingUrl", "escrowsPruned"] {
        assert!(status.get(unknown).is_none(), "{unknown} is not known");
    }
}
