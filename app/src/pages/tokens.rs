//! API tokens: what scripts and other systems sign in with.
use crate::api::tokens::{CreateToken, DeleteToken, TokenForm, take_new_token};
use crate::components::{
    CommandLink, ConfirmPane, Crumb, DataTable, EmptyState, InfoBar, Menu, Pane, PostForm, PrimaryButton,
    Shell, TextField, TimeStamp, Tone, page,
};
use crate::context::{caller, flash, portal, query_value, url};
use leptos::prelude::*;
use purser_contract::session::TokenView;

/// The list, a new token once, and panes to make and delete one.
#[component]
pub fn TokensPage() -> impl IntoView {
    page(async {
        let tokens = portal()?.list_tokens(&caller()?).await?;
        let pane = match query_value("pane").as_str() {
            "new" => Some(new_pane()),
            "delete" => tokens.iter().find(|token| token.id == query_value("id")).map(delete_pane),
            _ => None,
        };
        let view = view! {
            <Shell
                title="API tokens"
                menu=Menu::portal("/tokens")
                crumbs=vec![Crumb::new("Home", "/")]
                commands=view! {
                    <CommandLink href="/tokens?pane=new" icon=icondata::LuPlus label="New token"/>
                    <CommandLink href="/tokens" icon=icondata::LuRefreshCw label="Refresh"/>
                }
                .into_any()
                pane=pane
            >
                <p class="lead">
                    "Programs use a token to call the API at " <code>"/v1.0"</code>
                    ", sent as " <code>"Authorization: Bearer ..."</code>
                    ". A token may do what an administrator may, except making other tokens."
                </p>
                {take_new_token().map(new_token)}
                {list(tokens)}
            </Shell>
        };
        Ok(view.into_any())
    })
}

fn list(tokens: Vec<TokenView>) -> AnyView {
    if tokens.is_empty() {
        return view! {
            <EmptyState
                icon=icondata::LuKeyRound
                title="No API tokens"
                text="Make one for each program that should use the API, so that each can be taken away by itself."
                action=view! { <a class="button button-primary" href="/tokens?pane=new">"New token"</a> }.into_any()
            />
        }
        .into_any();
    }
    let rows = tokens
        .into_iter()
        .map(|token| {
            let delete = url("/tokens", &[("pane", "delete"), ("id", &token.id)]);
            let last_used = match token.last_used_at {
                Some(at) => view! { <TimeStamp at/> }.into_any(),
                None => "Never".into_any(),
            };
            view! {
                <tr>
                    <th scope="row">{token.name.clone()}</th>
                    <td><TimeStamp at=token.created_at/></td>
                    <td>{last_used}</td>
                    <td class="cell-actions">
                        <a href=delete aria-label=format!("Delete {}", token.name)>"Delete"</a>
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <DataTable caption="API tokens" columns=vec!["Name", "Created", "Last used", ""]>{rows}</DataTable>
    }
    .into_any()
}

/// The token in the clear; this page is the only place it is ever shown.
fn new_token(token: String) -> AnyView {
    view! {
        <InfoBar tone=Tone::Good>
            <p class="bar-title">"Copy the new token now. It is shown this once and stored nowhere in the clear."</p>
            <label class="token">
                <span class="visually-hidden">"New token"</span>
                <input class="input input-code" type="text" readonly=true value=token/>
            </label>
        </InfoBar>
    }
    .into_any()
}

fn new_pane() -> AnyView {
    let form = flash().form::<CreateToken, TokenForm>().unwrap_or_default();
    view! {
        <Pane
            title="New API token"
            close="/tokens"
            footer=view! { <PrimaryButton label="Create" form="new-token"/> }.into_any()
        >
            <PostForm<CreateToken> class="stack" id="new-token">
                <TextField
                    name="form[name]"
                    field="name"
                    label="Name"
                    hint="What it is for, so that you know what stops when you delete it."
                    placeholder="HR import"
                    required=true
                    value=form.name
                />
            </PostForm<CreateToken>>
        </Pane>
    }
    .into_any()
}

fn delete_pane(token: &TokenView) -> AnyView {
    view! {
        <ConfirmPane<DeleteToken> title="Delete API token" label="Delete" id=token.id.clone() close="/tokens">
            <p>
                "Delete the token " <strong>{token.name.clone()}</strong>
                "? Whatever uses it is refused from that moment on."
            </p>
        </ConfirmPane<DeleteToken>>
    }
    .into_any()
}
