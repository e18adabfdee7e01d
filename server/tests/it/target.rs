//! What the API and the pages do with the target behind an application: credentials, discovery, profile, probe,
//! consent.

use axum::http::Method;
use purser_testkit::{Fault, FaultRule, OAuthOptions, OAuthServer, PatchStyle, ScimTarget, TargetOptions};
use serde_json::{Value, json};

use crate::harness::{Client, TestPortal, eventually};

/// A portal with one application, a client, and the addresses of the application and its job.
async fn start() -> (TestPortal, Client, String, String) {
    let portal = TestPortal::start().await.with_administrator().await;
    let client = portal.client().await;
    let templates = client.all("/applicationTemplates?$filter=displayName%20eq%20'SCIM%20application'").await;
    let path = format!("/applicationTemplates/{}/instantiate", templates[0]["id"].as_str().unwrap());
    let made = client.post(&path, json!({ "displayName": "Sample" }), 201).await;
    let root = format!("/servicePrincipals/{}", made["servicePrincipal"]["id"].as_str().unwrap());
    let jobs = client.all(&format!("{root}/synchronization/jobs")).await;
    let job = format!("{root}/synchronization/jobs/{}", jobs[0]["id"].as_str().unwrap());
    (portal, client, root, job)
}

async fn put_secrets(client: &Client, root: &str, pairs: &[(&str, &str)], status: u16) -> String {
    let value: Vec<Value> = pairs.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
    let path = format!("{root}/synchronization/secrets");
    client.call(Method::PUT, &path, Some(json!({ "value": value }))).await.expect(status).text
}

#[tokio::test]
async fn a_script_connects_discovers_probes_and_changes_the_profile() {
    let (_portal, client, root, job) = start().await;
    let options = TargetOptions { patch: PatchStyle::Missing, ..TargetOptions::default() };
    let target = ScimTarget::start(options).await.unwrap();
    let refused = put_secrets(&client, &root, &[("AppKey", "x")], 400).await;
    assert!(refused.contains("AppKey"), "{refused}");
    put_secrets(&client, &root, &[("BaseAddress", &target.base_url()), ("SecretToken", target.token())], 204)
        .await;
    let kept = client.get(&format!("{root}/synchronization/secrets")).await;
    assert!(kept.to_string().contains("AuthenticationType") && !kept.to_string().contains(target.token()));

    let directory = format!("{job}/schema/directories/target/discover");
    let found = client.post(&directory, json!({}), 200).await;
    assert_eq!(found["id"], "target");
    assert!(found["@purser.added"].is_array() && found["objects"].is_array(), "{found}");
    client.post(&format!("{job}/schema/directories/nothing/discover"), json!({}), 404).await;
    client.post(&format!("{job}/schema/directories/Purser/discover"), json!({}), 400).await;

    client.post(&format!("{job}/probe"), json!({ "readOnly": "yes" }), 400).await;
    let begun = client.post(&format!("{job}/probe"), json!({ "readOnly": false }), 202).await;
    assert_eq!(begun["readOnly"], false);
    eventually("the end of the probe", async || client.get(&format!("{job}/probe")).await["state"] == "done")
        .await;
    let report = client.get(&format!("{job}/probe")).await;
    let proposals = report["proposals"].as_array().unwrap();
    assert!(
        proposals.iter().any(|found| found["setting"] == "patch" && found["proposed"] == false),
        "{report}"
    );
    assert!(!report.to_string().contains(target.token()));

    let profile = format!("{job}/profile");
    let patched = client
        .call(Method::PATCH, &profile, Some(json!({ "patch": false, "page_size": 30 })))
        .await
        .expect(200);
    let own = |view: &Value| {
        let settings = view["settings"].as_array().unwrap().iter();
        settings.filter(|setting| setting["origin"] == "application").count()
    };
    assert_eq!(own(&patched.json()), 2);
    client.call(Method::PATCH, &profile, Some(json!({ "pach": false }))).await.expect(400);
    let back = json!({ "patch": null, "page_size": null });
    assert_eq!(own(&client.call(Method::PATCH, &profile, Some(back)).await.expect(200).json()), 0);
    assert_eq!(own(&client.get(&profile).await), 0);
}

