//! One object mapping, to look at.

use crate::api::applications::load_application;
use crate::api::provisioning::forms::load_mapping;
use crate::components::*;
use crate::context::param;
use crate::pages::applications::application_crumbs;
use leptos::prelude::*;
use purser_contract::provisioning::AttributeMappingView;

/// Attribute Mapping.
#[component]
pub fn MappingPage() -> impl IntoView {
    page(async {
        let application = load_application(&param("id")).await?;
        let mapping = load_mapping(&application.id, &param("key")).await?;
        let provisioning = format!("/applications/{}/provisioning", application.id);
        let actions = if mapping.actions.is_empty() { "None".to_owned() } else { mapping.actions.join(", ") };
        let rows = vec![
            ("Name", mapping.name.clone().into_any()),
            ("Enabled", if mapping.enabled { "Yes" } else { "No" }.into_any()),
            ("Target Object Actions", actions.into_any()),
        ];
        let mut crumbs = application_crumbs(&application.id, &application.display_name);
        crumbs.push(Crumb::new("Provisioning", provisioning.clone()));
        Ok(view! {
            <Shell
                title="Attribute Mapping"
                resource=application.display_name.clone()
                subtitle=mapping.name.clone()
                monogram=application.display_name.clone()
                menu=Menu::application(&application.id, &provisioning)
                crumbs
            >
                <div class="stack">
                    <InfoBar>
                        <p>
                            "These are the default mappings of the gallery app, to look at. The attributes with a "
                            "matching precedence find the account that somebody has already."
                        </p>
                    </InfoBar>
                    <Properties rows/>
                    <h2 class="heading">"Attribute Mappings"</h2>
                    <DataTable
                        caption="Attribute mappings"
                        columns=vec![
                            "Source Attribute (Purser)",
                            "Target Attribute",
                            "Mapping Type",
                            "Matching precedence",
                        ]
                    >
                        {mapping.attributes.into_iter().map(row).collect_view()}
                    </DataTable>
                </div>
            </Shell>
        }
        .into_any())
    })
}

fn row(attribute: AttributeMappingView) -> AnyView {
    view! {
        <tr>
            <td class="cell-code">{attribute.source}</td>
            <td class="cell-code">{attribute.target}</td>
            <td>{attribute.mapping_type}</td>
            <td>{attribute.matching_precedence.map(|precedence| precedence.to_string())}</td>
        </tr>
    }
    .into_any()
}
