//! One account from nothing to nothing.
use anyhow::{Context, Result, ensure};
use purser_connectors::{Deleted, ErrorKind, Template, ValueRule};
use purser_domain::attribute::AttributeType;
use purser_domain::mapping::MatchQuery;
use purser_domain::object::ObjectKind;
use purser_domain::object::ObjectKind::User;
use purser_domain::plan::Change;
use serde_json::{Value, json};

use super::subject::{Fake, Subject};
use crate::support::{change, path, write};

/// Values by attribute.
pub(super) type Values = Vec<(String, Value)>;

/// The whole life of an account.
pub(super) async fn run(subject: &Subject) -> Result<()> {
    let (fake, connector, names) = (&subject.fake, &subject.connector, subject.names());
    let stranger = fake.insert_user("stranger@example.com", "Nobody")?;
    let (before, count) = (fake.user("stranger@example.com"), fake.users().len());

    connector.check(&subject.kinds()).await.context("Test Connection must pass")?;
    ensure!(fake.users().len() == count, "Test Connection must leave no trace");

    let user_name = subject.user_name();
    let wanted = text_query(names.user_name, &user_name)?;
    ensure!(
        connector.find(User, &wanted).await?.value.is_empty(),
        "nobody must be found before anybody is made"
    );
    let one = subject.values(&user_name, "one")?;
    let made = connector.create(User, &write(&one)?).await.context("create")?;
    let id = made.value.id;
    ensure!(id != stranger, "a new account must have an id of its own");
    ensure!(fake.users().len() == count + 1, "a create must make one account");
    expect(subject, &user_name, &one).context("after create")?;

    find_it(subject, &user_name, &id, &one).await?;
    let there = connector.read(User, &id).await.context("read")?.value;
    ensure!(there.is_some_and(|object| object.id == id), "an account must be read by its id");
    let again = connector.create(User, &write(&one)?).await.err().context("a duplicate must be refused")?;
    ensure!(*again.kind() == ErrorKind::Conflict, "a duplicate must be a conflict: {again:?}");
    find_several(subject).await?;

    change_everything(subject, &id, &user_name).await?;
    let (attribute, on, off) = names.state;
    for (old, new) in [(on, off), (on, off), (off, on), (on, off)] {
        let changes = [change(attribute, Some(json!(old)), Some(json!(new)))?];
        connector.disable(User, &id, &changes).await.context("disable and enable")?;
        let state = state_of(fake, &user_name)?;
        ensure!(
            state == subject.spelled(&json!(new)),
            "disable and enable must be done, and be safe to repeat: {state}"
        );
    }
    let id = rename(subject, &user_name, id).await?;
    delete(subject, &id).await?;
    let now = fake.user("stranger@example.com");
    ensure!(now == before, "an account that was there before must stay untouched: {now:?}");
    Ok(())
}

async fn find_it(subject: &Subject, user_name: &str, id: &str, values: &Values) -> Result<()> {
    let upper = user_name.to_uppercase();
    let found = subject.connector.find(User, &text_query(subject.names().user_name, &upper)?).await?.value;
    ensure!(
        found.len() == 1 && found[0].id == id,
        "an account must be found whatever the case of its name: {found:?}"
    );
    for attribute in subject.matching() {
        let value = values.iter().find(|(name, _)| *name == attribute).map(|(_, value)| value.clone());
        let Some(value) = value else { continue };
        let query = MatchQuery { path: path(&attribute)?, value, redacted: false };
        let found =
            subject.connector.find(User, &query).await.with_context(|| format!("find by {attribute}"))?.value;
        ensure!(found.len() == 1 && found[0].id == id, "exactly one must be found by {attribute}: {found:?}");
    }
    Ok(())
}

async fn find_several(subject: &Subject) -> Result<()> {
    let fake = &subject.fake;
    let twins =
        [fake.insert_user("twin1@example.com", "Twin")?, fake.insert_user("twin2@example.com", "Twin")?];
    let found = subject.connector.find(User, &text_query(subject.names().shared, "Twin")?).await;
    let found = found.context("find several")?.value;
    ensure!(
        found.len() == 2,
        "both accounts with one value must be found, so that neither is taken: {found:?}"
    );
    for twin in twins {
        fake.remove_user(&twin);
    }
    Ok(())
}

