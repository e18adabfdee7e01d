//! `/auditLogs/provisioning`: one row for each object that a cycle acted on or skipped.

use purser_contract::{
    log::{LogForm, LogRowView, LogView},
    page::PageView,
};
use serde_json::{Map, Value, json};

use super::{
    answer::{Answer, ok},
    audit_filter::{TimeBounds, equality, set_once},
    body::{At, Call},
    filter::{Filter, Function},
    odata::{Plain, Query, unsupported_condition},
    route::routes,
    scan::scan,
};
use crate::fault::Fault;

routes! {
    GET "/auditLogs/provisioning" => list_logs;
    GET "/auditLogs/provisioning/{id}" => load_log;
}

const UNDERSTOOD: &str = "jobId eq, servicePrincipal/id eq, provisioningStatusInfo/status eq, \
                          provisioningAction eq, sourceIdentity/id eq, contains(sourceIdentity/displayName,'…'), \
                          activityDateTime gt, ge, lt, le, joined by and.";

/// What a filter asks for.
#[derive(Default)]
struct Wanted {
    job: Option<String>,
    application: Option<String>,
    status: Option<String>,
    action: Option<String>,
    identity: Option<String>,
    bounds: TimeBounds,
}

async fn list_logs(Call(portal, caller): Call, query: Query) -> Answer {
    query.allow(&["$filter", "$orderby"])?;
    query.allow_order("activityDateTime", true)?;
    let wanted = Wanted::of(query.filter.clone())?;
    let (portal, caller) = (&portal, &caller);
    let mut application = wanted.application.clone().unwrap_or_default();
    if let Some(job) = &wanted.job {
        let found = match job.parse() {
            Ok(job) => portal.find_application_of(caller, job).await?,
            Err(_) => None,
        };
        match found.map(|found| found.to_string()) {
            Some(found) if application.is_empty() || application.eq_ignore_ascii_case(&found) => {
                application = found
            }
            // A job that is not there, or not that application's, has no rows.
            _ => {
                return Ok(query.collection(
                    "auditLogs/provisioning",
                    PageView::<Value>::default(),
                    |item| item,
                ));
            }
        }
    }
    let form = LogForm {
        application_id: application,
        identity: wanted.identity.clone().unwrap_or_default(),
        status: wanted.status.clone().unwrap_or_default(),
        action: wanted.action.clone().unwrap_or_default(),
        ..LogForm::default()
    };
    let fetch = |after: String, size: u32| {
        let form = LogForm { after, size, ..form.clone() };
        async move { Ok(portal.list_logs(caller, form).await?) }
    };
    let bounds = wanted.bounds;
    let judge = |row: &LogRowView| bounds.judge(&row.at);
    let page = scan(&query.after, query.size, fetch, judge).await?;
    let mut items = Vec::with_capacity(page.items.len());
    for row in &page.items {
        items.push(shape_log(&portal.load_log(caller, &row.id).await?));
    }
    Ok(query
        .collection("auditLogs/provisioning", PageView { items, next: page.next, total: None }, |item| item))
}

async fn load_log(Call(portal, caller): Call, At(id): At<String>, Plain(query): Plain) -> Answer {
    let log = portal.load_log(&caller, &id).await?;
    ok(query.entity("auditLogs/provisioning", shape_log(&log)))
}

impl Wanted {
    fn of(filter: Option<Filter>) -> Result<Self, Fault> {
        let mut wanted = Self::default();
        for condition in filter.map(Filter::conditions).unwrap_or_default() {
            wanted.add(&condition)?;
        }
        Ok(wanted)
    }

    fn add(&mut self, condition: &Filter) -> Result<(), Fault> {
        match condition {
            Filter::Compare(comparison) if comparison.path == "activityDateTime" => {
                return self.bounds.narrow(comparison);
            }
            Filter::Call { function: Function::Contains, path, text }
                if path == "sourceIdentity/displayName" =>
            {
                return set_once(&mut self.identity, path, text);
            }
            _ => {}
        }
        let Some((path, text)) = equality(condition) else {
            return Err(unsupported_condition(condition, UNDERSTOOD));
        };
        let place = match path {
            "jobId" | "jobid" => &mut self.job,
            "servicePrincipal/id" => &mut self.application,
            "provisioningStatusInfo/status" | "statusInfo/status" => &mut self.status,
            "provisioningAction" | "action" => &mut self.action,
            "sourceIdentity/id" if text.parse::<uuid::Uuid>().is_ok() => &mut self.identity,
            "sourceIdentity/id" => {
                return Err(Fault::bad_request("Invalid object identifier for sourceIdentity/id."));
            }
            _ => return Err(unsupported_condition(condition, UNDERSTOOD)),
        };
        set_once(place, path, text)
    }
}

