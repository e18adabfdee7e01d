//! API tokens. A token is shown once, when it is made; the store keeps its hash.
use crate::access::administrators::random_text;
use crate::access::refusals::Attempt;
use crate::caller::{Caller, Right};
use crate::error::{Result, not_found};
use crate::input::{parse_id, required_line};
use crate::logs::activity::Activity;
use crate::logs::audit::AuditNote;
use crate::portal::Portal;
use purser_contract::session::TokenView;
use purser_domain::ids::TokenId;
use purser_domain::refusal::Refusal;
use purser_store::ApiToken;
use sha2::{Digest as _, Sha256};

/// Begins every token, so that scanners of source code can find leaked ones.
const PREFIX: &str = "purser_";
/// Longest text that can be a token; a longer one is not even hashed.
const MAX_LENGTH: usize = 128;
/// Most tokens listed.
const MAX_LISTED: u64 = 1_000;

impl Portal {
    /// Makes a token. The text is not kept and can't be shown again.
    pub async fn create_token(&self, caller: &Caller, name: &str) -> Result<(TokenView, String)> {
        caller.may(Right::GrantAccess)?;
        let name = required_line("Name", "name", name, 256)?;
        let text = format!("{PREFIX}{}", random_text());
        let token = ApiToken {
            id: TokenId::from_uuid(self.new_id()),
            name,
            hash: hash_token(&text),
            created_at: self.now(),
            last_used_at: None,
        };
        let tx = self.store().begin().await?;
        tx.insert_token(&token).await?;
        self.audit(&tx, caller, Activity::AddToken, note(&token)).await?;
        tx.commit().await?;
        Ok((view_token(&token), text))
    }

    /// The tokens, newest first.
    pub async fn list_tokens(&self, caller: &Caller) -> Result<Vec<TokenView>> {
        caller.may(Right::GrantAccess)?;
        Ok(self.store().list_tokens(None, MAX_LISTED).await?.iter().map(view_token).collect())
    }

    /// Deletes a token; a program that uses it is refused from now on.
    pub async fn delete_token(&self, caller: &Caller, id: &str) -> Result<TokenView> {
        caller.may(Right::GrantAccess)?;
        let token_id: TokenId = parse_id("API token", id)?;
        let tx = self.store().begin().await?;
        let listed = tx.list_tokens(None, MAX_LISTED).await?;
        let token = listed.into_iter().find(|token| token.id == token_id);
        let token = token.ok_or_else(|| not_found("API token", id))?;
        tx.delete_token(token_id).await?;
        self.audit(&tx, caller, Activity::DeleteToken, note(&token)).await?;
        tx.commit().await?;
        Ok(view_token(&token))
    }

    /// The caller that a bearer token stands for; `None` when it is none of ours. `remote_address` is the peer's.
    pub async fn authenticate_token(&self, token: &str, remote_address: &str) -> Result<Option<Caller>> {
        let token = token.trim();
        if token.is_empty() || token.len() > MAX_LENGTH {
            return Ok(None);
        }
        // Looked up by hash, so what the comparison's time could tell is about the hash and not about the token.
        let hash = hash_token(token);
        let Some(found) = self.store().find_token_by_hash(&hash).await? else {
            let (tried, refusal) = (fingerprint(&hash), Refusal::UnknownToken);
            self.audit_refusal(Attempt::new(Activity::UseToken, refusal, &tried, remote_address)).await?;
            return Ok(None);
        };
        self.store().touch_token(&found, self.now()).await?;
        Ok(Some(Caller::Token { id: found.id, name: found.name }))
    }
}

fn hash_token(text: &str) -> Vec<u8> {
    Sha256::digest(text.as_bytes()).to_vec()
}

/// By which the audit log tells tokens apart, also deleted ones; nothing can be made of it.
fn fingerprint(hash: &[u8]) -> String {
    hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn note(token: &ApiToken) -> AuditNote {
    AuditNote::on(token.id.as_uuid(), &token.name).with("Fingerprint", fingerprint(&token.hash))
}

fn view_token(token: &ApiToken) -> TokenView {
    TokenView {
        id: token.id.to_string(),
        name: token.name.clone(),
        created_at: token.created_at.to_string(),
        last_used_at: token.last_used_at.map(|at| at.to_string()),
    }
}
