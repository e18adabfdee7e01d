//! Counting row by row, for filters that SQL can't decide alone.
//!
//! The database hands over pages: one row of JSON with the few attributes that the filter reads, for a thousand people
//! at a time. That costs a fraction of a row for each person.

use super::{ScopeCounts, column::Column, sql::Sql};
use crate::{
    Reads, StoreError,
    convert::{from_json, unsigned},
    error::Doing,
};
use purser_domain::{scope::CompiledFilter, value::Value};
use sea_orm::ConnectionTrait;
use serde_json::Value as Json;
use std::{collections::HashSet, future::poll_fn, task::Poll};

const PAGE: i64 = 1000;

/// People for whom a filter may be undecidable before counting is given up. Each of them took all the steps that a
/// pattern may take, and a whole directory of them would keep the server busy for an hour.
const UNDECIDED: u64 = 20;

/// People after whom others get their turn, and after whom a caller that went away is noticed: a costly pattern may keep
/// the evaluator busy for some milliseconds a person.
const TURN: usize = 64;

/// A person in a page: the row's number, and the attributes in the order of the filter's.
type Person = (i64, Vec<Json>);

/// Counts; `narrowed` holds for everybody who passes, and `assigned` for those who are assigned, if that matters.
///
/// The pages are read one after the other, so people who are changed meanwhile are counted as they were or as they are.
pub(super) async fn count(
    reads: &Reads,
    assigned: Option<Sql>,
    filter: &CompiledFilter,
    narrowed: Sql,
) -> Result<ScopeCounts, StoreError> {
    let assigned = match assigned {
        Some(assigned) => Some(find_assigned(reads, assigned).await?),
        None => None,
    };
    let mut counts = ScopeCounts {
        people: count_people(reads).await?,
        assigned: assigned.as_ref().map(|rows| u64::try_from(rows.len()).unwrap_or(u64::MAX)),
        complete: true,
        ..ScopeCounts::default()
    };
    let attributes = filter.attributes();
    let columns: Vec<Option<Column>> = attributes.iter().map(|name| Column::find(name)).collect();
    let mut after = 0;
    loop {
        let page = read_page(reads, &columns, narrowed.clone(), after).await?;
        let Some(last) = page.last() else { return Ok(counts) };
        after = last.0;
        for (at, (row, values)) in page.iter().enumerate() {
            if at % TURN == 0 {
                give_way().await;
            }
            if assigned.as_ref().is_some_and(|assigned| !assigned.contains(row)) {
                continue;
            }
            let source = |name: &str| read(name, &attributes, &columns, values);
            match filter.passes(&source) {
                Ok(true) => counts.in_scope += 1,
                Ok(false) => {}
                Err(_) if counts.undecidable == UNDECIDED => {
                    counts.complete = false;
                    return Ok(counts);
                }
                Err(_) => counts.undecidable += 1,
            }
        }
    }
}

/// Lets other tasks run before it goes on.
async fn give_way() {
    let mut waited = false;
    poll_fn(|context| {
        if waited {
            return Poll::Ready(());
        }
        waited = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

fn read(name: &str, attributes: &[&str], columns: &[Option<Column>], values: &[Json]) -> Option<Value> {
    let at = attributes.iter().position(|attribute| *attribute == name)?;
    columns.get(at).copied().flatten()?.read(values.get(at)?)
}

async fn read_page(
    reads: &Reads,
    columns: &[Option<Column>],
    narrowed: Sql,
    after: i64,
) -> Result<Vec<Person>, StoreError> {
    let mut inner = Sql::text("SELECT users.rowid AS number");
    let mut names = Vec::with_capacity(columns.len());
    for (at, column) in columns.iter().enumerate() {
        let value = column.map_or_else(|| "NULL".to_owned(), Column::as_json);
        inner.push_text(&format!(", {value} AS c{at}"));
        // A subquery's result is text outside of it, whatever it was inside.
        names.push(if *column == Some(Column::Groups) { format!("json(c{at})") } else { format!("c{at}") });
    }
    inner.push_text(" FROM users WHERE users.rowid > ");
    inner.push_value(after);
    inner.push_text(" AND +users.deleted_at IS NULL AND users.account_enabled AND ");
    inner.push(narrowed);
    inner.push_text(" ORDER BY users.rowid LIMIT ");
    inner.push_value(PAGE);
    let mut sql = Sql::text(&format!(
        "SELECT json_group_array(json_array(number, json_array({}))) FROM (",
        names.join(", ")
    ));
    sql.push(inner);
    sql.push_text(")");
    read_json(reads, sql, "page of people").await
}

/// The numbers of the rows of people who are assigned and not soft-deleted.
async fn find_assigned(reads: &Reads, assigned: Sql) -> Result<HashSet<i64>, StoreError> {
    let text = "SELECT json_group_array(rowid) FROM users WHERE +deleted_at IS NULL AND {}";
    read_json(reads, Sql::fill(text, [assigned]), "list of assigned people").await
}

async fn count_people(reads: &Reads) -> Result<u64, StoreError> {
    let sql = Sql::text("SELECT count(*) FROM users WHERE deleted_at IS NULL");
    let found = reads.db().query_one_raw(sql.into_statement()).await.doing("count people")?;
    match found {
        Some(row) => Ok(unsigned(row.try_get_by_index(0).doing("read the number of people")?)),
        None => Ok(0),
    }
}

async fn read_json<T: serde::de::DeserializeOwned + Default>(
    reads: &Reads,
    sql: Sql,
    what: &'static str,
) -> Result<T, StoreError> {
    let found = reads.db().query_one_raw(sql.into_statement()).await.doing("read who is in scope")?;
    match found {
        Some(row) => {
            let text: String = row.try_get_by_index(0).doing("read who is in scope")?;
            from_json(what, &text)
        }
        None => Ok(T::default()),
    }
}