/// Replaces every value, clears every one, and fills every one again.
async fn change_everything(subject: &Subject, id: &str, user_name: &str) -> Result<()> {
    let (one, two) = (subject.values(user_name, "one")?, subject.values(user_name, "two")?);
    // What is kept was never changed.
    let kept: Values = one.iter().filter(|(name, _)| subject.is_kept(name)).cloned().collect();
    let update = async |old: Option<&Values>, new: Option<&Values>| -> Result<()> {
        let steps = steps(subject, &one, old, new)?;
        subject.connector.update(User, id, &steps).await?;
        Ok(())
    };
    update(Some(&one), Some(&two)).await.context("replace every value")?;
    expect(subject, user_name, &merged(subject, &one, &two)).context("after replacing")?;
    update(Some(&two), None).await.context("clear every value")?;
    expect(subject, user_name, &kept).context("after clearing")?;
    update(Some(&two), None).await.context("clear what is cleared already")?;
    expect(subject, user_name, &kept).context("after clearing twice")?;
    update(None, Some(&one)).await.context("fill every value again")?;
    expect(subject, user_name, &one).context("after filling again")?;
    // The target lost some of what was exported: the change must get there all the same.
    for (attribute, value) in
        one.iter().filter(|(name, _)| name.contains('[') && !subject.is_kept(name)).take(2)
    {
        let lose = [change(attribute, Some(value.clone()), None)?];
        subject.connector.update(User, id, &lose).await.with_context(|| format!("clear {attribute}"))?;
    }
    update(Some(&one), Some(&two)).await.context("replace values of which some are gone")?;
    expect(subject, user_name, &merged(subject, &one, &two)).context("after replacing what was gone")?;
    let body = subject.fake.user(user_name).context("the account is gone")?;
    for list in ["emails", "addresses"] {
        let Some(elements) = body[list].as_array() else { continue };
        let mut types: Vec<String> = elements.iter().map(|element| element["type"].to_string()).collect();
        types.sort();
        let all = types.len();
        types.dedup();
        ensure!(types.len() == all, "no element must be there twice: {body}");
    }
    Ok(())
}

/// `two` where it differs and may be changed, `one` else.
fn merged(subject: &Subject, one: &Values, two: &Values) -> Values {
    let pick = |((name, one), (_, two)): (&(String, Value), &(String, Value))| {
        (name.clone(), if subject.is_kept(name) { one.clone() } else { two.clone() })
    };
    one.iter().zip(two).map(pick).collect()
}

fn steps(subject: &Subject, all: &Values, old: Option<&Values>, new: Option<&Values>) -> Result<Vec<Change>> {
    let at = |values: Option<&Values>, index: usize| values.map(|values| values[index].1.clone());
    (0..all.len())
        .filter(|index| !subject.is_kept(&all[*index].0))
        .map(|index| change(&all[index].0, at(old, index), at(new, index)))
        .collect()
}

/// Gives the account another user name where that decides its id; its id then.
async fn rename(subject: &Subject, user_name: &str, id: String) -> Result<String> {
    if subject.profile().scim.id_attribute.as_deref() != Some(subject.names().user_name) {
        return Ok(id);
    }
    let new = format!("r{}", &user_name[1..]);
    let changes = [change(subject.names().user_name, Some(json!(user_name)), Some(json!(new)))?];
    let updated = subject.connector.update(User, &id, &changes).await.context("rename")?.value;
    ensure!(
        updated.new_id.as_deref() == Some(&new),
        "an id that changes with a value must be told: {updated:?}"
    );
    Ok(new)
}

async fn delete(subject: &Subject, id: &str) -> Result<()> {
    let (connector, count) = (&subject.connector, subject.fake.users().len());
    if !subject.profile().common.deletes_users {
        let sent = subject.fake.counts().delete;
        let refused = connector.delete(User, id).await.err().context("a delete must be refused")?;
        ensure!(
            subject.fake.counts().delete == sent,
            "a delete that the target does not have must not be sent: {refused:?}"
        );
        ensure!(subject.fake.users().len() == count, "nobody must go");
        return Ok(());
    }
    ensure!(
        connector.delete(User, id).await.context("delete")?.value == Deleted::Gone,
        "a delete must tell that it was made"
    );
    ensure!(subject.fake.users().len() == count - 1, "a delete must take one account away");
    ensure!(connector.delete(User, id).await?.value == Deleted::WasGone, "a delete must be safe to repeat");
    ensure!(connector.read(User, id).await?.value.is_none(), "who is gone must read as nobody");
    let changes = [change(subject.names().title, None, Some(json!("x")))?];
    let late = connector.update(User, id, &changes).await.err().context("an update of nobody must fail")?;
    ensure!(
        *late.kind() == ErrorKind::NotFound,
        "an update of nobody must tell that there is nobody: {late:?}"
    );
    Ok(())
}

/// The account has these values, and no others of the mapping.
fn expect(subject: &Subject, user_name: &str, values: &Values) -> Result<()> {
    let body = subject.fake.user(user_name).context("the account is gone")?;
    for (attribute, _) in subject.values(user_name, "")? {
        let wanted =
            values.iter().find(|(name, _)| *name == attribute).map(|(_, value)| subject.spelled(value));
        let found = subject.fake.value(&body, &attribute)?;
        ensure!(found == wanted, "{attribute} must be {wanted:?} and is {found:?} in {body}");
    }
    Ok(())
}

