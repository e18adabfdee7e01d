//! Fills a running portal with a sample organisation, through its Graph API: 300 people, 20 groups, and an
//! application that is set up and switched off. Whatever is there already is left as it is, so that it can be run
//! again, also after it was interrupted.
mod graph;
mod organisation;
mod people;

use anyhow::{Context, Result};
use clap::Parser;
use serde_json::{Value, json};

use graph::Graph;
use organisation::Group;

/// Name of the application that is added.
const APPLICATION: &str = "Sample SCIM application";
/// The gallery application that it is made from.
const TEMPLATE: &str = "SCIM application";

/// Fills a running portal with a sample organisation.
#[derive(Debug, Parser)]
struct Arguments {
    /// Address of the portal.
    #[arg(long)]
    portal: String,
    /// API token of the portal.
    #[arg(long, env = "PURSER_TOKEN", hide_env_values = true)]
    token: String,
    /// Tenant URL of the sample application. An address without a path gets /scim/v2, where the sample
    /// application has its endpoint.
    #[arg(long)]
    target: String,
    /// Bearer token of the sample application.
    #[arg(long, env = "SAMPLE_APP_TOKEN", hide_env_values = true)]
    target_token: String,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let graph = Graph::new(&arguments.portal, &arguments.token)?;
    let people = people::everybody();
    let ids = seed_people(&graph, &people).await?;
    let mut everyone = None;
    for group in organisation::groups(&people) {
        let id = seed_group(&graph, &group, &ids).await?;
        everyone.get_or_insert(id);
    }
    let everyone = everyone.context("the organisation has no groups")?;
    seed_application(&graph, &arguments.target, &arguments.target_token, &everyone).await
}

/// Gives the ids in the order of `people`.
async fn seed_people(graph: &Graph, people: &[people::Person]) -> Result<Vec<String>> {
    let mut ids: Vec<String> = Vec::with_capacity(people.len());
    for person in people {
        let path = format!("/users/{}", person.user_name);
        let user = match graph.find(&path).await? {
            Some(user) => user,
            None => graph
                .post("/users", &person.to_graph())
                .await
                .with_context(|| format!("could not add {}", person.user_name))?,
        };
        let id = id_of(&user)?;
        if let Some(manager) = person.manager.and_then(|at| ids.get(at)) {
            let path = format!("/users/{id}/manager");
            if graph.find(&path).await?.is_none() {
                graph.put(&format!("{path}/$ref"), &graph.reference(manager)).await?;
            }
        }
        ids.push(id);
    }
    Ok(ids)
}

async fn seed_group(graph: &Graph, group: &Group, ids: &[String]) -> Result<String> {
    let found = graph.list(&format!("/groups?$filter=displayName eq '{}'", group.name)).await?;
    let found = match found.into_iter().next() {
        Some(found) => found,
        None => graph.post("/groups", &group.to_graph()).await?,
    };
    let id = id_of(&found)?;
    let path = format!("/groups/{id}/members");
    let present: Vec<String> = graph.list(&path).await?.iter().map(id_of).collect::<Result<_>>()?;
    for member in group.members.iter().filter_map(|at| ids.get(*at)).filter(|id| !present.contains(id)) {
        graph.post(&format!("{path}/$ref"), &graph.reference(member)).await?;
    }
    Ok(id)
}

async fn seed_application(graph: &Graph, target: &str, token: &str, group: &str) -> Result<()> {
    let found = graph.list(&format!("/servicePrincipals?$filter=displayName eq '{APPLICATION}'")).await?;
    let application = match found.into_iter().next() {
        Some(application) => application,
        None => {
            let templates =
                graph.list(&format!("/applicationTemplates?$filter=displayName eq '{TEMPLATE}'")).await?;
            let template = id_of(templates.first().context("the gallery has no generic SCIM application")?)?;
            let path = format!("/applicationTemplates/{template}/instantiate");
            let made = graph.post(&path, &json!({ "displayName": APPLICATION })).await?;
            made["servicePrincipal"].clone()
        }
    };
    let id = id_of(&application)?;

    let path = format!("/servicePrincipals/{id}/synchronization/secrets");
    let target = tenant_url(target);
    let same = |secret: &Value| secret["key"] == "BaseAddress" && secret["value"] == target.as_str();
    // Writing the address anew would start provisioning all over.
    if !graph.list(&path).await?.iter().any(same) {
        let secrets = json!({ "value": [
            { "key": "BaseAddress", "value": target },
            { "key": "SecretToken", "value": token },
            { "key": "SyncAll", "value": "false" },
        ]});
        graph.put(&path, &secrets).await?;
    }

    let path = format!("/servicePrincipals/{id}/appRoleAssignedTo");
    if graph.list(&path).await?.iter().any(|assignment| assignment["principalId"] == group) {
        return Ok(());
    }
    let application =
        graph.find(&format!("/servicePrincipals/{id}")).await?.context("the application is gone")?;
    let roles = application["appRoles"].as_array().context("the application has no roles")?;
    let role = roles.iter().find(|role| role["displayName"] == "User").context("the role User is missing")?;
    let assignment = json!({ "principalId": group, "resourceId": id, "appRoleId": role["id"] });
    graph.post(&path, &assignment).await?;
    Ok(())
}

fn tenant_url(target: &str) -> String {
    let target = target.trim_end_matches('/');
    let has_path = target.split_once("://").is_some_and(|(_, rest)| rest.contains('/'));
    if has_path { target.to_owned() } else { format!("{target}/scim/v2") }
}

fn id_of(object: &Value) -> Result<String> {
    object["id"].as_str().map(str::to_owned).with_context(|| format!("an object without an id: {object}"))
}
