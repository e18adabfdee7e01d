//! Admin Credentials: which method an application uses, what was entered for it, and what that replaces.
//!
//! Invariants:
//!
//! * A stored secret is only ever sent to the host that it was entered for: an administrator who points the Tenant URL
//!   or an OAuth address to another host must enter every secret again, or an administrator's session would be enough
//!   to read one that no page shows.
//! * What belongs to another method goes in the transaction that stores the new one's, and not before.
//! * Tokens of a consent go as soon as they may belong to another client, another server or another target.
use crate::error::{Checked, Result, conflict, invalid};
use crate::portal::Portal;
use crate::provisioning::credential_fields::{parse_field, same_host};
use crate::provisioning::expiry::{day_of, guess_end, parse_day};
use jiff::Timestamp;
use purser_connectors::{CredentialField, CredentialKind, CredentialMethod, FieldFormat, Template};
use purser_contract::credentials::entered;
use purser_domain::ids::AppId;
use purser_domain::secret::Secret;
use purser_engine::{ACCESS_TOKEN, REFRESH_TOKEN};
use purser_store::{Application, JobSpec, Reads, Tx};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What an administrator entered under Admin Credentials, read by the fields of one method.
#[derive(Clone)]
pub(crate) struct CredentialsEdit {
    /// The method that it is for.
    pub(crate) method: CredentialMethod,
    /// Entered values, by key.
    pub(crate) values: BTreeMap<String, Secret>,
    /// Values that are to go: fields that show what they hold, and were emptied.
    pub(crate) cleared: Vec<String>,
    /// Ends that were typed in, by key.
    pub(crate) ends: BTreeMap<String, Option<Timestamp>>,
}

/// What a save did to the credentials, in words for the audit log; never a value.
pub(crate) type Notes = Vec<(String, String)>;

/// What is missing before provisioning can start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Missing {
    /// What it is.
    pub(crate) need: Need,
    /// The same in words: *the Secret Token*.
    pub(crate) what: String,
}

/// Something that provisioning can't start without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Need {
    TenantUrl,
    /// A field of the credential method, by its key.
    Credential(String),
    Consent,
}

impl Need {
    /// The form's field.
    pub(crate) fn field(&self) -> &str {
        match self {
            Self::TenantUrl => "tenant_url",
            Self::Credential(key) => key,
            Self::Consent => "consent",
        }
    }
}

impl CredentialsEdit {
    /// What was entered, by key or by method and key.
    pub(crate) fn parse(
        template: &Template,
        stored: &JobSpec,
        chosen: &str,
        fields: &BTreeMap<String, String>,
        days: &BTreeMap<String, String>,
    ) -> Checked<Self> {
        let method = choose_method(template, stored, chosen, fields)?;
        let mut edit = Self {
            method: method.clone(),
            values: BTreeMap::new(),
            cleared: Vec::new(),
            ends: BTreeMap::new(),
        };
        for field in &method.fields {
            if let Some(text) = entered(fields, &method.id, &field.key) {
                match parse_field(method, field, text)? {
                    Some(value) => drop(edit.values.insert(field.key.clone(), value)),
                    // An empty secret means the stored one.
                    None if field.secret => {}
                    None => edit.cleared.push(field.key.clone()),
                }
            }
            if field.secret
                && let Some(text) = entered(days, &method.id, &field.key)
            {
                edit.ends.insert(field.key.clone(), parse_day(&field.label, &field.key, text)?);
            }
        }
        Ok(edit)
    }
}

