//! API tokens. Only their hashes are kept.

use crate::{
    Reads, Store, StoreError, Tx,
    convert::{instant, instant_or_none, millis},
    entities::api_token,
    error::Doing,
};
use jiff::Timestamp;
use purser_domain::ids::TokenId;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};

/// How exact *last used* is. A script that calls a hundred times a second must not write as often.
const TOUCH_MILLIS: i64 = 60_000;

/// A token.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Id.
    pub id: TokenId,
    /// Name given by its maker.
    pub name: String,
    /// SHA-256 of the token.
    pub hash: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
}

impl std::fmt::Debug for ApiToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiToken").field("id", &self.id).field("name", &self.name).finish_non_exhaustive()
    }
}

impl Reads {
    /// The token with this hash.
    pub async fn find_token_by_hash(&self, hash: &[u8]) -> Result<Option<ApiToken>, StoreError> {
        let query = api_token::Entity::find().filter(api_token::Column::Hash.eq(hash.to_vec()));
        query.one(&self.db()).await.doing("find a token")?.map(from_row).transpose()
    }

    /// Tokens, the newest first.
    pub async fn list_tokens(&self, after: Option<TokenId>, limit: u64) -> Result<Vec<ApiToken>, StoreError> {
        let mut query = api_token::Entity::find().order_by_desc(api_token::Column::Id).limit(limit);
        if let Some(after) = after {
            query = query.filter(api_token::Column::Id.lt(after.as_uuid()));
        }
        query.all(&self.db()).await.doing("list tokens")?.into_iter().map(from_row).collect()
    }
}

impl Store {
    /// Notes that a token was used, unless that was noted within the last minute.
    pub async fn touch_token(&self, token: &ApiToken, at: Timestamp) -> Result<(), StoreError> {
        let stale = millis(at) - TOUCH_MILLIS;
        if token.last_used_at.is_some_and(|used| millis(used) > stale) {
            return Ok(());
        }
        let not_noted = Condition::any()
            .add(api_token::Column::LastUsedAt.is_null())
            .add(api_token::Column::LastUsedAt.lte(stale));
        api_token::Entity::update_many()
            .col_expr(api_token::Column::LastUsedAt, Expr::value(millis(at)))
            .filter(api_token::Column::Id.eq(token.id.as_uuid()))
            .filter(not_noted)
            .exec(self.writer())
            .await
            .doing("note the use of a token")?;
        Ok(())
    }
}

impl Tx {
    /// Adds a token.
    pub async fn insert_token(&self, new: &ApiToken) -> Result<(), StoreError> {
        let row = api_token::ActiveModel {
            id: Set(new.id.as_uuid()),
            name: Set(new.name.clone()),
            hash: Set(new.hash.clone()),
            created_at: Set(millis(new.created_at)),
            last_used_at: Set(new.last_used_at.map(millis)),
        };
        self.insert(row).await.doing_unique("insert a token", "token")
    }

    /// Removes a token. False when there was none.
    pub async fn delete_token(&self, id: TokenId) -> Result<bool, StoreError> {
        let done =
            api_token::Entity::delete_by_id(id.as_uuid()).exec(&self.db()).await.doing("delete a token")?;
        Ok(done.rows_affected > 0)
    }
}

fn from_row(row: api_token::Model) -> Result<ApiToken, StoreError> {
    Ok(ApiToken {
        id: TokenId::from_uuid(row.id),
        name: row.name,
        hash: row.hash,
        created_at: instant(row.created_at)?,
        last_used_at: instant_or_none(row.last_used_at)?,
    })
}
