//! What people, files and targets send is shown as text, on every page there is: no value ends its field, attribute
//! or title, and each reads back as it was stored.
//!
//! The values leave every context that HTML knows and open an element that no page makes; the pages are read by a
//! parser that does as browsers do ([`crate::document`]). All routes are walked, and from there every link.

mod world;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use purser_server::web::pages::list_pages;
use serde_json::Value;
use url::form_urlencoded;

use crate::document::Document;
use world::{FILE, HOSTILE, Hostile, LINES, SHORT, UPN, attributes};

/// Most pages that the walk looks at: enough for all, and an end.
const MOST_PAGES: usize = 600;

/// Every value that a page reads from its address.
const NAMES: &str = "search identity find template expression next token id tab key count";

/// A page of ours, and not one of the hundred examples of the expression builder.
fn is_new_ground(link: &str) -> bool {
    link.starts_with('/') && !link.starts_with("//") && !link.contains("?expression=")
}

#[tokio::test]
async fn whatever_a_value_holds_every_page_shows_it_as_text() {
    let mut hostile = Hostile::start().await;
    hostile.fill().await;
    hostile.provision().await;
    let imports = hostile.import().await;
    let answers = hostile.answers().await;
    let told = |words: &str| answers.iter().any(|page| page.text.contains(words));
    assert!(told(&format!("There is no user \"{HOSTILE}\"")), "what was typed is quoted as it was typed");
    assert!(told(HOSTILE) && answers.iter().any(|page| page.fields.values().any(|value| value == HOSTILE)));

    let rows = hostile.client.all("/auditLogs/provisioning").await;
    let refused = |row: &&Value| row["provisioningStatusInfo"]["status"] == "failure";
    let log = rows.iter().find(refused).unwrap()["id"].as_str().unwrap().to_owned();
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(NAMES.split(' ').map(|name| (name, HOSTILE)))
        .finish();
    let mut open: VecDeque<String> = VecDeque::new();
    for page in list_pages() {
        let path = hostile.fill_in(page.path(), &imports[0], &log);
        open.push_back(format!("{path}?{query}"));
        open.push_back(format!(
            "{path}?after={}",
            form_urlencoded::byte_serialize(SHORT.as_bytes()).collect::<String>()
        ));
        open.push_back(path);
    }
    open.push_back(format!("/imports/{}", imports[1]));
    open.push_back(format!(
        "/users/{}",
        form_urlencoded::byte_serialize(SHORT.as_bytes()).collect::<String>()
    ));
    let mut seen: BTreeSet<String> = open.iter().cloned().collect();
    let mut read: BTreeMap<String, Document> = BTreeMap::new();
    let mut wrong = Vec::new();
    let mut browser = hostile.browser.clone();
    while let Some(path) = open.pop_front() {
        let document = Document::read(&browser.get(&path).await.text);
        wrong.extend(document.intruder().map(|intruder| format!("{path}: {intruder:?}")));
        let links = document.links.iter().map(|link| link.split('#').next().unwrap_or_default().to_owned());
        for link in links.filter(|link| is_new_ground(link)) {
            if seen.len() < MOST_PAGES && seen.insert(link.clone()) {
                open.push_back(link);
            }
        }
        read.insert(path, document);
    }
    assert!(read.len() > 100, "only {} pages were read: the walk is broken", read.len());

    let page = |path: &str| read.get(path).unwrap_or_else(|| panic!("{path} was not walked"));
    let application = format!("/applications/{}", hostile.application);
    let (user, group) = (format!("/users/{}", hostile.user), format!("/groups/{}", hostile.group));
    let properties = format!("{application}/properties");
    let person = attributes(UPN).into_iter().filter(|(field, _)| field.starts_with("attributes"));
    let fields = person.map(|(field, value)| (&user, field, value)).chain([
        (&group, "display_name", HOSTILE),
        (&group, "description", LINES),
        (&properties, "display_name", HOSTILE),
        (&properties, "notes", LINES),
    ]);
    for (path, field, value) in fields {
        let held = page(path).fields.get(&format!("form[{field}]"));
        if held.map(String::as_str) != Some(value) {
            wrong.push(format!("{path}: {field} holds {held:?}"));
        }
    }
    for path in [&user, &group, &properties] {
        if !page(path).title.starts_with(HOSTILE) {
            wrong.push(format!("{path} is called {}", page(path).title));
        }
    }
    for (path, value) in [
        ("/", HOSTILE),
        ("/users", UPN),
        ("/users/deleted", HOSTILE),
        ("/groups", HOSTILE),
        ("/tokens", HOSTILE),
        ("/audit-log", HOSTILE),
        ("/applications", HOSTILE),
        ("/applications/new", HOSTILE),
        ("/applications/new", "<b data-hostile>.toml"),
        ("/applications/new?template=8adf8e6e-67b2-4cf2-a259-e3dc5476c622", HOSTILE),
        (&application, HOSTILE),
        (&format!("{application}/users-and-groups"), HOSTILE),
        (&format!("{application}/provisioning"), HOSTILE),
        (&format!("{application}/provisioning/mappings/users"), HOSTILE),
        (&format!("{application}/provisioning/probe"), HOSTILE),
        (&format!("{application}/provisioning-logs"), HOSTILE),
        (&format!("/provisioning-logs/{log}"), HOSTILE),
        (&format!("/imports/{}", imports[0]), HOSTILE),
        (&format!("/imports/{}", imports[1]), FILE),
    ] {
        if !page(path).text.contains(value) {
            wrong.push(format!("{path} does not show {value}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
