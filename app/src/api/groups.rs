//! Groups: what the forms post.
use crate::context::{Done, caller, finish, finish_form, portal, url};
use leptos::prelude::*;
use purser_contract::directory::{GroupForm, GroupRowView, GroupView};
use purser_contract::problem::{Problem, ProblemKind};
use serde::{Deserialize, Serialize};

/// Members to add to a group: those ticked, and those typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MembersForm {
    /// Group.
    pub group: String,
    /// Ids of the ticked users.
    pub users: Vec<String>,
    /// Sign-in names, separated by commas, semicolons, spaces or lines.
    pub names: String,
    /// Words of the search that the pane shows.
    pub search: String,
}

/// *Save* of a group, new or not.
#[server(prefix = "/api", endpoint = "save_group")]
pub async fn save_group(
    /// What was typed.
    form: GroupForm,
) -> Result<(), ServerFnError> {
    let outcome = async { portal()?.save_group(&caller()?, form.clone()).await.map_err(Problem::from) }.await;
    let (back, verb) = if form.id.is_empty() {
        ("/groups/new".to_owned(), "created")
    } else {
        (format!("/groups/{}", form.id), "saved")
    };
    let done = |group: &GroupView| {
        Done::to(format!("/groups/{}", group.id)).toast(format!("Group {} was {verb}.", group.display_name))
    };
    finish_form::<SaveGroup, _, _>(outcome, done, back, &form).await
}

/// *Delete* a group.
#[server(prefix = "/api", endpoint = "delete_group")]
pub async fn delete_group(
    /// Id.
    id: String,
) -> Result<(), ServerFnError> {
    let outcome = async { portal()?.delete_group(&caller()?, &id).await.map_err(Problem::from) }.await;
    let done = |group: &GroupRowView| {
        Done::to("/groups").toast(format!("Group {} was deleted.", group.display_name))
    };
    finish(outcome, done, format!("/groups/{id}")).await
}

/// *Add members*.
#[server(prefix = "/api", endpoint = "add_members")]
pub async fn add_members(
    /// What was typed.
    form: MembersForm,
) -> Result<(), ServerFnError> {
    let here = format!("/groups/{}", form.group);
    let outcome = async {
        let members = chosen(&form)?;
        portal()?.add_members(&caller()?, &form.group, &members).await.map_err(Problem::from)
    }
    .await;
    let done = |group: &GroupView| {
        Done::to(here.clone())
            .toast(format!("{} has {} members now.", group.display_name, group.member_count))
    };
    finish_form::<AddMembers, _, _>(
        outcome,
        done,
        url(&here, &[("pane", "add"), ("find", &form.search)]),
        &form,
    )
    .await
}

/// *Remove* a member.
#[server(prefix = "/api", endpoint = "remove_member")]
pub async fn remove_member(
    /// Group.
    group: String,
    /// User.
    user: String,
) -> Result<(), ServerFnError> {
    let outcome =
        async { portal()?.remove_member(&caller()?, &group, &user).await.map_err(Problem::from) }.await;
    let here = format!("/groups/{group}");
    finish(outcome, |_| Done::to(here.clone()).toast("The member was removed."), here.clone()).await
}

/// Ids and sign-in names of a form, at least one.
fn chosen(form: &MembersForm) -> Result<Vec<String>, Problem> {
    let names =
        form.names.split(|separator: char| separator == ',' || separator == ';' || separator.is_whitespace());
    let members: Vec<String> = form
        .users
        .iter()
        .map(String::as_str)
        .chain(names)
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect();
    if members.is_empty() {
        return Err(Problem::new(ProblemKind::Invalid, "Nobody was chosen.")
            .advice("Tick people in the list, or type their sign-in names.")
            .field("members"));
    }
    Ok(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_those_ticked_and_those_typed_however_they_are_separated() {
        let form = MembersForm {
            users: vec!["id-1".to_owned()],
            names: "a@x.example, b@x.example;c@x.example\r\nd@x.example".to_owned(),
            ..MembersForm::default()
        };
        assert_eq!(chosen(&form).map(|members| members.len()), Ok(5));
        assert!(chosen(&MembersForm::default()).is_err());
    }
}