/// A row in Graph's shape, `provisioningObjectSummary`.
fn shape_log(log: &LogView) -> Value {
    let row = &log.row;
    let error = log.error.as_ref().map(|error| {
        json!({
            "errorCode": error.code,
            "reason": error.reason,
            "additionalDetails": error.retry_at.as_ref().map(|at| format!("It is tried again at {at}.")),
            "errorCategory": "nonServiceFailure",
            "recommendedAction": error.advice,
        })
    });
    let steps: Vec<Value> = log
        .steps
        .iter()
        .map(|step| {
            let details: Map<String, Value> =
                step.details.iter().map(|(label, value)| (label.clone(), json!(value))).collect();
            json!({
                "name": step.name,
                "provisioningStepType": step.kind,
                "status": step.status,
                "description": step.description,
                "details": details,
            })
        })
        .collect();
    let modified: Vec<Value> = log
        .modified
        .iter()
        .map(|property| json!({ "displayName": property.name, "oldValue": property.old, "newValue": property.new }))
        .collect();
    json!({
        "id": row.id,
        "changeId": row.id,
        "activityDateTime": row.at,
        "jobId": log.job_id,
        "cycleId": log.cycle_id,
        "provisioningAction": row.action,
        "durationInMilliseconds": log.duration_ms,
        "provisioningStatusInfo": { "status": row.status, "errorInformation": error },
        "provisioningSteps": steps,
        "modifiedProperties": modified,
        "servicePrincipal": { "id": row.application_id, "displayName": row.target_system },
        "sourceSystem": { "id": "purser", "displayName": "Purser", "details": {} },
        "targetSystem": {
            "id": row.application_id,
            "displayName": row.target_system,
            "details": {
                "ServicePrincipalId": row.application_id,
                "ServicePrincipalDisplayName": row.target_system,
            },
        },
        "initiatedBy": { "id": "", "displayName": "Purser", "initiatorType": "system" },
        "sourceIdentity": { "id": row.source_id, "displayName": row.identity, "identityType": row.kind, "details": {} },
        "targetIdentity": {
            "id": log.target_id.as_deref().unwrap_or_default(),
            "displayName": "",
            "identityType": format!("urn:ietf:params:scim:schemas:core:2.0:{}", row.kind.as_str()),
            "details": {},
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use purser_domain::log::{LogAction, LogStatus};
    use purser_domain::object::ObjectKind;

    #[test]
    fn a_row_about_a_group_says_that_it_is_one() {
        let row = LogRowView {
            id: String::new(),
            at: String::new(),
            kind: ObjectKind::Group,
            identity: "Sales".to_owned(),
            source_id: String::new(),
            action: LogAction::Create,
            status: LogStatus::Success,
            application_id: String::new(),
            target_system: String::new(),
            summary: String::new(),
        };
        let log = LogView {
            row,
            cycle_id: String::new(),
            job_id: String::new(),
            target_id: None,
            skip: None,
            duration_ms: 0,
            steps: Vec::new(),
            exchanges: Vec::new(),
            modified: Vec::new(),
            error: None,
        };
        let shaped = shape_log(&log);
        assert_eq!(shaped["sourceIdentity"]["identityType"], "Group");
        assert_eq!(shaped["targetIdentity"]["identityType"], "urn:ietf:params:scim:schemas:core:2.0:Group");
    }

    #[test]
    fn the_filters_of_the_documentation_are_understood_and_others_refused() {
        let wanted = |text: &str| Wanted::of(Some(Filter::parse(text).unwrap()));
        let both = wanted(
            "jobId eq 'a' and provisioningStatusInfo/status eq 'failure' and activityDateTime gt 2026-01-01T00:00:00Z",
        );
        let both = both.ok().unwrap();
        assert_eq!((both.job.as_deref(), both.status.as_deref()), (Some("a"), Some("failure")));
        for text in [
            "jobId ne 'a'",
            "cycleId eq 'a'",
            "jobId eq 'a' or jobId eq 'b'",
            "jobId eq 'a' and jobId eq 'b'",
            "sourceIdentity/id eq 'anna'",
            "activityDateTime gt 'yesterday'",
            "startswith(sourceIdentity/displayName,'a')",
        ] {
            assert!(wanted(text).is_err(), "{text}");
        }
    }
}
