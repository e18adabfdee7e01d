//! Lists by key: a page says after which row it starts, so it stays right while rows come and go.

use crate::Application;
use purser_domain::{group::Group, user::User};
use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Expr, ExprTrait, LikeExpr},
};
use uuid::Uuid;

/// Place of a row in a list that is sorted by name: its name in lower case, and its id among equal names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct NameKey {
    /// Name in lower case.
    pub name: String,
    /// Id.
    pub id: Uuid,
}

impl NameKey {
    /// Place of a user.
    #[must_use]
    pub fn of_user(user: &User) -> Self {
        Self { name: user.name().to_lowercase(), id: user.id.as_uuid() }
    }

    /// Place of a group.
    #[must_use]
    pub fn of_group(group: &Group) -> Self {
        Self { name: group.display_name.to_lowercase(), id: group.id.as_uuid() }
    }

    /// Place of an application.
    #[must_use]
    pub fn of_application(application: &Application) -> Self {
        Self { name: application.display_name.to_lowercase(), id: application.id.as_uuid() }
    }
}

/// Rows behind `after`, by two columns.
pub(crate) fn behind(name: impl ColumnTrait, id: impl ColumnTrait, after: Option<&NameKey>) -> Condition {
    let Some(after) = after else { return Condition::all() };
    let place = Expr::tuple([Expr::col(name.as_column_ref()), Expr::col(id.as_column_ref())]);
    let key = Expr::tuple([Expr::value(after.name.clone()), Expr::value(after.id)]);
    Condition::all().add(place.gt(key))
}

/// Rows whose `column`, which is in lower case, contains every word of `search`.
pub(crate) fn containing(column: impl ColumnTrait, search: &str) -> Condition {
    search.split_whitespace().fold(Condition::all(), |condition, word| {
        condition.add(column.like(LikeExpr::new(format!("%{}%", escape(&word.to_lowercase()))).escape('\\')))
    })
}

/// Rows whose `column` starts with `prefix`, as a range, so that an index on the column serves it.
pub(crate) fn starting_with(column: impl ColumnTrait, prefix: &str) -> Condition {
    Condition::all().add(column.gte(prefix)).add(column.lt(format!("{prefix}{}", char::MAX)))
}

fn escape(word: &str) -> String {
    let mut escaped = String::with_capacity(word.len());
    for character in word.chars() {
        if matches!(character, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}