/// The method that a form is about.
fn choose_method<'t>(
    template: &'t Template,
    stored: &JobSpec,
    chosen: &str,
    fields: &BTreeMap<String, String>,
) -> Checked<&'t CredentialMethod> {
    let id = chosen.trim();
    let found = if id.is_empty() {
        template.method(&stored.credential_method)
    } else {
        template.credential_methods.iter().find(|method| method.id == id)
    };
    let Some(method) = found else {
        let offered: Vec<&str> =
            template.credential_methods.iter().map(|method| method.id.as_str()).collect();
        return Err(invalid(format!("{} has no credential method \"{id}\".", template.name))
            .advice(format!("It has: {}.", offered.join(", ")))
            .field("credential_method"));
    };
    // Superseded credentials are replaced as soon as the new ones are there.
    let filled = |successor: &&CredentialMethod| {
        successor.fields.iter().any(|field| {
            let own = !method.fields.iter().any(|old| old.key == field.key);
            let text = fields.get(&format!("{}.{}", successor.id, field.key));
            let text = text.or_else(|| fields.get(&field.key).filter(|_| own));
            field.secret && text.is_some_and(|text| !text.trim().is_empty())
        })
    };
    let successor = find_successor(template, method).filter(filled);
    Ok(successor.unwrap_or(method))
}

/// What takes the place of a superseded method.
pub(crate) fn find_successor<'t>(
    template: &'t Template,
    method: &CredentialMethod,
) -> Option<&'t CredentialMethod> {
    let mut offered = template.credential_methods.iter().filter(|other| !other.superseded);
    method.superseded.then(|| offered.next()).flatten()
}

/// Whether requests need the consent of an administrator.
pub(crate) fn needs_consent(method: &CredentialMethod) -> bool {
    method.kind == CredentialKind::AuthorizationCode
}

/// What provisioning can't start without, in the order of the page. `has` tells what is stored or entered.
pub(crate) fn list_missing(
    spec: &JobSpec,
    method: Option<&CredentialMethod>,
    has: impl Fn(&str) -> bool,
) -> Vec<Missing> {
    let missing = |need: Need, what: String| Missing { need, what };
    let mut list = Vec::new();
    if spec.tenant_url.is_empty() {
        list.push(missing(Need::TenantUrl, "the Tenant URL".to_owned()));
    }
    let Some(method) = method else { return list };
    let lacking = method.fields.iter().filter(|field| field.required && !has(&field.key));
    list.extend(
        lacking.map(|field| missing(Need::Credential(field.key.clone()), format!("the {}", field.label))),
    );
    if list.is_empty() && needs_consent(method) && !has(ACCESS_TOKEN) {
        list.push(missing(Need::Consent, "an administrator's consent".to_owned()));
    }
    list
}

/// Refuses to keep a stored secret for another host than the one that it was entered for.
pub(crate) async fn check_secrets_stay(
    reads: &Reads,
    stored: &JobSpec,
    tenant_url: &str,
    edit: Option<&CredentialsEdit>,
    method: Option<&CredentialMethod>,
) -> Result<()> {
    let Some(moved) = find_moved(reads, stored, tenant_url, edit, method).await? else { return Ok(()) };
    let known = reads.list_secret_names(stored.application_id).await?;
    let fields = method.map(|method| method.fields.as_slice()).unwrap_or_default();
    let entered = |field: &&CredentialField| edit.is_some_and(|edit| edit.values.contains_key(&field.key));
    let kept = fields.iter().find(|field| field.secret && known.contains_key(&field.key) && !entered(field));
    let Some(field) = kept else { return Ok(()) };
    Err(invalid(format!(
        "The {moved} points to another host, and the stored {} is not sent there.",
        field.label
    ))
    .advice(format!("Enter the {} of the new host as well.", field.label))
    .field(field.key.as_str())
    .into())
}

/// The label of an address that leads to another host than before.
async fn find_moved(
    reads: &Reads,
    stored: &JobSpec,
    tenant_url: &str,
    edit: Option<&CredentialsEdit>,
    method: Option<&CredentialMethod>,
) -> Result<Option<String>> {
    // From no address to one counts, too: else an address that was emptied first could lead anywhere.
    if !tenant_url.is_empty() && !same_host(tenant_url, &stored.tenant_url) {
        return Ok(Some("Tenant URL".to_owned()));
    }
    let Some((edit, method)) = edit.zip(method) else { return Ok(None) };
    for field in method.fields.iter().filter(|field| field.format == FieldFormat::Url) {
        let Some(address) = edit.values.get(&field.key) else { continue };
        let before = reads.read_secret(stored.application_id, &field.key).await?;
        if before.is_none_or(|before| !same_host(before.expose(), address.expose())) {
            return Ok(Some(field.label.clone()));
        }
    }
    Ok(None)
}

