//! How many people a scope lets in: what a preview shows before a scoping filter is saved.
//!
//! The rules are the domain's, and so is the decision about each person: nothing is decided in SQL (decision 13 has the
//! figures). People are read a page at a time with the few columns that the filter reads, so the memory is bounded by a
//! page; the time is bounded by the caller.

use crate::{Reads, StoreError, entities::user, error::Doing, users};
use purser_domain::{
    ids::{AppId, GroupId, UserId},
    scope::{
        CompiledFilter, Entitlement, FilterVerdict, MEMBER_OF, ScopeCounts, ScopeFacts, ScopeMode,
        decide_scope,
    },
    value::Value,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QueryResult, QuerySelect, QueryTrait,
};
use std::{collections::HashMap, time::Duration};
use tokio::time::Instant;
use uuid::Uuid;

const PAGE: u64 = 1000;

/// So many people may have an undecidable filter before counting is given up. Each of them took all the steps that a
/// pattern may take, and a whole directory of them would keep the server busy for an hour.
const UNDECIDED: u64 = 20;

/// After so many people other tasks get their turn, and a caller that went away is noticed: a costly pattern may keep
/// the evaluator busy for some milliseconds a person.
const TURN: usize = 64;

/// Which columns of a person a filter needs: an attribute of the filter, and where its value comes from.
type Attributes = Vec<(&'static str, Origin)>;

#[derive(Debug, Clone, Copy)]
enum Origin {
    Id,
    Manager,
    Enabled,
    Groups,
    Text(user::Column),
}

/// The columns that each person is read with, before those of the filter.
const COLUMNS: [user::Column; 4] =
    [user::Column::Id, user::Column::DeletedAt, user::Column::AccountEnabled, user::Column::ManagerId];

struct Person {
    id: UserId,
    enabled: bool,
    values: HashMap<&'static str, Value>,
}

impl Reads {
    /// Counts who would be in the scope of an application, for about as long as `longest` at most. Some seconds
    /// for 500,000 people.
    ///
    /// Pages are read one after the other, so people who are changed meanwhile are counted as they were or as they are.
    pub async fn count_in_scope(
        &self,
        app: AppId,
        scope: ScopeMode,
        default_access_counts: bool,
        filter: &CompiledFilter,
        longest: Duration,
    ) -> Result<ScopeCounts, StoreError> {
        let begun = Instant::now();
        let attributes = locate(filter)?;
        let mut counts = ScopeCounts { complete: true, ..ScopeCounts::default() };
        let (mut assigned, mut after) = (0, None);
        'pages: loop {
            let (people, last) = self.read_page(&attributes, after).await?;
            let Some(last) = last else { break };
            after = Some(last);
            let ids: Vec<UserId> = people.iter().map(|person| person.id).collect();
            let roles = match scope {
                ScopeMode::Assigned => self.find_entitlements(app, &ids).await?,
                ScopeMode::All => HashMap::new(),
            };
            for (at, person) in people.iter().enumerate() {
                if at % TURN == 0 {
                    tokio::task::yield_now().await;
                    if begun.elapsed() >= longest {
                        counts.complete = false;
                        break 'pages;
                    }
                }
                counts.people += 1;
                let roles: &[Entitlement] = roles.get(&person.id).map_or(&[], |roles| roles);
                let facts = ScopeFacts {
                    scope,
                    default_access_counts,
                    account_enabled: true,
                    soft_deleted: false,
                    roles,
                    filter: FilterVerdict::Passed,
                };
                if !decide_scope(&facts).in_scope {
                    continue;
                }
                assigned += 1;
                if !person.enabled {
                    continue;
                }
                match filter.passes(&|name| person.values.get(name).cloned()) {
                    Ok(true) => counts.in_scope += 1,
                    Ok(false) => {}
                    Err(_) => counts.undecidable += 1,
                }
                if counts.undecidable > UNDECIDED {
                    counts.complete = false;
                    break 'pages;
                }
            }
        }
        counts.assigned = (scope == ScopeMode::Assigned).then_some(assigned);
        Ok(counts)
    }

    /// The people of a page who are not soft-deleted, and the place of the next page; none behind the last.
    async fn read_page(
        &self,
        attributes: &Attributes,
        after: Option<Uuid>,
    ) -> Result<(Vec<Person>, Option<Uuid>), StoreError> {
        let texts = attributes.iter().filter_map(|(_, origin)| match origin {
            Origin::Text(column) => Some(*column),
            _ => None,
        });
        // The soft-deleted are left out here and not by the database, which would leave the order of ids for an index on
        // the deletion mark.
        let mut query = user::Entity::find()
            .select_only()
            .columns(COLUMNS)
            .columns(texts)
            .order_by_asc(user::Column::Id)
            .limit(PAGE);
        if let Some(after) = after {
            query = query.filter(user::Column::Id.gt(after));
        }
        let rows = self.db().query_all(query.as_query()).await.doing("read who may be in scope")?;
        let last = match rows.last() {
            Some(row) => Some(row.try_get_by_index::<Uuid>(0).doing("read who may be in scope")?),
            None => None,
        };
        let mut people = Vec::with_capacity(rows.len());
        for row in &rows {
            people.extend(read_person(row, attributes).doing("read who may be in scope")?);
        }
        if attributes.iter().any(|(_, origin)| matches!(origin, Origin::Groups)) {
            let ids: Vec<UserId> = people.iter().map(|person| person.id).collect();
            let groups = self.find_groups_of(&ids).await?;
            for person in &mut people {
                person.values.extend(groups.get(&person.id).map(|groups| (MEMBER_OF, list(groups))));
            }
        }
        Ok((people, last))
    }
}

fn list(groups: &[GroupId]) -> Value {
    Value::List(groups.iter().map(|group| Value::text(group.to_string())).collect())
}

/// Where the attributes of a filter stand.
fn locate(filter: &CompiledFilter) -> Result<Attributes, StoreError> {
    let find = |name: &'static str| {
        Ok((
            name,
            match name {
                "objectId" => Origin::Id,
                "manager" => Origin::Manager,
                "accountEnabled" => Origin::Enabled,
                MEMBER_OF => Origin::Groups,
                text => Origin::Text(users::column(text)?),
            },
        ))
    };
    filter.attributes().into_iter().map(find).collect()
}

/// The person of a row of [`COLUMNS`] and the filter's texts, unless soft-deleted.
fn read_person(row: &QueryResult, attributes: &Attributes) -> Result<Option<Person>, sea_orm::DbErr> {
    if row.try_get_by_index::<Option<i64>>(1)?.is_some() {
        return Ok(None);
    }
    let id = UserId::from_uuid(row.try_get_by_index(0)?);
    let enabled = row.try_get_by_index(2)?;
    let (mut values, mut texts) = (HashMap::with_capacity(attributes.len()), COLUMNS.len()..);
    for (name, origin) in attributes {
        let value = match origin {
            Origin::Id => Some(Value::text(id.to_string())),
            Origin::Manager => row.try_get_by_index::<Option<Uuid>>(3)?.map(|id| Value::text(id.to_string())),
            Origin::Enabled => Some(Value::Boolean(enabled)),
            Origin::Groups => None,
            Origin::Text(_) => {
                let text: Option<String> = row.try_get_by_index(texts.next().unwrap_or_default())?;
                text.filter(|text| !text.is_empty()).map(Value::Text)
            }
        };
        values.extend(value.map(|value| (*name, value)));
    }
    Ok(Some(Person { id, enabled, values }))
}
