//! Who is assigned to an application: what the forms about it post, and how a selection travels in the address.

use crate::context::{Done, caller, finish, portal, url};
use leptos::prelude::*;
use purser_contract::assignment::{AssignForm, AssignmentView, UnassignForm};
use purser_contract::problem::Problem;
use purser_domain::object::ObjectKind;

/// Form and query name of a picked user.
pub const USERS: &str = "form[users][]";
/// Form and query name of a picked group.
pub const GROUPS: &str = "form[groups][]";
/// Form and query name of the chosen role.
pub const ROLE: &str = "form[role_id]";

/// The name of a picked user or group, for *Selected items*.
pub async fn load_principal_name(kind: ObjectKind, id: &str) -> Result<String, Problem> {
    let (portal, caller) = (portal()?, caller()?);
    match kind {
        ObjectKind::Group => portal.load_group_record(&caller, id).await.map(|group| group.display_name),
        ObjectKind::User => portal.load_user_record(&caller, id).await.map(|user| {
            let name = user.attributes.get("displayName").or(user.attributes.get("userPrincipalName"));
            name.unwrap_or_default().to_owned()
        }),
    }
    .map_err(Problem::from)
}

/// *Assign* of Add Assignment.
#[server(prefix = "/api", endpoint = "assign")]
pub async fn assign(
    /// Who, with which role.
    form: AssignForm,
) -> Result<(), ServerFnError> {
    let outcome = async { portal()?.assign(&caller()?, form.clone()).await.map_err(Problem::from) }.await;
    let list = format!("/applications/{}/users-and-groups", form.application_id);
    let count = form.users.len() + form.groups.len();
    let done = |_: &Vec<AssignmentView>| {
        Done::to(list.clone()).toast(match count {
            1 => "Application assignment succeeded: 1 user or group was assigned.".to_owned(),
            _ => format!("Application assignment succeeded: {count} users and groups were assigned."),
        })
    };
    let back = url(&format!("{list}/add"), &selection_query(&form));
    finish(outcome, done, back).await
}

/// *Remove* of Users and groups.
#[server(prefix = "/api", endpoint = "unassign")]
pub async fn unassign(
    /// Which assignments.
    form: UnassignForm,
) -> Result<(), ServerFnError> {
    let outcome = async { portal()?.unassign(&caller()?, form.clone()).await.map_err(Problem::from) }.await;
    let list = format!("/applications/{}/users-and-groups", form.application_id);
    let done = |removed: &u64| {
        Done::to(list.clone()).toast(match removed {
            1 => "1 assignment removed.".to_owned(),
            removed => format!("{removed} assignments removed."),
        })
    };
    finish(outcome, done, list.clone()).await
}

/// The query under which Add Assignment finds a selection again; its names are those of the form.
pub fn selection_query(form: &AssignForm) -> Vec<(&'static str, &str)> {
    let users = form.users.iter().map(|id| (USERS, id.as_str()));
    let groups = form.groups.iter().map(|id| (GROUPS, id.as_str()));
    users.chain(groups).chain([(ROLE, form.role_id.as_str())]).collect()
}

/// Reads a selection out of the pairs of a query string. Each user and group counts once.
pub fn parse_selection(application_id: &str, pairs: &[(String, String)]) -> AssignForm {
    let values = |wanted: &str| {
        let mut values: Vec<String> = Vec::new();
        for (_, value) in pairs.iter().filter(|(name, value)| name == wanted && !value.is_empty()) {
            if !values.contains(value) {
                values.push(value.clone());
            }
        }
        values
    };
    AssignForm {
        application_id: application_id.to_owned(),
        role_id: values(ROLE).pop().unwrap_or_default(),
        users: values(USERS),
        groups: values(GROUPS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn a_selection_survives_the_query_string() {
        let form = AssignForm {
            application_id: "app".to_owned(),
            role_id: "role".to_owned(),
            users: vec!["ada".to_owned(), "ben".to_owned()],
            groups: vec!["crew".to_owned()],
        };
        let pairs: Vec<_> =
            selection_query(&form).into_iter().map(|(name, value)| pair(name, value)).collect();
        assert_eq!(parse_selection("app", &pairs), form);
    }

    #[test]
    fn somebody_picked_twice_is_selected_once() {
        let form = parse_selection("app", &[pair(USERS, "ada"), pair(USERS, ""), pair(USERS, "ada")]);
        assert_eq!(form.users, ["ada"]);
        assert_eq!(form.role_id, "");
    }
}
