//! A portal whose every word is hostile, and a target that answers so.

use axum::{
    Json, Router,
    body::Body,
    http::{Method, StatusCode, Uri, header},
};
use purser_contract::import::ImportState;
use purser_service::Caller;
use serde_json::json;

use crate::{
    document::Document,
    harness::{Browser, Client, PASSWORD, TestPortal, eventually},
};

/// A value that leaves whatever it stands in.
pub(super) const HOSTILE: &str =
    r#"</textarea></title></script></style>--></noscript>"'><b data-hostile x="'>&lt;&amp;"#;
/// The same in several lines, for the fields that take them.
pub(super) const LINES: &str = "first\n</textarea></title>--></script>\"'><b data-hostile x=\"'>&lt;\n\nlast";
/// The same where few characters or no spaces are allowed.
pub(super) const SHORT: &str = r#""'></textarea></title><b/data-hostile>&lt;"#;
/// The same as a sign-in name.
pub(super) const UPN: &str = r#""'></textarea></title><b/data-hostile>&lt;@x.example"#;
/// The same as the name of a file, which ends at a slash.
pub(super) const FILE: &str = "'><b data-hostile x='>&lt;.csv";

/// A target that finds nobody, and refuses everything else in hostile words; below `/closed` it lets nobody in.
async fn start_target() -> String {
    let answer = async |uri: Uri, method: Method| {
        let refused = |status: StatusCode| {
            let body = json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
                "status": status.as_u16().to_string(),
                "scimType": SHORT,
                "detail": HOSTILE,
            });
            (status, Json(body))
        };
        match uri.path() {
            path if path.starts_with("/closed") => refused(StatusCode::UNAUTHORIZED),
            "/Users" | "/Groups" if method == Method::GET => {
                let list = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
                let body = json!({ "schemas": [list], "totalResults": 0, "startIndex": 1, "Resources": [] });
                (StatusCode::OK, Json(body))
            }
            _ => refused(StatusCode::BAD_REQUEST),
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
    format!("http://{address}")
}

/// A gallery file of the operator's own whose every word is hostile.
fn gallery_file() -> String {
    let file = include_str!("../../../../crates/connectors/gallery/scim.toml");
    let file = file.replace("8adf8e6e-67b2-4cf2-a259-e3dc5476c621", "8adf8e6e-67b2-4cf2-a259-e3dc5476c622");
    let (head, rest) = file.split_once("[tenant_url]").unwrap();
    let hostile = |text: &str, names: &[&str]| {
        let lines = text.lines().map(|line| match line.split_once(" = ") {
            Some((name, _)) if names.contains(&name) => format!("{name} = {}\n", json!(HOSTILE)),
            _ if line.starts_with("  \"") && names.contains(&"name") => format!("{},\n", json!(HOSTILE)),
            _ => format!("{line}\n"),
        });
        lines.collect::<String>()
    };
    let head = hostile(head, &["name", "publisher", "description"]);
    format!("{head}[tenant_url]{}", hostile(rest, &["help", "label"]))
}

/// A portal whose every word is hostile.
pub(super) struct Hostile {
    portal: TestPortal,
    pub(super) client: Client,
    pub(super) browser: Browser,
    target: String,
    pub(super) user: String,
    pub(super) group: String,
    pub(super) application: String,
    job: String,
}

impl Hostile {
    pub(super) async fn start() -> Self {
        let portal = TestPortal::start().await;
        let gallery = portal.assembly.settings().data_dir.join("gallery");
        std::fs::create_dir_all(&gallery).unwrap();
        std::fs::write(gallery.join("own.toml"), gallery_file()).unwrap();
        std::fs::write(gallery.join("<b data-hostile>.toml"), "nothing = true").unwrap();
        let system = Caller::System;
        portal.assembly.portal.create_administrator(&system, UPN, SHORT, PASSWORD).await.unwrap();
        let mut browser = portal.browser();
        assert_eq!(browser.sign_in(UPN, PASSWORD).await.location(), "/");
        let client = portal.client().await;
        let group =
            post(&mut browser, "save_group", &[("display_name", HOSTILE), ("description", LINES)]).await;
        let user = post(&mut browser, "save_user", &attributes(UPN)).await;
        let (group, user) = (id_of(&group), id_of(&user));
        let (engine, stop) = (portal.assembly.engine.clone(), portal.assembly.shutdown.clone());
        tokio::spawn(async move { engine.run(stop).await });
        let templates =
            client.all("/applicationTemplates?$filter=displayName%20eq%20'SCIM%20application'").await;
        let path = format!("/applicationTemplates/{}/instantiate", templates[0]["id"].as_str().unwrap());
        let made = client.post(&path, json!({ "displayName": HOSTILE }), 201).await;
        let application = made["servicePrincipal"]["id"].as_str().unwrap().to_owned();
        let root = format!("/servicePrincipals/{application}");
        let jobs = client.all(&format!("{root}/synchronization/jobs")).await;
        let job = format!("{root}/synchronization/jobs/{}", jobs[0]["id"].as_str().unwrap());
        let target = start_target().await;
        Self { portal, client, browser, target, user, group, application, job }
    }