#[tokio::test]
async fn the_blade_leads_to_the_consent_page_and_takes_back_only_what_it_began() {
    let (portal, client, root, _job) = start().await;
    let id = root.rsplit('/').next().unwrap();
    let server = OAuthServer::start(OAuthOptions::default()).await.unwrap();
    let mut browser = portal.signed_in().await;
    let blade = format!("/applications/{id}/provisioning");
    let generation = client_generation(&mut browser, &blade).await;
    let answer = browser
        .post(
            "/api/authorize",
            &[
                ("form[application_id]", id),
                ("form[generation]", &generation),
                ("form[mode]", "Automatic"),
                ("form[tenant_url]", &server.tenant_url()),
                ("form[credential_method]", "authorizationCode"),
                ("form[credentials][authorizationCode.Oauth2AuthorizationUri]", &server.authorization_url()),
                ("form[credentials][authorizationCode.Oauth2TokenExchangeUri]", &server.token_url()),
                ("form[credentials][authorizationCode.Oauth2ClientId]", "purser"),
                ("form[credentials][authorizationCode.Oauth2ClientSecret]", "cl1ent-s3cret"),
            ],
        )
        .await;
    assert_eq!(answer.location(), format!("{blade}?pane=authorize"), "{}", answer.text);
    let page = browser.get(&format!("{blade}?pane=authorize")).await.expect(200);
    assert!(page.text.contains(&server.authorization_url()), "the way to the consent page is there");
    assert!(page.text.contains("http://purser.test/oauth/callback") && !page.text.contains("cl1ent-s3cret"));

    // Somebody else's answer is not taken, and ends what was begun.
    let answer = browser.get("/oauth/callback?code=x&state=forged").await.expect(303);
    assert_eq!(answer.location(), blade);
    let page = browser.get(&blade).await.expect(200);
    assert!(page.text.contains("belongs to no consent that was begun here"), "told on the blade");
    assert_eq!(
        browser.get("/oauth/callback?code=x&state=forged").await.expect(303).location(),
        "/applications"
    );
    drop(client);
}

/// The generation that the blade's form holds.
async fn client_generation(browser: &mut crate::harness::Browser, blade: &str) -> String {
    let page = browser.get(blade).await.expect(200).text;
    let (_, rest) = page.split_once("name=\"form[generation]\" value=\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

#[tokio::test]
async fn what_a_probe_would_cure_is_told_with_a_link_to_it() {
    let (portal, client, root, _job) = start().await;
    let id = root.rsplit('/').next().unwrap();
    let target = ScimTarget::start(TargetOptions::default()).await.unwrap();
    put_secrets(&client, &root, &[("BaseAddress", &target.base_url()), ("SecretToken", target.token())], 204)
        .await;
    let link = format!("<a href=\"/applications/{id}/provisioning/probe\">Start a capability probe</a>");
    let blade = format!("/applications/{id}/provisioning");
    let mut browser = portal.signed_in().await;
    assert!(!browser.get(&blade).await.expect(200).text.contains(&link));
    target.break_with(FaultRule::always(Fault::Status(415)));
    let url = target.base_url();
    let form = [("form[application_id]", id), ("form[mode]", "automatic"), ("form[tenant_url]", &url)];
    browser.post("/api/test_connection_in_page", &form).await.expect(303);
    let page = browser.get(&blade).await.expect(200).text;
    assert!(page.contains("A capability probe finds out") && page.contains(&link), "{page}");
}

#[tokio::test]
async fn pages_about_the_target_show_and_explain_without_a_script() {
    let (portal, client, root, _job) = start().await;
    let id = root.rsplit('/').next().unwrap();
    let target = ScimTarget::start(TargetOptions::default()).await.unwrap();
    let mut browser = portal.signed_in().await;
    let probe = format!("/applications/{id}/provisioning/probe");
    let page = browser.get(&probe).await.expect(200).text;
    assert!(page.contains("The probe needs working credentials"), "{page}");
    put_secrets(&client, &root, &[("BaseAddress", &target.base_url()), ("SecretToken", target.token())], 204)
        .await;
    let answer =
        browser.post("/api/start_probe", &[("form[application_id]", id), ("form[depth]", "read")]).await;
    assert_eq!(answer.location(), format!("{probe}#result"));
    eventually("the result on the page", {
        let browser = browser.clone();
        let probe = probe.clone();
        move || {
            let (mut browser, probe) = (browser.clone(), probe.clone());
            async move { browser.get(&probe).await.text.contains("were made.") }
        }
    })
    .await;
    let settings =
        [("form[application_id]", id), ("form[settings][page_size]", "20"), ("form[chosen][]", "page_size")];
    browser.post("/api/save_profile", &settings).await.expect(303);
    let page = browser.get(&probe).await.expect(200).text;
    assert!(page.contains("Take back page_size"), "{page}");
    let back = [("form[application_id]", id), ("form[take_back][]", "page_size")];
    browser.post("/api/save_profile", &back).await.expect(303);
    assert!(!browser.get(&probe).await.text.contains("Take back page_size"));

    let mapping = format!("/applications/{id}/provisioning/mappings/users");
    let answer = browser.post("/api/discover_attributes", &[("id", id), ("key", "users")]).await;
    assert_eq!(answer.location(), format!("{mapping}#discovery"));
    assert!(browser.get(&mapping).await.text.contains("attribute"));
    browser.post("/api/refresh_roles", &[("id", id)]).await.expect(303);
    let page = browser.get(&format!("/applications/{id}/users-and-groups")).await.text;
    assert!(page.contains("does not tell its roles"), "{page}");
}
