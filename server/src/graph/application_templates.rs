//! `/applicationTemplates`: the gallery.

use purser_contract::application::{CreateApplicationForm, TemplateView};
use serde_json::{Value, json};

use super::{
    answer::{Answer, created, ok},
    body::{At, Body, Call, Object, Properties},
    filter::{Comparison, Filter, Literal, Operator},
    odata::{Plain, Query, unsupported_condition},
    route::routes,
    service_principals::load_shape,
};
use crate::fault::Fault;

routes! {
    GET "/applicationTemplates" => list_templates;
    GET "/applicationTemplates/{id}" => load_template;
    POST "/applicationTemplates/{id}/instantiate" => instantiate;
}

const UNDERSTOOD: &str = "id, displayName and publisher with eq, startswith and contains, joined by and.";

async fn list_templates(Call(portal, caller): Call, query: Query) -> Answer {
    query.allow(&["$filter", "$search"])?;
    let conditions = query.filter.clone().map(Filter::conditions).unwrap_or_default();
    let mut items = Vec::new();
    for template in portal.list_templates(&caller, &query.search)? {
        let mut fits_all = true;
        for condition in &conditions {
            fits_all &= fits(&template, condition)?;
        }
        if fits_all {
            items.push(template);
        }
    }
    // The gallery is a few files: there is nothing behind them, whatever the cursor says.
    Ok(query.whole("applicationTemplates", items, |view| shape_template(&view)))
}

async fn load_template(Call(portal, caller): Call, At(id): At<String>, Plain(query): Plain) -> Answer {
    let template = portal.load_template(&caller, &id)?;
    ok(query.entity("applicationTemplates", shape_template(&template)))
}

async fn instantiate(
    Call(portal, caller): Call,
    At(id): At<String>,
    query: Query,
    Body(body): Object,
) -> Answer {
    let mut properties = Properties::new("applicationTemplate", body);
    let form = CreateApplicationForm {
        template_id: id,
        display_name: properties.take_required_text("displayName")?,
    };
    properties.finish()?;
    let view = portal.create_application(&caller, form).await?;
    let principal = load_shape(&portal, &caller, &view.id).await?;
    let body = json!({
        "@odata.context": format!("{}/$metadata#microsoft.graph.applicationServicePrincipal", query.base()),
        "application": {
            "id": view.id,
            "appId": view.app_id,
            "applicationTemplateId": view.template.id,
            "displayName": view.display_name,
            "createdDateTime": view.created_at,
        },
        "servicePrincipal": principal,
    });
    created(&format!("{}/servicePrincipals/{}", query.base(), view.id), body)
}

fn fits(template: &TemplateView, condition: &Filter) -> Result<bool, Fault> {
    let value = |path: &str| match path {
        "id" => Some(&template.id),
        "displayName" => Some(&template.display_name),
        "publisher" => Some(&template.publisher),
        _ => None,
    };
    let refused = || unsupported_condition(condition, UNDERSTOOD);
    match condition {
        Filter::Compare(Comparison {
            path,
            operator: Operator::Equal,
            literal: Literal::Text(text) | Literal::Bare(text),
        }) => Ok(value(path).ok_or_else(refused)?.to_lowercase() == text.to_lowercase()),
        Filter::Call { function, path, text } => Ok(function.holds(value(path).ok_or_else(refused)?, text)),
        _ => Err(refused()),
    }
}

fn shape_template(view: &TemplateView) -> Value {
    json!({
        "id": view.id,
        "displayName": view.display_name,
        "publisher": view.publisher,
        "description": view.description,
        "categories": view.categories,
        "homePageUrl": null,
        "logoUrl": null,
        "supportedProvisioningTypes": ["sync"],
        "supportedSingleSignOnModes": [],
    })
}