    /// People, groups, assignments, tokens, notes, mappings.
    pub(super) async fn fill(&mut self) {
        let browser = &mut self.browser;
        let gone = post(browser, "save_user", &attributes(&format!("gone{UPN}"))).await;
        browser.post("/api/delete_user", &[("id", &id_of(&gone))]).await.expect(303);
        let members = [("group", &*self.group), ("users][", &*self.user)];
        post(browser, "add_members", &members).await;
        post(browser, "create_token", &[("name", HOSTILE)]).await;
        let service = &self.portal.assembly.portal;
        let stored = service.load_application(&Caller::System, &self.application).await.unwrap();
        let generation = stored.generation.to_string();
        let properties = [
            ("id", &*self.application),
            ("generation", &*generation),
            ("display_name", HOSTILE),
            ("notes", LINES),
        ];
        post(browser, "save_properties", &properties).await;
        let principal = self.client.get(&format!("/servicePrincipals/{}", self.application)).await;
        let role = principal["appRoles"][0]["id"].as_str().unwrap();
        let assignment = [
            ("application_id", &*self.application),
            ("role_id", role),
            ("users][", &*self.user),
            ("groups][", &*self.group),
        ];
        post(browser, "assign", &assignment).await;

        let schema = format!("{}/schema", self.job);
        let mut document = self.client.get(&schema).await;
        let mapping = &mut document["synchronizationRules"][0]["objectMappings"][0];
        mapping["name"] = HOSTILE.into();
        let attributes = mapping["attributeMappings"].as_array_mut().unwrap();
        let title = attributes.iter_mut().find(|row| row["targetAttributeName"] == "title").unwrap();
        title["defaultValue"] = SHORT.into();
        self.client.call(Method::PUT, &schema, Some(document)).await.expect(204);
    }

    /// A cycle that the target refuses, then one that it lets nobody in for.
    pub(super) async fn provision(&mut self) {
        self.point_at(&self.target).await;
        self.client.call(Method::POST, &format!("{}/start", self.job), None).await.expect(204);
        let client = self.client.clone();
        eventually("the refused account in the log", async || {
            let rows = client.all("/auditLogs/provisioning").await;
            rows.iter().any(|row| row["provisioningStatusInfo"]["status"] == "failure")
        })
        .await;
        let closed = format!("{}/closed", self.target);
        self.point_at(&closed).await;
        self.client.call(Method::POST, &format!("{}/restart", self.job), Some(json!({}))).await.expect(204);
        eventually("the quarantine", async || client.get(&self.job).await["status"]["code"] == "Quarantine")
            .await;
    }

    async fn point_at(&self, address: &str) {
        let path = format!("/servicePrincipals/{}/synchronization/secrets", self.application);
        let secrets = json!({ "value": [
            { "key": "BaseAddress", "value": address },
            { "key": "SecretToken", "value": "a-secret-token" },
        ]});
        self.client.call(Method::PUT, &path, Some(secrets)).await.expect(204);
    }

    /// Two imports, one done and one to look at first.
    pub(super) async fn import(&mut self) -> [String; 2] {
        let [first, second] = [self.upload().await, self.upload().await];
        let (service, stop) = (self.portal.assembly.portal.clone(), self.portal.assembly.shutdown.clone());
        tokio::spawn(async move { service.work_imports(stop).await });
        self.browser.post("/api/start_import", &[("id", &first)]).await.expect(303);
        let service = self.portal.assembly.portal.clone();
        eventually("the end of the import", async || {
            let import = service.load_import(&Caller::System, &first).await.unwrap();
            matches!(import.state, ImportState::Done | ImportState::Failed)
        })
        .await;
        [first, second]
    }

    async fn upload(&mut self) -> String {
        let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let file = format!(
            "userPrincipalName,displayName,manager,{}\r\nfine@x.example,{},,{}\r\nbad@x.example,x,{},\r\n{},x,,\r\n",
            quoted(HOSTILE),
            quoted(HOSTILE),
            quoted(HOSTILE),
            quoted(HOSTILE),
            quoted(SHORT)
        );
        let body = format!(
            "--cut\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{FILE}\"\r\n\
             content-type: text/csv\r\n\r\n{file}\r\n--cut--\r\n"
        );
        let request = self
            .browser
            .request(Method::POST, "/api/upload_import")
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=cut")
            .body(Body::from(body))
            .unwrap();
        let answer = self.browser.send(request).await.expect(303);
        answer.location().strip_prefix("/imports/").unwrap().to_owned()
    }

