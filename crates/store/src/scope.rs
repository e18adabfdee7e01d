//! How many people a scope lets in: what a preview shows before a scoping filter is saved.
//!
//! The rules are the domain's, and so is the evaluator. Clauses that SQL can decide exactly as the evaluator does are
//! lowered to SQL ([`lower`]); where all of a filter's can, the database counts alone. Otherwise the lowered ones narrow
//! the rows, and the evaluator decides the rest row by row ([`rows`]).
//!
//! Invariant: both ways give the same answer for every person, which a property test shows.

mod column;
mod lower;
mod rows;
mod sql;

#[cfg(test)]
mod agreement;

use crate::{Reads, StoreError, convert::unsigned, error::Doing};
use lower::{Lowered, lower};
use purser_domain::{
    ids::{AppId, RoleId},
    scope::{CompiledFilter, ScopeMode},
};
use sea_orm::ConnectionTrait;
use sql::Sql;

/// What a scope lets in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ScopeCounts {
    /// People who are not soft-deleted.
    pub people: u64,
    /// Those of them who are assigned with a role that counts, directly or through a group that they are a direct
    /// member of; `None` when the scope does not ask for assignments.
    pub assigned: Option<u64>,
    /// People in scope: not soft-deleted, enabled, assigned if the scope asks for it, and passing the filter.
    pub in_scope: u64,
    /// People for whom the filter could not be decided, as a pattern took more steps than it may. They are not among
    /// those in scope.
    pub undecidable: u64,
    /// False when counting was given up, since it could not be decided for too many; then the two counts before are
    /// too low.
    pub complete: bool,
}

impl Reads {
    /// Counts who would be in the scope of an application. Some hundred milliseconds for 500,000 people.
    pub async fn count_in_scope(
        &self,
        app: AppId,
        scope: ScopeMode,
        default_access_counts: bool,
        filter: &CompiledFilter,
    ) -> Result<ScopeCounts, StoreError> {
        let assigned = match scope {
            ScopeMode::Assigned => Some(assigned_people(app, default_access_counts)),
            ScopeMode::All => None,
        };
        let lowered = lower(filter);
        if !lowered.exact {
            return rows::count(self, assigned, filter, lowered.condition).await;
        }
        let with_assigned = assigned.is_some();
        let statement = count_statement(assigned, filter, lowered).into_statement();
        let found = self.db().query_one_raw(statement).await.doing("count who is in scope")?;
        let (people, assigned, in_scope): (i64, i64, i64) = match found {
            Some(row) => row.try_get_many_by_index().doing("read who is in scope")?,
            None => (0, 0, 0),
        };
        Ok(ScopeCounts {
            people: unsigned(people),
            assigned: with_assigned.then(|| unsigned(assigned)),
            in_scope: unsigned(in_scope),
            undecidable: 0,
            complete: true,
        })
    }
}

/// One pass over the table. The unary plus keeps SQLite from walking an index on `deleted_at`, which almost everybody
/// passes, and from there to each row; `LIMIT -1` keeps it from asking twice who is assigned.
fn count_statement(assigned: Option<Sql>, filter: &CompiledFilter, lowered: Lowered) -> Sql {
    let mut sql = Sql::text("SELECT count(*), count(*) FILTER (WHERE assigned), ");
    sql.push_text("count(*) FILTER (WHERE assigned AND users.account_enabled AND ");
    sql.push(lowered.condition);
    sql.push_text(") FROM (SELECT id, account_enabled");
    for name in filter.attributes() {
        if let Some(name) = column::Column::find(name).and_then(column::Column::name)
            && !["id", "account_enabled"].contains(&name)
        {
            sql.push_text(&format!(", {name}"));
        }
    }
    sql.push_text(", ");
    match assigned {
        Some(assigned) => sql.push(assigned),
        None => sql.push_text("1"),
    }
    sql.push_text(" AS assigned FROM users WHERE +deleted_at IS NULL LIMIT -1) AS users");
    sql
}

/// The condition that a row of `users` is a person who is assigned. The list is made once a statement; the unary plus
/// keeps SQLite from looking up each of its people in turn instead of walking the table.
fn assigned_people(app: AppId, default_access_counts: bool) -> Sql {
    let mut sql = Sql::text("+users.id IN (SELECT principal_id FROM assignments WHERE ");
    sql.push(assignments(app, "User", default_access_counts));
    sql.push_text(
        " UNION ALL SELECT user_id FROM memberships WHERE group_id IN (SELECT principal_id FROM assignments WHERE ",
    );
    sql.push(assignments(app, "Group", default_access_counts));
    sql.push_text("))");
    sql
}

fn assignments(app: AppId, kind: &str, default_access_counts: bool) -> Sql {
    let mut sql = Sql::text("app_id = ");
    sql.push_value(app.as_uuid());
    sql.push_text(" AND principal_kind = ");
    sql.push_value(kind);
    if !default_access_counts {
        sql.push_text(" AND role_id <> ");
        sql.push_value(RoleId::DEFAULT_ACCESS.as_uuid());
    }
    sql
}
