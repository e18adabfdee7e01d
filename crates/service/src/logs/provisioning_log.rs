//! The provisioning log.
use crate::caller::{Caller, Right};
use crate::error::{Result, invalid, not_found};
use crate::input::{decode_cursor, encode_cursor, page_size, parse_id, search_text};
use crate::page::cut;
use crate::portal::Portal;
use purser_contract::log::{LogErrorView, LogForm, LogRowView, LogView, NamedObjectView, StepView};
use purser_contract::page::PageView;
use purser_contract::profile::ExchangeView;
use purser_domain::ids::{AppId, ChangeId};
use purser_domain::log::{LogAction, LogExchange, LogStatus, NamedObject};
use purser_store::{LogEntry, LogFilter};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::str::FromStr;
use uuid::Uuid;

impl Portal {
    /// One page of the log, newest first.
    pub async fn list_logs(&self, caller: &Caller, form: LogForm) -> Result<PageView<LogRowView>> {
        caller.may(Right::Read)?;
        let size = page_size(form.size);
        let filter = parse_filter(&form)?;
        let after = decode_cursor::<i64>(&form.after)?;
        let rows = self.store().list_logs(&filter, after, u64::from(size) + 1).await?;
        let (rows, next) = cut(rows, size, |row| encode_cursor(&row.seq));
        let mut names: HashMap<AppId, String> = HashMap::new();
        for row in &rows {
            if let Entry::Vacant(place) = names.entry(row.entry.app) {
                place.insert(self.name_application(row.entry.app).await?);
            }
        }
        let items = rows.iter().map(|row| {
            let name = names.get(&row.entry.app).cloned().unwrap_or_default();
            view_row(&row.entry, name)
        });
        Ok(PageView { items: items.collect(), next, total: None })
    }

    /// A row of the log in full.
    pub async fn load_log(&self, caller: &Caller, id: &str) -> Result<LogView> {
        caller.may(Right::Read)?;
        let found = self.store().find_log(parse_id::<ChangeId>("provisioning log entry", id)?).await?;
        let entry = found.ok_or_else(|| not_found("provisioning log entry", id))?.entry;
        let row = view_row(&entry, self.name_application(entry.app).await?);
        let steps = entry.detail.steps.into_iter().map(|step| StepView {
            kind: step.kind,
            name: step.name,
            status: step.status,
            description: step.description,
            details: step.details,
            objects: step.objects.into_iter().map(view_object).collect(),
        });
        Ok(LogView {
            row,
            cycle_id: entry.cycle.to_string(),
            job_id: entry.job.to_string(),
            target_id: entry.target_id,
            skip: entry.detail.skip,
            duration_ms: u64::from(entry.duration_ms),
            steps: steps.collect(),
            exchanges: entry.detail.exchanges.into_iter().map(view_log_exchange).collect(),
            modified: entry.detail.modified,
            error: entry.detail.error.map(|error| LogErrorView {
                code: error.code,
                reason: error.reason,
                advice: error.advice,
                cure: error.cure,
                retry_at: error.retry_at.map(|at| at.to_string()),
            }),
        })
    }

    async fn name_application(&self, app: AppId) -> Result<String> {
        let found = self.store().find_application(app).await?;
        Ok(found.map_or_else(|| "(deleted application)".to_owned(), |application| application.display_name))
    }
}

fn parse_filter(form: &LogForm) -> Result<LogFilter> {
    let identity = search_text(&form.identity);
    // An id is looked up by the index, whatever names hold.
    let source = identity.parse::<Uuid>().ok();
    let app = match form.application_id.trim() {
        "" => None,
        id => Some(parse_id::<AppId>("application", id)?),
    };
    Ok(LogFilter {
        app,
        status: parse_word::<LogStatus>("status", &form.status)?,
        action: parse_word::<LogAction>("action", &form.action)?,
        source,
        identity: if source.is_some() { String::new() } else { identity },
        ..LogFilter::default()
    })
}

fn parse_word<W: FromStr>(field: &str, word: &str) -> Result<Option<W>> {
    let word = word.trim();
    if word.is_empty() {
        return Ok(None);
    }
    let parsed = word.to_lowercase().parse();
    parsed.map(Some).map_err(|_| invalid(format!("The log has no {field} \"{word}\".")).field(field).into())
}

fn view_object(object: NamedObject) -> NamedObjectView {
    NamedObjectView { path: format!("/{}/{}", object.kind.key(), object.id), name: object.name }
}

fn view_log_exchange(exchange: LogExchange) -> ExchangeView {
    let status = exchange.status.map_or_else(|| "no answer".to_owned(), |status| format!("status {status}"));
    ExchangeView {
        request: format!("{} {}", exchange.method, exchange.path),
        answer: format!("{status} after {} ms", exchange.duration_ms),
        request_body: exchange.request.unwrap_or_default(),
        response_body: exchange.response.unwrap_or_default(),
    }
}

fn view_row(entry: &LogEntry, target_system: String) -> LogRowView {
    LogRowView {
        id: entry.id.to_string(),
        at: entry.at.to_string(),
        kind: entry.kind,
        identity: entry.source_name.clone(),
        source_id: entry.source_id.to_string(),
        action: entry.action,
        status: entry.status,
        application_id: entry.app.to_string(),
        target_system,
        summary: entry.summary.clone(),
    }
}
