//! Users and groups of an application.

use crate::api::assignments::Unassign;
use crate::api::provisioning::connection::RefreshRoles;
use crate::components::*;
use crate::context::{caller, param, portal, query};
use leptos::prelude::*;
use purser_contract::assignment::AssignmentView;
use purser_contract::page::ListForm;
use purser_domain::object::ObjectKind;

const FORM: &str = "assignments";
const ROLES: &str = "refresh-roles";

/// The assignments, with search; ticked ones can be removed.
#[component]
pub fn AssignmentsPage() -> impl IntoView {
    page(async {
        let application = portal()?.load_application(&caller()?, &param("id")).await?;
        let here = format!("/applications/{}/users-and-groups", application.id);
        let form = query::<ListForm>();
        let assignments = portal()?.list_assignments(&caller()?, &application.id, form.clone()).await?;
        let none = assignments.items.is_empty();
        let name = application.display_name.clone();
        let rows = assignments.items.into_iter().map(|assignment| row(assignment, &name)).collect_view();
        let id = application.id.clone();
        let body = if none {
            empty(&form, &here)
        } else {
            view! {
                <PostForm<Unassign> id=FORM>
                    <HiddenField name="form[application_id]" value=id/>
                    <DataTable
                        caption="Assigned users and groups"
                        columns=vec!["Select", "Display Name", "Object Type", "Role assigned"]
                    >
                        {rows}
                    </DataTable>
                </PostForm<Unassign>>
                <Pager
                    path=here.clone()
                    query=vec![("search", form.search.clone())]
                    after=form.after.clone()
                    next=assignments.next
                />
            }
            .into_any()
        };
        Ok(view! {
            <ApplicationShell
                title="Users and groups"
                id=application.id.clone()
                name=application.display_name.clone()
                current=here.clone()
                commands=view! {
                    <CommandLink href=format!("{here}/add") icon=icondata::LuPlus label="Add user/group"/>
                    <CommandButton form=FORM icon=icondata::LuTrash2 label="Remove" disabled=none/>
                    <CommandButton form=ROLES icon=icondata::LuDownload label="Refresh roles"/>
                    <CommandLink href=here.clone() icon=icondata::LuRefreshCw label="Refresh"/>
                }
                .into_any()
            >
                <PostForm<RefreshRoles> id=ROLES>
                    <HiddenField name="id" value=application.id.clone()/>
                </PostForm<RefreshRoles>>
                <div class="stack">
                    <InfoBar>
                        <p>
                            "People with the role " <strong>"Default Access"</strong>
                            " are not provisioned: assign another role, such as User, to whoever needs an account. "
                            "Of a group, the direct members count."
                        </p>
                    </InfoBar>
                    <p>"Assign users and groups to app roles of " {application.display_name.clone()} " here."</p>
                    <SearchBox path=here.clone() value=form.search.clone() label="Search by display name"/>
                    {assigned(assignments.total)}
                    {body}
                </div>
            </ApplicationShell>
        }
        .into_any())
    })
}

fn assigned(total: Option<u64>) -> AnyView {
    total
        .filter(|total| *total > 0)
        .map(|total| {
            let noun = if total == 1 { "assignment" } else { "assignments" };
            view! { <p class="found">{format!("{total} {noun}")}</p> }
        })
        .into_any()
}

fn row(assignment: AssignmentView, application: &str) -> AnyView {
    let kind = assignment.principal_type;
    let href = format!("/{}/{}", kind.key(), assignment.principal_id);
    let tick = format!("Select {}", assignment.display_name);
    let detail = assignment.detail;
    let detail = (!detail.is_empty()).then(|| view! { <span class="cell-sub">{detail}</span> });
    let not_counting =
        (!assignment.role.counts).then(|| view! { <Badge tone=Tone::Warn label="Not provisioned"/> });
    let missing = assignment.role.missing_since.is_some().then(|| {
        view! { <Badge tone=Tone::Warn label=format!("No longer in {application}")/> }
    });
    view! {
        <tr>
            <td class="cell-tick">
                <input type="checkbox" name="form[assignments][]" value=assignment.id aria-label=tick/>
            </td>
            <th scope="row">
                <span class="named">
                    <Monogram name=assignment.display_name.clone() round=kind == ObjectKind::User/>
                    <span class="person-text">
                        <a href=href><bdi>{assignment.display_name}</bdi></a>
                        {detail}
                    </span>
                </span>
            </th>
            <td>{kind.as_str()}</td>
            <td>
                <span class="named">{assignment.role.display_name} {not_counting} {missing}</span>
            </td>
        </tr>
    }
    .into_any()
}

fn empty(form: &ListForm, here: &str) -> AnyView {
    let add = format!("{here}/add");
    if form.search.is_empty() {
        view! {
            <EmptyState
                icon=icondata::LuUsers
                title="No application assignments found"
                text="Only assigned people get an account, unless the scope is all users and groups."
                action=view! { <a class="button button-primary" href=add>"Add user/group"</a> }.into_any()
            />
        }
        .into_any()
    } else {
        let text = format!("Nobody assigned here is called \u{201c}{}\u{201d}.", form.search);
        let all = here.to_owned();
        view! {
            <EmptyState
                icon=icondata::LuSearchX
                title="No application assignments found"
                text
                action=view! { <a class="button" href=all>"Show all assignments"</a> }.into_any()
            />
        }
        .into_any()
    }
}