fn state_of(fake: &Fake, user_name: &str) -> Result<Value> {
    Ok(fake.user(user_name).context("the account is gone")?[fake.names().state.0].clone())
}

pub(super) fn text_query(attribute: &str, value: &str) -> Result<MatchQuery> {
    Ok(MatchQuery { path: path(attribute)?, value: json!(value), redacted: false })
}

impl Subject {
    /// A user name with everything that has to be escaped somewhere, as far as the profile allows.
    pub(super) fn user_name(&self) -> String {
        match self.fake {
            Fake::Scim(_) => self.fit(self.names().user_name, "o'brien+\"zoë\"\\&=#/?@example.com"),
            Fake::Samanage(_) => "o'brien+zoe@example.com".to_owned(),
        }
    }

    /// A value for each attribute of the default mapping.
    pub(super) fn values(&self, user_name: &str, mark: &str) -> Result<Values> {
        let names = self.names();
        if let Fake::Samanage(_) = self.fake {
            let mut values: Values = vec![
                (names.user_name.to_owned(), json!(user_name)),
                ("name".to_owned(), json!(format!("{mark} Name"))),
                (names.state.0.to_owned(), json!(names.state.1)),
            ];
            for attribute in ["title", "phone", "mobile_phone"] {
                values.push((attribute.to_owned(), json!(format!("{mark} {attribute}"))));
            }
            return Ok(values);
        }
        let mut values = Vec::new();
        for row in &self.template.user.mapping {
            let value = match row.to.as_str() {
                "userName" => json!(user_name),
                "active" => json!(true),
                attribute => self.invent(attribute, mark),
            };
            values.push((row.to.clone(), value));
        }
        Ok(values)
    }

    fn invent(&self, attribute: &str, mark: &str) -> Value {
        let declared = self.template.user.attributes.iter().find(|known| known.name == attribute);
        let first = mark != "two";
        if let Some(known) = declared {
            if !known.canonical_values.is_empty() {
                let at = if first { 0 } else { known.canonical_values.len() - 1 };
                return json!(known.canonical_values[at]);
            }
            match known.kind {
                AttributeType::Boolean => return json!(first),
                AttributeType::Integer => return json!(if first { 1 } else { 2 }),
                _ => {}
            }
        }
        if attribute.ends_with(":manager") {
            return json!({ "value": format!("{mark}-manager") });
        }
        if attribute.starts_with("emails") {
            return json!(self.fit(attribute, &format!("{mark}.{}@example.com", attribute.len())));
        }
        json!(self.fit(attribute, &format!("{mark} \"{}\" ünï", attribute.len())))
    }

    /// The text as the profile's rules allow it.
    fn fit(&self, attribute: &str, text: &str) -> String {
        let applies = |rule: &&ValueRule| {
            let plain = attribute.split(['[', '.']).next();
            rule.object.is_none_or(|kind| kind == ObjectKind::User)
                && (rule.attribute == "*"
                    || rule.attribute == attribute
                    || Some(rule.attribute.as_str()) == plain)
        };
        self.profile().common.value_rules.iter().filter(applies).fold(text.to_owned(), |text, rule| {
            let most = rule.max_length.and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX);
            let allowed: String = text.chars().filter(|c| !rule.forbidden.contains(*c)).take(most).collect();
            allowed.trim().to_owned()
        })
    }

    /// The attributes by which accounts are matched.
    fn matching(&self) -> Vec<String> {
        let rows = self.template.user.mapping.iter().filter(|row| row.matching.is_some());
        rows.map(|row| row.to.clone()).collect()
    }

    /// Whether the attribute stays as it is: it is the name, the state, or may not be cleared.
    fn is_kept(&self, attribute: &str) -> bool {
        let names = self.names();
        let required =
            self.template.user.attributes.iter().any(|known| known.name == attribute && known.required);
        required || [names.user_name, names.state.0].contains(&attribute)
    }

    /// The value as the server keeps it.
    pub(super) fn spelled(&self, value: &Value) -> Value {
        match value {
            Value::Bool(boolean) if self.profile().scim.booleans_as_text => {
                json!(if *boolean { "True" } else { "False" })
            }
            Value::Object(object) => object.get("value").cloned().unwrap_or_default(),
            other => other.clone(),
        }
    }
}

/// The generic application, with groups.
pub(super) fn with_groups(template: &Template) -> Result<Template> {
    let group = toml::from_str(
        "name = \"Group\"\nscim_attributes = true\nmapping = [\
         { from = \"displayName\", to = \"displayName\", match = 1 }, { from = \"members\", to = \"members\" }]",
    )?;
    Ok(Template { group: Some(group), ..template.clone() })
}