impl Portal {
    /// The gallery app of an application and the method that it uses.
    pub(crate) fn find_method(
        &self,
        application: &Application,
        spec: &JobSpec,
    ) -> Option<(Arc<Template>, CredentialMethod)> {
        let template = self.find_template(&application.template_id)?;
        let method = template.method(&spec.credential_method)?.clone();
        Some((template, method))
    }

    /// The gallery app of an application.
    pub(crate) fn load_template_of(&self, application: &Application) -> Checked<Arc<Template>> {
        self.find_template(&application.template_id).ok_or_else(|| {
            conflict("The gallery application that this one was added from is not in this version of Purser.")
                .advice("Update Purser, or put its gallery file back into the data folder.")
        })
    }
}

/// Writes what was entered, and takes away what belonged to another method. `before` is the method until now.
pub(crate) async fn write_credentials(
    tx: &Tx,
    app: AppId,
    before: Option<&CredentialMethod>,
    edit: &CredentialsEdit,
    moved: bool,
    now: Timestamp,
) -> Result<Notes> {
    let known = tx.list_secret_names(app).await?;
    let mut stored = BTreeMap::new();
    for key in edit.values.keys().filter(|key| known.contains_key(*key)) {
        stored.insert(key.clone(), tx.read_secret(app, key).await?);
    }
    let mut notes = Notes::new();
    let mut consent_ends = moved;
    for field in &edit.method.fields {
        let key = &field.key;
        let before_end = known.get(key).copied().flatten();
        // The field shows the end of the stored secret; unchanged, it says nothing about a new one.
        let typed = edit.ends.get(key).copied();
        let typed = typed.filter(|typed| typed.map(day_of) != before_end.map(day_of));
        if let Some(value) = edit.values.get(key) {
            let same = stored.get(key).is_some_and(|stored| stored.as_ref() == Some(value));
            if !same {
                tx.write_secret(app, key, value, now).await?;
                let end = if field.secret { guess_end(&edit.method, value, now) } else { None };
                tx.set_secret_expiry(app, key, typed.unwrap_or(end)).await?;
                notes.push((field.label.clone(), describe_change(field, known.contains_key(key), value)));
                consent_ends |= !field.secret || field.format == FieldFormat::Url;
                continue;
            }
        }
        if let Some(end) = typed
            && tx.set_secret_expiry(app, key, end).await?
        {
            let day = end.map_or_else(|| "not known".to_owned(), day_of);
            notes.push((format!("{} expires on", field.label), day));
        }
    }
    for key in edit.cleared.iter().filter(|key| known.contains_key(*key)) {
        tx.delete_secret(app, key).await?;
        consent_ends = true;
        let label = edit.method.fields.iter().find(|field| field.key == **key).map(|field| &field.label);
        notes.push((label.unwrap_or(key).clone(), "removed".to_owned()));
    }
    let before = before.filter(|before| before.id != edit.method.id);
    if let Some(before) = before {
        notes.insert(0, ("Credentials".to_owned(), format!("{} → {}", before.label, edit.method.label)));
        for field in &before.fields {
            let shared = edit.method.fields.iter().any(|other| other.key == field.key);
            if !shared && tx.delete_secret(app, &field.key).await? {
                notes.push((field.label.clone(), "removed".to_owned()));
            }
        }
    }
    if before.is_some() || consent_ends {
        tx.delete_secret(app, REFRESH_TOKEN).await?;
        if tx.delete_secret(app, ACCESS_TOKEN).await? && needs_consent(&edit.method) {
            notes.push(("Consent".to_owned(), "to be given again".to_owned()));
        }
    }
    Ok(notes)
}

fn describe_change(field: &CredentialField, was_there: bool, value: &Secret) -> String {
    match (field.secret, was_there) {
        (true, true) => "replaced".to_owned(),
        (true, false) => "entered".to_owned(),
        (false, _) => value.expose().to_owned(),
    }
}
