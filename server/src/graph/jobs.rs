//! `/servicePrincipals/{id}/synchronization/templates` and `…/jobs`.
//!
//! An application has exactly one job from its first moment on, so creating one answers with that one.

use axum::http::StatusCode;
use purser_contract::{
    application::ApplicationView,
    provisioning::{ExecutionView, ProvisioningView, QuarantineView, TestConnectionForm},
};
use purser_domain::job::JobCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    answer::{Answer, done, located, ok},
    body::{At, Body, Call, JobOf, Object, OptionalBody, Properties, shown},
    odata::{Plain, Query},
    route::routes,
    secrets::{KeyedValue, read_secrets},
};
use crate::fault::Fault;

routes! {
    GET "/servicePrincipals/{id}/synchronization/templates" => list_templates;
    GET "/servicePrincipals/{id}/synchronization/jobs" => list_jobs;
    POST "/servicePrincipals/{id}/synchronization/jobs" => create_job;
    GET "/servicePrincipals/{id}/synchronization/jobs/{job}" => load_job;
    POST "/servicePrincipals/{id}/synchronization/jobs/{job}/start" => start;
    POST "/servicePrincipals/{id}/synchronization/jobs/{job}/pause" => pause;
    POST "/servicePrincipals/{id}/synchronization/jobs/{job}/restart" => restart;
    POST "/servicePrincipals/{id}/synchronization/jobs/{job}/validateCredentials" => validate_credentials;
}

/// Graph's name of the template of every application that speaks SCIM, the only kind in this release.
const TEMPLATE: &str = "scim";
/// What a restart clears here, in Graph's words; naming any of them asks for a new initial cycle.
const RESETTABLE: &[&str] = &["Watermark", "Escrows", "QuarantineState"];
/// What Graph can reset besides, and Purser can't.
const NOT_RESETTABLE: &[&str] = &["ConnectorDataStore", "Full", "ForceDeletes"];

async fn list_templates(Call(portal, caller): Call, At(id): At<String>, Plain(query): Plain) -> Answer {
    let application = portal.load_application(&caller, &id).await?;
    let template = json!({
        "id": TEMPLATE,
        "applicationId": application.app_id,
        "default": true,
        "description": application.template.description,
        "discoverable": true,
        "factoryTag": TEMPLATE,
        "metadata": [{ "key": "GalleryApplicationIdentifier", "value": application.template.id }],
    });
    Ok(query.whole("synchronizationTemplates", vec![template], |item| item))
}

async fn list_jobs(Call(portal, caller): Call, At(id): At<String>, Plain(query): Plain) -> Answer {
    let blade = portal.load_provisioning(&caller, &id).await?;
    Ok(query.whole("synchronizationJobs", vec![blade], |blade| shape_job(&blade)))
}

async fn load_job(JobOf { portal, caller, application, .. }: JobOf, Plain(query): Plain) -> Answer {
    let blade = portal.load_provisioning(&caller, &application).await?;
    ok(query.entity("synchronizationJobs", shape_job(&blade)))
}

async fn create_job(
    Call(portal, caller): Call,
    At(id): At<String>,
    query: Query,
    Body(body): Object,
) -> Answer {
    let mut properties = Properties::new("synchronizationJob", body);
    let template = properties.take_required_text("templateId")?;
    properties.finish()?;
    let application: ApplicationView = portal.load_application(&caller, &id).await?;
    if template != TEMPLATE && template != application.template.id {
        return Err(Fault::bad_request(format!(
            "This application has no synchronization template '{}'; it has '{TEMPLATE}'.",
            shown(&template)
        )));
    }
    let blade = portal.load_provisioning(&caller, &id).await?;
    // Graph answers 201; to a script that runs again, 200 tells that the job was in use already.
    let status =
        if blade.status.code == JobCode::NotConfigured { StatusCode::CREATED } else { StatusCode::OK };
    let location = format!(
        "{}/servicePrincipals/{}/synchronization/jobs/{}",
        query.base(),
        application.id,
        blade.job_id
    );
    located(status, &location, query.entity("synchronizationJobs", shape_job(&blade)))
}

async fn start(JobOf { portal, caller, job, .. }: JobOf) -> Answer {
    portal.start_job(&caller, &job).await?;
    done()
}

async fn pause(JobOf { portal, caller, job, .. }: JobOf) -> Answer {
    portal.pause_job(&caller, &job).await?;
    done()
}

