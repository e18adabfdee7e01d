//! CSV import: upload, preview, progress, report.
mod report;

use crate::api::imports::forms::{StartImport, UploadImport};
use crate::components::{
    CommandLink, Crumb, DataTable, HiddenField, InfoBar, Menu, PostForm, PrimaryButton, Shell, Tone, page,
};
use crate::context::{caller, flash, param, portal, query};
use crate::islands::ImportProgress;
use crate::shared::counted;
use leptos::prelude::*;
use purser_contract::import::{ImportState, ImportView};
use purser_contract::page::ListForm;
use purser_domain::user::USER_ATTRIBUTES;

/// Upload a file.
#[component]
pub fn NewImportPage() -> impl IntoView {
    page(async {
        let error = flash().problem_for("file");
        let invalid = error.as_ref().map(|_| "true");
        let view = view! {
            <Shell
                title="Import users"
                subtitle="From a CSV file"
                menu=Menu::portal("/users/import")
                crumbs=vec![Crumb::new("Home", "/"), Crumb::new("Users", "/users")]
            >
                <div class="column stack">
                    <p>
                        "The file's first line names the columns, as attributes or in common spellings, "
                        "for example " <code>"userPrincipalName,displayName,department"</code> " or "
                        <code>"Username;Full name;Department"</code>
                        ". Every row needs a user principal name; a person who is known by it already is updated."
                    </p>
                    <PostForm<UploadImport> class="stack" file=true>
                        <div class="field">
                            <label class="field-label" for="file">"CSV file"</label>
                            <input
                                class="file"
                                id="file"
                                name="file"
                                type="file"
                                accept=".csv,text/csv"
                                required=true
                                aria-invalid=invalid
                                aria-describedby="file-hint"
                            />
                            <p class="field-hint" id="file-hint">
                                "UTF-8, separated by commas or semicolons, up to 50 MB. "
                                "You see the first rows before anything is written."
                            </p>
                        </div>
                        <PrimaryButton label="Upload"/>
                    </PostForm<UploadImport>>
                    {known_columns()}
                </div>
            </Shell>
        };
        Ok(view.into_any())
    })
}

/// What a column may be called.
fn known_columns() -> AnyView {
    let rows = USER_ATTRIBUTES
        .iter()
        .map(|attribute| {
            view! {
                <tr>
                    <th scope="row"><code>{attribute.name}</code></th>
                    <td>{attribute.label}</td>
                    <td>{attribute.csv.join(", ")}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <details class="inline-details">
            <summary>"Columns that are understood"</summary>
            <p>
                "Upper and lower case, spaces and punctuation make no difference. Besides these: "
                <code>"accountEnabled"</code> " (true or false) and " <code>"manager"</code>
                " (the manager's user principal name)."
            </p>
            <DataTable caption="Columns that are understood" columns=vec!["Attribute", "Label", "Other spellings"]>
                {rows}
            </DataTable>
        </details>
    }
    .into_any()
}

/// One import, whatever state it is in.
#[component]
pub fn ImportPage() -> impl IntoView {
    page(async {
        let import = portal()?.load_import(&caller()?, &param("id")).await?;
        let here = format!("/imports/{}", import.id);
        let form = query::<ListForm>();
        let refused = match import.state {
            ImportState::Done | ImportState::Failed => report::refused_rows(
                &here,
                &form,
                portal()?.list_import_errors(&caller()?, &import.id, form.clone()).await?,
            ),
            ImportState::Ready | ImportState::Running => ().into_any(),
        };
        Ok(show(import, &here, refused))
    })
}

fn show(import: ImportView, here: &str, refused: AnyView) -> AnyView {
    let file_name = import.file_name.clone();
    let id = import.id.clone();
    let (commands, body) = match import.state {
        ImportState::Ready => (
            view! {
                <CommandLink href="/users/import" icon=icondata::LuFileUp label="Choose another file"/>
            }
            .into_any(),
            preview(import),
        ),
        ImportState::Running => (
            view! { <CommandLink href=here.to_owned() icon=icondata::LuRefreshCw label="Refresh"/> }
                .into_any(),
            running(import),
        ),
        ImportState::Done | ImportState::Failed => (
            view! {
                <CommandLink href="/users" icon=icondata::LuUser label="All users"/>
                <CommandLink href="/users/import" icon=icondata::LuFileUp label="Import another file"/>
            }
            .into_any(),
            report::summary(&import),
        ),
    };
    view! {
        <Shell
            title=file_name
            resource="Import users"
            menu=Menu::portal("/users/import")
            crumbs=vec![Crumb::new("Home", "/"), Crumb::new("Users", "/users"), Crumb::new("Import users", "/users/import")]
            commands=commands
        >
            <PostForm<StartImport> id="start-import">
                <HiddenField name="id" value=id/>
            </PostForm<StartImport>>
            <div class="stack">{body} {refused}</div>
        </Shell>
    }
    .into_any()
}

/// Columns as they were understood, the first rows, and the way on.
fn preview(import: ImportView) -> AnyView {
    let ignored: Vec<String> = import
        .columns
        .iter()
        .filter(|column| column.attribute.is_none())
        .map(|column| column.header.clone())
        .collect();
    let ignored = (!ignored.is_empty()).then(|| {
        view! {
            <InfoBar tone=Tone::Warn>
                <p>"These columns are not understood and will be left out: " <strong>{ignored.join(", ")}</strong> "."</p>
            </InfoBar>
        }
    });
    let titles = import
        .columns
        .into_iter()
        .map(|column| {
            let attribute = match column.attribute {
                Some(attribute) => view! { <code>{attribute}</code> }.into_any(),
                None => view! { <span class="quiet">"left out"</span> }.into_any(),
            };
            view! {
                <th scope="col">
                    <span class="column-header">{column.header}</span>
                    {attribute}
                </th>
            }
        })
        .collect_view();
    let rows = import
        .preview
        .into_iter()
        .map(|cells| {
            let cells = cells.into_iter().map(|cell| view! { <td><bdi>{cell}</bdi></td> }).collect_view();
            view! { <tr>{cells}</tr> }
        })
        .collect_view();
    view! {
        {ignored}
        <p>
            {format!("The file has {}. ", counted(import.total, "row"))}
            "Nothing has been written yet; these are the first of them."
        </p>
        <div class="table-scroll" role="region" aria-label="First rows" tabindex="0">
            <table class="table table-wide">
                <caption class="visually-hidden">"First rows"</caption>
                <thead><tr>{titles}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <div><PrimaryButton label="Start import" form="start-import"/></div>
    }
    .into_any()
}

fn running(import: ImportView) -> AnyView {
    let initial = ImportView { columns: Vec::new(), preview: Vec::new(), ..import };
    view! {
        <div class="column">
            <ImportProgress initial/>
        </div>
        <noscript>
            <p>"Without JavaScript the figures stand still; Refresh brings new ones."</p>
        </noscript>
    }
    .into_any()
}
