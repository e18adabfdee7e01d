//! Administrators: first-run set-up, sign-in and sign-out, passwords.
//!
//! The order of what a person can ask for without being signed in: a place in the queue, the throttle, then what is
//! cheap to look up, then the hash, then rows. What the queue or the throttle refuses writes nothing; see `refusals` for
//! what the audit log tells of it.
//!
//! Deliberately absent: an audit entry for a session that ends because it was not used.
use crate::access::password::{MAX_LENGTH, check_password};
use crate::access::refusals::Attempt;
use crate::caller::{Caller, Right};
use crate::error::{Checked, Result, conflict, invalid, not_found};
use crate::input::{email_address, required_line};
use crate::logs::activity::Activity;
use crate::logs::audit::AuditNote;
use crate::portal::Portal;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use purser_contract::problem::{Problem, ProblemKind};
use purser_contract::session::{AdministratorView, SetupForm, SignInForm};
use purser_domain::ids::AdminId;
use purser_domain::refusal::Refusal;
use purser_store::{Administrator, StoreError};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// Setting that holds the hash of the one-time set-up token.
const SETUP_TOKEN: &str = "setup_token_hash";
/// Longest e-mail address.
const MAX_EMAIL: usize = 254;

impl Portal {
    /// A fresh one-time token for the set-up link; earlier ones stop working. `None` when an administrator exists.
    pub async fn issue_setup_link(&self) -> Result<Option<String>> {
        let tx = self.store().begin().await?;
        if tx.count_administrators().await? > 0 {
            return Ok(None);
        }
        let token = random_text();
        tx.put_setting(SETUP_TOKEN, &hash_text(&token)).await?;
        self.audit(&tx, &Caller::System, Activity::IssueSetupLink, AuditNote::default()).await?;
        tx.commit().await?;
        Ok(Some(token))
    }

    /// Whether there is an administrator who can sign in.
    pub async fn has_administrator(&self) -> Result<bool> {
        Ok(self.store().count_administrators().await? > 0)
    }

    /// Makes the first administrator. The token works once. `remote_address` is the peer's, without its port.
    ///
    /// # Errors
    /// `TooMany` with the seconds to wait, `Forbidden` when the token is not the present one, or a field that breaks a
    /// rule.
    pub async fn complete_setup(&self, form: SetupForm, remote_address: &str) -> Result<AdministratorView> {
        let attempt =
            |refusal| Attempt::new(Activity::AddAdministrator, refusal, &form.email, remote_address);
        if let Err(seconds) = self.memory.throttle.begin(None, remote_address, self.now()) {
            self.memory.refusals.count(attempt(Refusal::TooManyAttempts), self.now());
            return Err(slow_down(seconds).into());
        }
        let stored = self.store().find_setting(SETUP_TOKEN).await?;
        if let Err(problem) = check_setup_token(stored.as_deref(), &form.token) {
            let used = self.has_administrator().await?;
            let refusal = if used { Refusal::UsedLink } else { Refusal::UnknownLink };
            self.audit_refusal(attempt(refusal)).await?;
            return Err(problem.into());
        }
        // The link is right: what may be wrong with the rest is no guess.
        self.memory.throttle.succeed(None, remote_address);
        let email = email_address("E-mail address", "email", &form.email)?;
        let name = required_line("Name", "display_name", &form.display_name, 256)?;
        check_password(&form.password, &email)?;
        if form.password != form.password_again {
            return Err(invalid("The two passwords differ. Type the same one twice.")
                .field("password_again")
                .into());
        }
        let hash = self.memory.passwords.hash(form.password.clone()).await?;

        let administrator = self.new_administrator(email, name, hash);
        let tx = self.store().begin().await?;
        // Again, now that the token can't be used by another request meanwhile.
        let checked = check_setup_token(tx.find_setting(SETUP_TOKEN).await?.as_deref(), &form.token);
        if checked.is_err() || tx.count_administrators().await? > 0 {
            drop(tx);
            self.audit_refusal(attempt(Refusal::UsedLink)).await?;
            return Err(used_setup_link().into());
        }
        tx.insert_administrator(&administrator).await?;
        tx.delete_setting(SETUP_TOKEN).await?;
        let note = AuditNote::on(administrator.id.as_uuid(), &administrator.email)
            .with("By", "set-up link")
            .with("Address", remote_address);
        self.audit(&tx, &caller_of(&administrator), Activity::AddAdministrator, note).await?;
        tx.commit().await?;
        Ok(view_administrator(&administrator))
    }

