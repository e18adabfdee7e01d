//! The members of a group: list, remove, add.
use crate::api::groups::{AddMembers, MembersForm, RemoveMember};
use crate::components::{
    Badge, DataTable, EmptyState, HiddenField, Monogram, Pager, Pane, PostForm, PrimaryButton, SearchBox,
    TextField, Tone, grouped,
};
use crate::context::{caller, flash, portal, query_value, url};
use leptos::prelude::*;
use purser_contract::directory::{GroupView, UserFilter, UserRowView};
use purser_contract::page::{ListForm, PageView};
use purser_contract::problem::Problem;

/// People that the pane offers at once; more are found by searching.
const OFFERED: u32 = 25;

/// The members.
pub(super) fn list(
    group: &GroupView,
    here: &str,
    form: &ListForm,
    members: PageView<UserRowView>,
) -> AnyView {
    let count = format!("Members ({})", grouped(group.member_count));
    let body = if members.items.is_empty() && form.search.is_empty() {
        view! {
            <EmptyState
                icon=icondata::LuUsers
                title="No members yet"
                text="Add people by searching, or by their sign-in names."
                action=view! {
                    <a class="button button-primary" href=url(here, &[("pane", "add")])>"Add members"</a>
                }
                .into_any()
            />
        }
        .into_any()
    } else {
        let rows = members.items.into_iter().map(|user| row(&group.id, user)).collect_view();
        view! {
            <SearchBox path=here value=form.search.clone() label="Search members"/>
            <DataTable caption="Members" columns=vec!["Name", "User principal name", "Department", "Account", ""]>
                {rows}
            </DataTable>
            <Pager path=here query=vec![("search", form.search.clone())] after=form.after.clone() next=members.next/>
        }
        .into_any()
    };
    view! {
        <section aria-labelledby="members">
            <h2 class="heading" id="members">{count}</h2>
            {body}
        </section>
    }
    .into_any()
}

fn row(group: &str, user: UserRowView) -> AnyView {
    let (tone, state) = if user.account_enabled { (Tone::Good, "Enabled") } else { (Tone::Calm, "Disabled") };
    view! {
        <tr>
            <th scope="row">
                <Monogram name=user.display_name.clone() round=true/>
                <a href=format!("/users/{}", user.id)><bdi>{user.display_name.clone()}</bdi></a>
            </th>
            <td>{user.user_principal_name}</td>
            <td><bdi>{user.department}</bdi></td>
            <td><Badge tone=tone label=state/></td>
            <td class="cell-actions">
                <PostForm<RemoveMember>>
                    <HiddenField name="group" value=group/>
                    <HiddenField name="user" value=user.id/>
                    <button class="link" type="submit" aria-label=format!("Remove {}", user.display_name)>"Remove"</button>
                </PostForm<RemoveMember>>
            </td>
        </tr>
    }
    .into_any()
}

/// The pane with search, check boxes and a field for sign-in names.
pub(super) async fn add_pane(group: &GroupView, here: &str) -> Result<AnyView, Problem> {
    let refused = flash().form::<AddMembers, MembersForm>().unwrap_or_default();
    let search = query_value("find");
    let form = ListForm { search: search.clone(), size: OFFERED, ..ListForm::default() };
    let people = portal()?.list_users(&caller()?, UserFilter::Present, form).await?;
    let more = people.next.is_some();
    let people = people
        .items
        .into_iter()
        .map(|user| {
            let checked = refused.users.contains(&user.id);
            view! {
                <li>
                    <label class="person">
                        <input type="checkbox" name="form[users][]" value=user.id checked=checked/>
                        <Monogram name=user.display_name.clone() round=true/>
                        <span class="person-text">
                            <bdi>{user.display_name}</bdi>
                            <span class="quiet">{user.user_principal_name}</span>
                        </span>
                    </label>
                </li>
            }
        })
        .collect_view();
    let view = view! {
        <Pane
            title="Add members"
            close=here
            footer=view! {
                <PrimaryButton label="Add" form="add-members"/>
                <a class="button" href=here.to_owned()>"Cancel"</a>
            }
            .into_any()
        >
            <SearchBox path=here name="find" value=search.clone() label="Search by name or sign-in name">
                <HiddenField name="pane" value="add"/>
            </SearchBox>
            <PostForm<AddMembers> class="stack" id="add-members">
                <HiddenField name="form[group]" value=group.id.clone()/>
                <HiddenField name="form[search]" value=search/>
                <fieldset class="field">
                    <legend class="field-label">"People"</legend>
                    <ul class="people">{people}</ul>
                    {more.then(|| view! {
                        <p class="field-hint">{format!("The first {OFFERED} are shown. Search to find others.")}</p>
                    })}
                </fieldset>
                <TextField
                    name="form[names]"
                    field="members"
                    label="Sign-in names"
                    hint="Several are separated by commas or lines."
                    multiline=true
                    value=refused.names
                />
            </PostForm<AddMembers>>
        </Pane>
    };
    Ok(view.into_any())
}