    /// Forms that are refused, or answered on their page: where each leads, and what must be read there.
    pub(super) async fn answers(&mut self) -> Vec<Document> {
        let (user, group, application) = (self.user.clone(), self.group.clone(), self.application.clone());
        let closed = format!("{}/closed", self.target);
        let long = HOSTILE.repeat(20);
        let stored = self.portal.assembly.portal.load_user(&Caller::System, &user).await.unwrap();
        let generation = stored.generation.to_string();
        let mut person = attributes(UPN);
        person.extend([("id", &*user), ("generation", &*generation), ("manager", HOSTILE)]);
        let forms: Vec<(&str, Vec<(&str, &str)>)> = vec![
            (
                "save_group",
                vec![("id", &group), ("generation", "0"), ("display_name", HOSTILE), ("description", LINES)],
            ),
            ("save_group", vec![("id", ""), ("display_name", &long), ("description", LINES)]),
            ("save_user", person),
            (
                "save_properties",
                vec![("id", &application), ("generation", "0"), ("display_name", SHORT), ("notes", LINES)],
            ),
            ("add_members", vec![("group", &group), ("names", SHORT), ("search", HOSTILE)]),
            ("create_token", vec![("name", &long)]),
            ("create_application", vec![("template_id", HOSTILE), ("display_name", HOSTILE)]),
            ("assign", vec![("application_id", &application), ("role_id", HOSTILE), ("users][", &user)]),
            (
                "test_expression",
                vec![("application_id", &application), ("expression", HOSTILE), ("search", HOSTILE)],
            ),
            (
                "test_connection_in_page",
                vec![
                    ("application_id", &application),
                    ("tenant_url", &closed),
                    ("credentials][SecretToken", "x"),
                    ("notification_email", HOSTILE),
                ],
            ),
            (
                "save_provisioning",
                vec![
                    ("application_id", &application),
                    ("tenant_url", HOSTILE),
                    ("mode", HOSTILE),
                    ("scope", HOSTILE),
                ],
            ),
            ("start_probe", vec![("application_id", &application), ("depth", "full")]),
            ("save_profile", vec![("application_id", &application), ("settings][page_size", HOSTILE)]),
        ];
        let mut documents = Vec::new();
        for (name, fields) in forms {
            let to = post(&mut self.browser, name, &fields).await;
            documents.push(look(&mut self.browser, &to).await);
        }
        documents
    }

    /// The address of a page, with ids in place of its parameters.
    pub(super) fn fill_in(&self, path: &str, import: &str, log: &str) -> String {
        let mut before = "";
        let mut filled = String::new();
        for part in path.split('/').skip(1) {
            let id = match (part.starts_with(':') || part.starts_with('{'), before) {
                (false, _) => part,
                (true, "users") => &self.user,
                (true, "groups") => &self.group,
                (true, "applications") => &self.application,
                (true, "imports") => import,
                (true, "provisioning-logs") => log,
                (true, "mappings") => "users",
                (true, other) => panic!("what is an id after {other}?"),
            };
            filled.push('/');
            filled.push_str(id);
            before = part;
        }
        filled
    }
}

/// All fields of a person that take any text.
pub(super) fn attributes(upn: &str) -> Vec<(&'static str, &str)> {
    vec![
        ("attributes][userPrincipalName", upn),
        ("attributes][displayName", HOSTILE),
        ("attributes][givenName", HOSTILE),
        ("attributes][surname", HOSTILE),
        ("attributes][mail", UPN),
        ("attributes][jobTitle", HOSTILE),
        ("attributes][department", HOSTILE),
        ("attributes][streetAddress", LINES),
        ("attributes][postalCode", SHORT),
        ("attributes][extensionAttribute1", HOSTILE),
        ("account_enabled", "true"),
    ]
}

/// Posts a form and gives the address that it leads to. A field `a][b` is `form[a][b]`.
async fn post(browser: &mut Browser, name: &str, fields: &[(&str, &str)]) -> String {
    let named: Vec<(String, &str)> =
        fields.iter().map(|(field, value)| (format!("form[{field}]"), *value)).collect();
    let fields: Vec<(&str, &str)> = named.iter().map(|(field, value)| (field.as_str(), *value)).collect();
    let answer = browser.post(&format!("/api/{name}"), &fields).await.expect(303);
    answer.location().split('#').next().unwrap().to_owned()
}

fn id_of(location: &str) -> String {
    let id = location.rsplit('/').next().unwrap();
    assert!(id.len() == 36, "nothing was made: {location}");
    id.to_owned()
}

/// Reads a page, on which nothing may have become markup.
async fn look(browser: &mut Browser, path: &str) -> Document {
    let answer = browser.get(path).await;
    let document = Document::read(&answer.text);
    assert!(document.intruder().is_none(), "{path}: {:?}", document.intruder());
    document
}