    /// Signs in with e-mail address and password. `remote_address` is the peer's, without its port.
    ///
    /// # Errors
    /// `TooMany` with the seconds to wait, or `Unauthenticated` with one sentence that is the same for an unknown
    /// address and a wrong password.
    pub async fn sign_in(&self, form: SignInForm, remote_address: &str) -> Result<AdministratorView> {
        let email = form.email.trim();
        let attempt = |refusal| Attempt::new(Activity::SignIn, refusal, email, remote_address);
        let Some(_place) = self.memory.passwords.queue_up() else {
            self.memory.refusals.count(attempt(Refusal::TooManyAttempts), self.now());
            return Err(busy().into());
        };
        if let Err(seconds) = self.memory.throttle.begin(Some(email), remote_address, self.now()) {
            self.memory.refusals.count(attempt(Refusal::TooManyAttempts), self.now());
            return Err(slow_down(seconds).into());
        }
        // Longer than any address or password can be: neither looked up nor hashed.
        let found = match email.chars().count() <= MAX_EMAIL {
            true => self.store().find_administrator_by_email(email).await?,
            false => None,
        };
        let account = found.as_ref().map(|administrator| administrator.id.as_uuid());
        let stored = found.as_ref().map(|administrator| administrator.password_hash.clone());
        let right = form.password.chars().count() <= MAX_LENGTH
            && self.memory.passwords.verify(form.password, stored).await?;
        let Some(administrator) = found.filter(|_| right) else {
            let refusal = account.map_or(Refusal::UnknownAccount, |_| Refusal::WrongPassword);
            self.audit_refusal(attempt(refusal).on(account)).await?;
            return Err(wrong_credentials().into());
        };
        self.memory.throttle.succeed(Some(email), remote_address);
        let tx = self.store().begin().await?;
        let note =
            AuditNote::on(administrator.id.as_uuid(), &administrator.email).with("Address", remote_address);
        self.audit(&tx, &caller_of(&administrator), Activity::SignIn, note).await?;
        tx.commit().await?;
        Ok(view_administrator(&administrator))
    }

    /// Notes that a person signed out; the session itself is the server's to end.
    pub async fn sign_out(&self, caller: &Caller, remote_address: &str) -> Result<()> {
        let tx = self.store().begin().await?;
        let note = AuditNote { target_id: caller.id(), ..AuditNote::default() };
        let note =
            AuditNote { target_name: caller.name().to_owned(), ..note }.with("Address", remote_address);
        self.audit(&tx, caller, Activity::SignOut, note).await?;
        Ok(tx.commit().await?)
    }

    /// The administrator of a session that was begun at `signed_in_at`; `None` when they are gone, or when their
    /// password was set anew since, which ends every older session.
    pub async fn resume_session(
        &self,
        id: AdminId,
        signed_in_at: Timestamp,
    ) -> Result<Option<AdministratorView>> {
        let Some(administrator) = self.store().find_administrator(id).await? else { return Ok(None) };
        // Compared as the store keeps it: set-up and sign-in may well fall into the same millisecond.
        if administrator.password_changed_at.as_millisecond() <= signed_in_at.as_millisecond() {
            return Ok(Some(view_administrator(&administrator)));
        }
        let tx = self.store().begin().await?;
        let note = AuditNote::on(id.as_uuid(), &administrator.email)
            .with("Signed in", signed_in_at)
            .with("Password set", administrator.password_changed_at);
        self.audit(&tx, &Caller::System, Activity::EndSession, note).await?;
        tx.commit().await?;
        Ok(None)
    }

