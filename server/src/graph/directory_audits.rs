//! `/auditLogs/directoryAudits`: who changed what in Purser itself, and who was not let in.

use purser_contract::{audit::AuditRowView, page::ListForm};
use purser_domain::refusal::Refusal;
use serde_json::{Value, json};

use super::{
    answer::Answer,
    audit_filter::{TimeBounds, equality, set_once},
    body::Call,
    filter::Filter,
    odata::{Query, unsupported_condition},
    route::routes,
    scan::{Verdict, scan},
};
use crate::fault::Fault;

routes! {
    GET "/auditLogs/directoryAudits" => list_audits;
}

const UNDERSTOOD: &str = "activityDisplayName eq, activityDateTime gt, ge, lt, le, joined by and.";

/// What a filter asks for.
#[derive(Default)]
struct Wanted {
    activity: Option<String>,
    bounds: TimeBounds,
}

async fn list_audits(Call(portal, caller): Call, query: Query) -> Answer {
    query.allow(&["$filter", "$search", "$orderby"])?;
    query.allow_order("activityDateTime", true)?;
    let wanted = Wanted::of(query.filter.clone())?;
    let (portal, caller, search) = (&portal, &caller, &query.search);
    let fetch = |after: String, size: u32| {
        let form = ListForm { search: search.clone(), after, size };
        async move { Ok(portal.list_audit(caller, form).await?) }
    };
    let page = scan(&query.after, query.size, fetch, |row| wanted.judge(row)).await?;
    Ok(query.collection("auditLogs/directoryAudits", page, |row| shape_audit(&row)))
}

impl Wanted {
    fn of(filter: Option<Filter>) -> Result<Self, Fault> {
        let mut wanted = Self::default();
        for condition in filter.map(Filter::conditions).unwrap_or_default() {
            match (&condition, equality(&condition)) {
                (Filter::Compare(comparison), _) if comparison.path == "activityDateTime" => {
                    wanted.bounds.narrow(comparison)?;
                }
                (_, Some((path @ "activityDisplayName", text))) => {
                    set_once(&mut wanted.activity, path, text)?
                }
                _ => return Err(unsupported_condition(&condition, UNDERSTOOD)),
            }
        }
        Ok(wanted)
    }

    fn judge(&self, row: &AuditRowView) -> Verdict {
        match self.bounds.judge(&row.at) {
            Verdict::Keep => {
                Verdict::keep_if(self.activity.as_ref().is_none_or(|activity| *activity == row.activity))
            }
            other => other,
        }
    }
}

fn shape_audit(row: &AuditRowView) -> Value {
    let details: Vec<Value> =
        row.details.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
    json!({
        "id": row.id,
        "activityDateTime": row.at,
        "activityDisplayName": row.activity,
        "loggedByService": "Purser",
        "result": if row.refusal.is_some() { "failure" } else { "success" },
        "resultReason": row.refusal.map_or("", Refusal::sentence),
        "initiatedBy": { "user": { "displayName": row.actor }, "app": null },
        "targetResources": [{ "displayName": row.target }],
        "additionalDetails": details,
    })
}