async fn restart(JobOf { portal, caller, job, .. }: JobOf, OptionalBody(body): OptionalBody) -> Answer {
    let mut properties = Properties::new("restart", body);
    let mut criteria = match properties.take("criteria") {
        None | Some(Value::Null) => Properties::new("synchronizationJobRestartCriteria", Map::new()),
        Some(Value::Object(criteria)) => Properties::new("synchronizationJobRestartCriteria", criteria),
        Some(_) => {
            return Err(Fault::bad_request(
                "Invalid value specified for property 'criteria': it must be an object.",
            ));
        }
    };
    let scope = criteria.take_text("resetScope")?.flatten().unwrap_or_default();
    criteria.finish()?;
    properties.finish()?;
    let asked: Vec<&str> = scope.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    if let Some(part) = asked.iter().find(|part| NOT_RESETTABLE.contains(part)) {
        return Err(Fault::bad_request(format!(
            "The resetScope {part} is not supported: Purser keeps its links to accounts, so that a restart \
             makes no duplicates. Supported are {}.",
            RESETTABLE.join(", ")
        )));
    }
    if let Some(part) = asked.iter().find(|part| **part != "None" && !RESETTABLE.contains(part)) {
        return Err(Fault::bad_request(format!("There is no resetScope '{}'.", shown(part))));
    }
    if asked != ["None"] {
        portal.restart_job(&caller, &job).await?;
    }
    done()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ValidateBody {
    #[serde(default)]
    use_saved_credentials: bool,
    #[serde(default)]
    credentials: Vec<KeyedValue>,
}

async fn validate_credentials(
    JobOf { portal, caller, application, .. }: JobOf,
    Body(body): Body<ValidateBody>,
) -> Answer {
    let form = if body.use_saved_credentials {
        TestConnectionForm { application_id: application, ..TestConnectionForm::default() }
    } else {
        let secrets = read_secrets(body.credentials)?;
        portal.form_of_secrets(&caller, &application, &secrets).await?
    };
    let view = portal.test_connection(&caller, form).await?;
    if view.ok {
        return done();
    }
    let message = format!("{}: {}", view.title, view.message);
    Err(Fault::new(StatusCode::BAD_REQUEST, "CredentialValidationUnavailable", message).advice(view.advice))
}

/// A job in Graph's shape.
fn shape_job(blade: &ProvisioningView) -> Value {
    let status = &blade.status;
    let state = match (status.code, blade.enabled) {
        (JobCode::Paused, _) => "Paused",
        (_, true) => "Active",
        (_, false) => "Disabled",
    };
    json!({
        "id": blade.job_id,
        "templateId": TEMPLATE,
        // A change starts a cycle at once; without one, one begins so long after the last began.
        "schedule": {
            "expiration": null,
            "interval": format!("PT{}M", blade.interval_minutes),
            "state": state,
        },
        "synchronizationJobSettings": [],
        "status": shape_status(blade),
    })
}

/// Only what Purser knows: Graph's counts of entitled objects, of deltas and of references are not among it.
fn shape_status(blade: &ProvisioningView) -> Value {
    const NEVER: &str = "0001-01-01T00:00:00Z";
    let (status, executions) = (&blade.status, &blade.executions);
    let began = executions.quarantined_at.as_deref();
    let quarantine = status.quarantine.as_ref().map(|quarantine| shape_quarantine(quarantine, began));
    let progress = if status.running {
        json!([{ "units": "objects", "completedUnits": status.processed, "totalUnits": status.total }])
    } else {
        json!([])
    };
    let application = &blade.application_name;
    json!({
        "code": status.code,
        "lastExecution": executions.last.as_ref().map(shape_execution),
        "lastSuccessfulExecution": executions.last_successful.as_ref().map(shape_execution),
        "lastSuccessfulExecutionWithExports":
            executions.last_successful_with_exports.as_ref().map(shape_execution),
        "progress": progress,
        "quarantine": quarantine,
        "steadyStateFirstAchievedTime": executions.steady_first_at.as_deref().unwrap_or(NEVER),
        "steadyStateLastAchievedTime": executions.steady_last_at.as_deref().unwrap_or(NEVER),
        "synchronizedEntryCountByType": [
            { "key": format!("User to {application}"), "value": status.users_managed },
            { "key": format!("Group to {application}"), "value": status.groups_managed },
        ],
        "countSuccessiveCompleteFailures": executions.failures_in_a_row,
    })
}

fn shape_quarantine(quarantine: &QuarantineView, began: Option<&str>) -> Value {
    json!({
        "reason": quarantine.code.graph_reason(),
        "currentBegan": began,
        "nextAttempt": quarantine.next_attempt_at,
        "error": { "code": quarantine.code, "message": quarantine.reason, "tenantActionable": true },
    })
}

fn shape_execution(execution: &ExecutionView) -> Value {
    let counts = &execution.counts;
    let exported = counts.created + counts.updated + counts.disabled + counts.deleted;
    let state = match (&execution.error, counts.failed) {
        (Some(_), _) => "Failed",
        (None, 0) => "Succeeded",
        (None, _) => "EntryLevelErrors",
    };
    let error = execution.error.as_ref();
    json!({
        "activityIdentifier": execution.id,
        "state": state,
        "timeBegan": execution.began_at,
        "timeEnded": execution.ended_at,
        "countImported": execution.processed,
        "countExported": exported,
        "countExports": exported + counts.failed,
        "countEscrowed": counts.failed,
        "error": error.map(|message| json!({ "code": "Quarantine", "message": message, "tenantActionable": true })),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use purser_domain::job::QuarantineCode;

    #[test]
    fn a_quarantine_is_told_with_graphs_reason_and_our_own_code() {
        let quarantine = QuarantineView {
            code: QuarantineCode::InvalidCredentials,
            reason: "The target refused the token.".to_owned(),
            cure: None,
            next_attempt_at: None,
        };
        let told = shape_quarantine(&quarantine, None);
        assert_eq!(told["reason"], "EncounteredQuarantineException");
        assert_eq!(told["error"]["code"], "InvalidCredentials");
    }
}
