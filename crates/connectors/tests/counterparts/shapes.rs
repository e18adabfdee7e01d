//! The shapes of scim2-server really refuse what they are there to refuse. Otherwise the main line would prove nothing.
use anyhow::{Context, Result, ensure};
use purser_domain::path::TargetPath;
use reqwest::Method;
use serde_json::json;

use crate::counterpart::{Counterpart, Shape};

const FILTERED: &str = "/Users?filter=userName%20eq%20%22nobody%22";

#[tokio::test]
async fn the_shape_without_filters_refuses_them() -> Result<()> {
    let server = Counterpart::scim2_server(Shape::NoFilter).await?;
    ensure!(server.get(FILTERED).await?.0 == 501, "a filter");
    ensure!(server.get("/Users?count=1").await?.0 == 200, "a list");
    Ok(())
}

#[tokio::test]
async fn the_shape_without_patch_refuses_it() -> Result<()> {
    let server = Counterpart::scim2_server(Shape::NoPatch).await?;
    let change = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "path": "title", "value": "x"}],
    });
    ensure!(server.send(Method::PATCH, "/Users/1", &change).await? == 501, "PATCH");
    ensure!(server.get(FILTERED).await?.0 == 200, "a filter");
    Ok(())
}

#[tokio::test]
async fn the_shape_with_a_required_extension_refuses_users_without_it_and_says_what_it_requires() -> Result<()>
{
    const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
    const PAYROLL: &str = "urn:example:scim:schemas:extension:payroll:2.0:User";
    let server = Counterpart::scim2_server(Shape::RequiredExtension).await?;
    let without = json!({"schemas": [CORE], "userName": "ann"});
    ensure!(server.send(Method::POST, "/Users", &without).await? == 400, "a user without it");
    let mut with = json!({"schemas": [CORE, PAYROLL], "userName": "ann"});
    TargetPath::parse(&format!("{PAYROLL}:costUnit"))?.write(&mut with, json!("4711"));
    ensure!(server.send(Method::POST, "/Users", &with).await? == 201, "a user with it");

    let (_, schemas) = server.get("/Schemas").await?;
    let schemas = schemas["Resources"].as_array().context("no schemas")?.clone();
    ensure!(schemas.iter().any(|schema| schema["id"] == PAYROLL), "the extension is among its schemas");
    Ok(())
}