    /// Makes another administrator.
    pub async fn create_administrator(
        &self,
        caller: &Caller,
        email: &str,
        name: &str,
        password: &str,
    ) -> Result<AdministratorView> {
        caller.may(Right::GrantAccess)?;
        let email = email_address("E-mail address", "email", email)?;
        let name = required_line("Name", "display_name", name, 256)?;
        check_password(password, &email)?;
        let hash = self.memory.passwords.hash(password.to_owned()).await?;

        let administrator = self.new_administrator(email, name, hash);
        let tx = self.store().begin().await?;
        match tx.insert_administrator(&administrator).await {
            Ok(()) => {}
            Err(StoreError::Taken { .. }) => {
                return Err(conflict(format!("There is an administrator {} already.", administrator.email))
                    .advice("Use another address, or reset that administrator's password.")
                    .field("email")
                    .into());
            }
            Err(error) => return Err(error.into()),
        }
        let note = AuditNote::on(administrator.id.as_uuid(), &administrator.email);
        self.audit(&tx, caller, Activity::AddAdministrator, note).await?;
        // The set-up link has no use any more.
        tx.delete_setting(SETUP_TOKEN).await?;
        tx.commit().await?;
        Ok(view_administrator(&administrator))
    }

    /// Gives an administrator a new password; their sessions end.
    pub async fn reset_password(
        &self,
        caller: &Caller,
        email: &str,
        password: &str,
    ) -> Result<AdministratorView> {
        caller.may(Right::GrantAccess)?;
        let email = email.trim();
        let found = self.store().find_administrator_by_email(email).await?;
        let administrator = found.ok_or_else(|| not_found("administrator", email).field("email"))?;
        check_password(password, &administrator.email)?;
        let hash = self.memory.passwords.hash(password.to_owned()).await?;

        let tx = self.store().begin().await?;
        tx.update_password(administrator.id, &hash, self.now()).await?;
        let note = AuditNote::on(administrator.id.as_uuid(), &administrator.email);
        self.audit(&tx, caller, Activity::SetPassword, note).await?;
        tx.commit().await?;
        Ok(view_administrator(&administrator))
    }

    fn new_administrator(&self, email: String, display_name: String, password_hash: String) -> Administrator {
        let now = self.now();
        Administrator {
            id: AdminId::from_uuid(self.new_id()),
            email,
            display_name,
            password_hash,
            created_at: now,
            password_changed_at: now,
        }
    }
}

/// A random text with 256 bits in it, fit for URLs.
pub(crate) fn random_text() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

fn hash_text(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(text.as_bytes()))
}

fn check_setup_token(stored: Option<&str>, token: &str) -> Checked<()> {
    let right = stored
        .filter(|stored| !stored.is_empty())
        .is_some_and(|stored| bool::from(stored.as_bytes().ct_eq(hash_text(token.trim()).as_bytes())));
    if right { Ok(()) } else { Err(used_setup_link()) }
}

fn used_setup_link() -> Problem {
    Problem::new(ProblemKind::Forbidden, "This set-up link does not work: it was used already, or a newer one was printed.")
        .advice("If there is an administrator already, sign in. Otherwise restart Purser and open the link that it prints.")
}

fn slow_down(seconds: i64) -> Problem {
    let unit = if seconds == 1 { "second" } else { "seconds" };
    Problem::new(ProblemKind::TooMany, format!("Too many attempts; try again in {seconds} {unit}."))
}

fn busy() -> Problem {
    Problem::new(ProblemKind::TooMany, "Too many sign-ins are under way; try again in a few seconds.")
}

fn caller_of(administrator: &Administrator) -> Caller {
    Caller::Administrator { id: administrator.id, name: administrator.display_name.clone() }
}

fn wrong_credentials() -> Problem {
    Problem::new(ProblemKind::Unauthenticated, "The e-mail address or the password is wrong.")
        .advice("Check both and try again. A password can be reset with: purser admin reset-password.")
        .field("password")
}

fn view_administrator(administrator: &Administrator) -> AdministratorView {
    AdministratorView {
        id: administrator.id.to_string(),
        email: administrator.email.clone(),
        display_name: administrator.display_name.clone(),
    }
}
