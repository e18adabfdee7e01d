//! How many statements a request costs: sea-orm opens a span for each, and here they are counted.
//!
//! The figures are upper bounds. A change that needs one more says so here.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::http::Method;
use purser_testkit::{ScimTarget, TargetOptions};
use serde_json::{Value, json};
use tracing::{Subscriber, span};
use tracing_subscriber::{Layer, layer::Context, layer::SubscriberExt, registry};

use crate::harness::{Answer, Client, TestPortal};

#[derive(Clone, Default)]
struct Statements(Arc<AtomicUsize>);

impl<S: Subscriber> Layer<S> for Statements {
    fn on_new_span(&self, span: &span::Attributes<'_>, _id: &span::Id, _context: Context<'_, S>) {
        let metadata = span.metadata();
        let is_statement = metadata.name().ends_with("_raw") || metadata.name() == "execute_unprepared";
        if is_statement && metadata.target().starts_with("sea_orm::database") {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Sends a request and counts the statements until its answer.
async fn count(client: &Client, method: Method, path: &str, body: Option<Value>) -> (usize, Answer) {
    let statements = Statements::default();
    let guard = tracing::subscriber::set_default(registry().with(statements.clone()));
    let answer = client.call(method, path, body).await;
    drop(guard);
    (statements.0.load(Ordering::Relaxed), answer)
}

#[tokio::test]
async fn a_request_about_a_job_costs_no_more_statements_than_it_needs() {
    let portal = TestPortal::start().await;
    let client = portal.client().await;
    let target = ScimTarget::start(TargetOptions::default()).await.unwrap();
    let templates = client.all("/applicationTemplates?$filter=displayName%20eq%20'SCIM%20application'").await;
    let path = format!("/applicationTemplates/{}/instantiate", templates[0]["id"].as_str().unwrap());
    let made = client.post(&path, json!({ "displayName": "Sample" }), 201).await;
    let root =
        format!("/servicePrincipals/{}/synchronization", made["servicePrincipal"]["id"].as_str().unwrap());
    let pairs = [("BaseAddress", target.base_url()), ("SecretToken", target.token().to_owned())];
    let pairs: Vec<Value> = pairs.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
    client.call(Method::PUT, &format!("{root}/secrets"), Some(json!({ "value": pairs }))).await.expect(204);
    let job = format!("{root}/jobs/{}", client.all(&format!("{root}/jobs")).await[0]["id"].as_str().unwrap());
    let mut schema = client.get(&format!("{job}/schema")).await;
    schema["synchronizationRules"][0]["name"] = "Renamed".into();

    for (method, path, body, most) in [
        (Method::GET, format!("{job}/schema"), None, 5),
        (Method::PUT, format!("{job}/schema"), Some(schema), 10),
        (Method::POST, format!("{job}/start"), None, 7),
        (Method::POST, format!("{job}/pause"), None, 7),
        (Method::POST, format!("{job}/restart"), None, 6),
        (Method::GET, format!("{job}/schema/functions"), None, 2),
        (Method::GET, format!("{job}/profile"), None, 4),
    ] {
        let (statements, answer) = count(&client, method.clone(), &path, body).await;
        assert!(answer.status.is_success(), "{}", answer.text);
        assert!(statements <= most, "{method} {path} took {statements} statements, more than {most}");
    }
}
