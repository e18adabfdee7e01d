//! Administrators: first-run set-up, sign-in, passwords.
use crate::access::password::check_password;
use crate::caller::{Caller, Right};
use crate::error::{Result, conflict, invalid, not_found};
use crate::input::{email_address, required_line};
use crate::logs::audit::{Activity, AuditNote};
use crate::portal::Portal;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use purser_contract::problem::{Problem, ProblemKind};
use purser_contract::session::{AdministratorView, SetupForm, SignInForm};
use purser_domain::ids::AdminId;
use purser_store::{Administrator, StoreError};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// Setting that holds the hash of the one-time set-up token.
const SETUP_TOKEN: &str = "setup_token_hash";

impl Portal {
    /// A fresh one-time token for the set-up link; earlier ones stop working. `None` when an administrator exists.
    ///
    /// # Errors
    /// [`crate::ServiceError`] when the store fails.
    pub async fn issue_setup_link(&self) -> Result<Option<String>> {
        let tx = self.store().begin().await?;
        if tx.count_administrators().await? > 0 {
            return Ok(None);
        }
        let token = random_text();
        tx.put_setting(SETUP_TOKEN, &hash_text(&token)).await?;
        tx.commit().await?;
        Ok(Some(token))
    }

    /// Whether anybody can sign in yet.
    ///
    /// # Errors
    /// [`crate::ServiceError`] when the store fails.
    pub async fn has_administrator(&self) -> Result<bool> {
        Ok(self.store().count_administrators().await? > 0)
    }

    /// Makes the first administrator. The token works once.
    ///
    /// # Errors
    /// [`crate::ServiceError`] when the token is not the present one, or the form breaks a rule.
    pub async fn complete_setup(&self, form: SetupForm) -> Result<AdministratorView> {
        let stored = self.store().find_setting(SETUP_TOKEN).await?;
        check_setup_token(stored.as_deref(), &form.token)?;
        let email = email_address("E-mail address", "email", &form.email)?;
        let name = required_line("Name", "display_name", &form.display_name, 256)?;
        check_password(&form.password, &email)?;
        if form.password != form.password_again {
            return Err(invalid("The two passwords differ. Type the same one twice.")
                .field("password_again")
                .into());
        }
        let hash = self.passwords.hash(form.password).await?;

        let administrator = self.new_administrator(email, name, hash);
        let caller = Caller::Administrator { id: administrator.id, name: administrator.display_name.clone() };
        let tx = self.store().begin().await?;
        // Again, now that nobody else can use the token meanwhile.
        check_setup_token(tx.find_setting(SETUP_TOKEN).await?.as_deref(), &form.token)?;
        if tx.count_administrators().await? > 0 {
            return Err(used_setup_link().into());
        }
        tx.insert_administrator(&administrator).await?;
        tx.delete_setting(SETUP_TOKEN).await?;
        let note = AuditNote::on(administrator.id.as_uuid(), &administrator.email).with("By", "set-up link");
        self.audit(&tx, &caller, Activity::AddAdministrator, note).await?;
        tx.commit().await?;
        Ok(view_administrator(&administrator))
    }

    /// Signs in with e-mail address and password. `remote_address` is the peer's, without its port.
    ///
    /// # Errors
    /// [`crate::ServiceError`]: `TooMany` with the seconds to wait, or `Unauthenticated` with one sentence that is
    /// the same for an unknown address and a wrong password.
    pub async fn sign_in(&self, form: SignInForm, remote_address: &str) -> Result<AdministratorView> {
        let email = form.email.trim();
        // Longer than any address or password can be: refused before it costs anything.
        if email.chars().count() > 254 || form.password.chars().count() > crate::access::password::MAX_LENGTH
        {
            return Err(wrong_credentials().into());
        }
        if let Err(seconds) = self.throttle.begin(email, remote_address, self.now()) {
            let unit = if seconds == 1 { "second" } else { "seconds" };
            return Err(Problem::new(
                ProblemKind::TooMany,
                format!("Too many attempts; try again in {seconds} {unit}."),
            )
            .into());
        }
        let found = self.store().find_administrator_by_email(email).await?;
        let stored = found.as_ref().map(|administrator| administrator.password_hash.clone());
        let right = self.passwords.verify(form.password, stored).await?;
        let Some(administrator) = found.filter(|_| right) else {
            tracing::warn!(remote_address, "a sign-in was refused");
            return Err(wrong_credentials().into());
        };
        self.throttle.succeed(email, remote_address);
        let caller = Caller::Administrator { id: administrator.id, name: administrator.display_name.clone() };
        let tx = self.store().begin().await?;
        let note =
            AuditNote::on(administrator.id.as_uuid(), &administrator.email).with("Address", remote_address);
        self.audit(&tx, &caller, Activity::SignIn, note).await?;
        tx.commit().await?;
        Ok(view_administrator(&administrator))
    }

    /// The administrator with this id.
    ///
    /// # Errors
    /// [`crate::ServiceError`] when the store fails.
    pub async fn find_administrator(&self, id: AdminId) -> Result<Option<AdministratorView>> {
        Ok(self.store().find_administrator(id).await?.as_ref().map(view_administrator))
    }

    /// The administrator of a session that was begun at `signed_in_at`; `None` when they are gone, or when their
    /// password was set anew since, which ends every older session.
    ///
    /// # Errors
    /// [`crate::ServiceError`] when the store fails.
    pub async fn resume_session(
        &self,
        id: AdminId,
        signed_in_at: Timestamp,
    ) -> Result<Option<AdministratorView>> {
        let found = self.store().find_administrator(id).await?;
        // Compared as the store keeps it: set-up and sign-in may well fall into the same millisecond.
        let valid =
            found.filter(|admin| admin.password_changed_at.as_millisecond() <= signed_in_at.as_millisecond());
        Ok(valid.as_ref().map(view_administrator))
    }

    /// Makes another administrator.
    ///
    /// # Errors
    /// [`crate::ServiceError`] when the address is taken or something breaks a rule.
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
        let hash = self.passwords.hash(password.to_owned()).await?;

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
        // Whoever holds the set-up link has no business with it any more.
        tx.delete_setting(SETUP_TOKEN).await?;
        tx.commit().await?;
        Ok(view_administrator(&administrator))
    }

    /// Gives an administrator a new password; their sessions end.
    ///
    /// # Errors
    /// [`crate::ServiceError`] when there is no such administrator, or the password breaks a rule.
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
        let hash = self.passwords.hash(password.to_owned()).await?;

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

fn check_setup_token(stored: Option<&str>, token: &str) -> Result<()> {
    let right = stored
        .filter(|stored| !stored.is_empty())
        .is_some_and(|stored| bool::from(stored.as_bytes().ct_eq(hash_text(token.trim()).as_bytes())));
    if right { Ok(()) } else { Err(used_setup_link().into()) }
}

fn used_setup_link() -> Problem {
    Problem::new(ProblemKind::Forbidden, "This set-up link does not work: it was used already, or a newer one was printed.")
        .advice("If there is an administrator already, sign in. Otherwise restart Purser and open the link that it prints.")
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
