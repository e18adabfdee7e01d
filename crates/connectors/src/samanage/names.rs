//! Roles, sites and departments: what a user is given by name.
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use purser_domain::object::ObjectKind;
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::body;
use super::pages::Walk;
use super::problem;
use super::tenant::SamanageConnector;
use crate::error::{ErrorKind, Result};
use crate::exchange::Exchange;
use crate::refusal::Asked;

/// A list of names that the tenant keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Catalogue {
    Roles,
    Sites,
    Departments,
}

/// A role of the tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Role {
    pub(super) name: String,
    pub(super) description: String,
}

/// The names as far as they were read. A connector lives for a cycle, and who adds a site meanwhile is found: a name
/// that is not known is looked for once more before it is refused, unless that was done just now.
#[derive(Debug)]
pub(super) struct Names {
    created: Vec<Catalogue>,
    known: Mutex<HashMap<Catalogue, Known>>,
    /// One at a time, so that ten people of a new site make it once.
    making: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct Known {
    /// As they are spelt.
    names: Vec<String>,
    read: Instant,
}

/// A list that was read so short a time ago is not read again for a name that it does not have: ten thousand people of
/// a department that is missing must not use up the calls of everybody else.
const FRESH: Duration = Duration::from_secs(20);

impl Catalogue {
    /// The catalogue from which this attribute takes its values.
    pub(super) fn of(kind: ObjectKind, attribute: &str) -> Option<Self> {
        match (kind, attribute) {
            (ObjectKind::User, "roles") => Some(Self::Roles),
            (ObjectKind::User, "site") => Some(Self::Sites),
            (ObjectKind::User, "department") => Some(Self::Departments),
            _ => None,
        }
    }

    const fn singular(self) -> &'static str {
        match self {
            Self::Roles => "role",
            Self::Sites => "site",
            Self::Departments => "department",
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Roles => "/roles.json",
            Self::Sites => "/sites.json",
            Self::Departments => "/departments.json",
        }
    }
}

impl Names {
    /// `created`: the singulars of what is made when it is missing. Roles never are: they give rights.
    pub(super) fn new(created: &[String]) -> Self {
        let may = |catalogue: Catalogue| created.iter().any(|name| name == catalogue.singular());
        let created =
            [Catalogue::Sites, Catalogue::Departments].into_iter().filter(|one| may(*one)).collect();
        Self { created, known: Mutex::default(), making: tokio::sync::Mutex::new(()) }
    }

    /// Every role, in the tenant's order.
    pub(super) async fn list_roles(
        &self,
        connector: &SamanageConnector,
    ) -> Result<(Vec<Role>, Vec<Exchange>)> {
        let mut exchanges = Vec::new();
        let records = read_all(connector, Catalogue::Roles, &mut exchanges).await?;
        let text = |record: &Map<String, Value>, name: &str| {
            record.get(name).and_then(Value::as_str).unwrap_or_default().trim().to_owned()
        };
        let roles = records
            .iter()
            .map(|record| Role { name: text(record, "name"), description: text(record, "description") })
            .filter(|role| !role.name.is_empty());
        let mut seen = std::collections::HashSet::new();
        Ok((roles.filter(|role| seen.insert(role.name.clone())).collect(), exchanges))
    }

    /// The name as the tenant spells it; `None` when `value` says nothing, which clears.
    pub(super) async fn resolve(
        &self,
        connector: &SamanageConnector,
        catalogue: Catalogue,
        attribute: &str,
        value: &Value,
        exchanges: &mut Vec<Exchange>,
    ) -> Result<Option<String>> {
        let Some(wanted) = body::name_in(value) else {
            return match value {
                Value::Null => Ok(None),
                Value::String(text) if text.trim().is_empty() => Ok(None),
                _ => Err(problem::no_name(attribute, value)),
            };
        };
        if let Some(found) = self.find(catalogue, &wanted) {
            return Ok(Some(found));
        }
        let _one = self.making.lock().await;
        if let Some(found) = self.find(catalogue, &wanted) {
            return Ok(Some(found));
        }
        if !self.is_fresh(catalogue) {
            let records = read_all(connector, catalogue, exchanges).await?;
            self.learn(catalogue, &records);
            if let Some(found) = self.find(catalogue, &wanted) {
                return Ok(Some(found));
            }
        }
        if !self.created.contains(&catalogue) {
            return Err(problem::unknown_name(
                connector.endpoint.host(),
                catalogue.singular(),
                attribute,
                &wanted,
            ));
        }
        let mut fields = Map::new();
        fields.insert("name".to_owned(), json!(wanted));
        let body = body::wrapped(catalogue.singular(), fields);
        let answer = connector.send(Method::POST, catalogue.path().to_owned(), None, Some(&body)).await;
        // Safe to repeat: the list is read again before.
        let answer = answer.map_err(|error| {
            self.forget(catalogue);
            problem::repeatable(error)
        })?;
        if answer.status.is_success() && !answer.is_page() {
            exchanges.push(answer.exchange);
            self.known().entry(catalogue).or_insert_with(Known::new).names.push(wanted.clone());
            return Ok(Some(wanted));
        }
        self.forget(catalogue);
        if answer.status.is_success() {
            return Err(connector.unusable(answer, Asked::Service));
        }
        let error = connector.refused(answer, ObjectKind::User, Asked::Service, &[]);
        if *error.kind() == ErrorKind::Conflict {
            // Another client was faster, or it is spelt in another way.
            let records = read_all(connector, catalogue, exchanges).await?;
            self.learn(catalogue, &records);
            if let Some(found) = self.find(catalogue, &wanted) {
                return Ok(Some(found));
            }
        }
        Err(problem::not_made(catalogue.singular(), attribute, &wanted, error))
    }

    /// The name as the tenant spells it. There may be two that differ in case only: then the one that was meant.
    fn find(&self, catalogue: Catalogue, name: &str) -> Option<String> {
        let known = self.known();
        let names = &known.get(&catalogue)?.names;
        let exact = names.iter().find(|known| known.trim() == name);
        exact
            .or_else(|| names.iter().find(|known| known.trim().to_lowercase() == name.to_lowercase()))
            .cloned()
    }

    fn learn(&self, catalogue: Catalogue, records: &[Map<String, Value>]) {
        let names = records.iter().filter_map(|record| Some(record.get("name")?.as_str()?.to_owned()));
        let names = names.filter(|name| !name.trim().is_empty()).collect();
        self.known().insert(catalogue, Known { names, ..Known::new() });
    }

    fn forget(&self, catalogue: Catalogue) {
        self.known().remove(&catalogue);
    }

    fn is_fresh(&self, catalogue: Catalogue) -> bool {
        self.known().get(&catalogue).is_some_and(|known| known.read.elapsed() < FRESH)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<Catalogue, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn new() -> Self {
        Self { names: Vec::new(), read: Instant::now() }
    }
}

async fn read_all(
    connector: &SamanageConnector,
    catalogue: Catalogue,
    exchanges: &mut Vec<Exchange>,
) -> Result<Vec<Map<String, Value>>> {
    let mut walk = Walk::new(catalogue.path(), None);
    let mut all = Vec::new();
    while let Some(request) = walk.next_request(connector.profile.common.page_size)? {
        let asked = (ObjectKind::User, Asked::Service);
        let (records, headers, exchange) = connector.records(asked, request, catalogue.singular()).await?;
        walk.note(&headers, &records);
        exchanges.push(exchange);
        all.extend(records);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_never_made() {
        let names = Names::new(&["role".to_owned(), "site".to_owned()]);
        assert_eq!(names.created, [Catalogue::Sites]);
    }
}
