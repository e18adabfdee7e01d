//! The expression builder and the mapping page, as a browser without JavaScript sees them.

use crate::harness::{Browser, TestPortal};
use purser_contract::application::CreateApplicationForm;
use purser_service::Caller;

async fn start() -> (TestPortal, Browser, String) {
    let portal = TestPortal::start().await.with_administrator().await;
    let browser = portal.signed_in().await;
    let templates = portal.assembly.portal.list_templates(&Caller::System, "").unwrap();
    let template = templates.iter().find(|template| template.display_name == "SCIM application").unwrap();
    let form = CreateApplicationForm { template_id: template.id.clone(), display_name: "Sample".to_owned() };
    let app = portal.assembly.portal.create_application(&Caller::System, form).await.unwrap();
    (portal, browser, app.id)
}

async fn test(browser: &mut Browser, app: &str, fields: &[(&str, &str)]) -> String {
    let mut all = vec![("form[application_id]", app)];
    all.extend_from_slice(fields);
    let answer = browser.post("/api/test_expression", &all).await;
    let path = format!("/applications/{app}/provisioning/expression-builder");
    assert!(answer.location().starts_with(&path), "{} {}", answer.status, answer.location());
    browser.get(&path).await.expect(200).text
}

#[tokio::test]
async fn the_mapping_page_shows_everything_about_a_row() {
    let (_portal, mut browser, app) = start().await;
    let page =
        browser.get(&format!("/applications/{app}/provisioning/mappings/users")).await.expect(200).text;
    for words in
        ["All records", "Create, Update, Delete", "Apply this mapping", "Default value if null", "Always"]
    {
        assert!(page.contains(words), "no {words}");
    }
    assert!(page.contains("/provisioning/expression-builder?expression=Join"), "a link to the builder");
}

#[tokio::test]
async fn an_expression_is_tried_out_with_plain_forms() {
    let (_portal, mut browser, app) = start().await;
    let path = format!("/applications/{app}/provisioning/expression-builder?expression=Trim(%5Bmail%5D)");
    let page = browser.get(&path).await.expect(200).text;
    assert!(page.contains("Trim([mail])") && page.contains("RemoveDuplicates"), "prefilled, with functions");

    let expression = "Join(\" \", [givenName], [surname])";
    let page = test(&mut browser, &app, &[("form[expression]", expression)]).await;
    assert!(page.contains("form[names][1]") && page.contains("value=\"surname\""), "fields for attributes");
    let fields = [
        ("form[expression]", expression),
        ("form[names][0]", "givenName"),
        ("form[values][0]", "<b>Ada</b>"),
        ("form[names][1]", "surname"),
        ("form[values][1]", "Lovelace"),
    ];
    let page = test(&mut browser, &app, &fields).await;
    assert!(page.contains("&lt;b&gt;Ada&lt;/b&gt; Lovelace"), "the output, escaped");
    assert!(!page.contains("<b>Ada"));

    let page = test(&mut browser, &app, &[("form[expression]", "Swich([<i>])")]).await;
    assert!(page.contains("Line 1, column 1") && page.contains("<mark>S</mark>wich([&lt;i&gt;])"), "{page}");
    let page = test(&mut browser, &app, &[("form[expression]", "[mail]"), ("form[user]", "nobody")]).await;
    assert!(page.contains("There is no user"));
    let page = test(&mut browser, &app, &[("form[expression]", "[mail]"), ("form[search]", "DUPLIC")]).await;
    assert!(page.contains("RemoveDuplicates") && !page.contains("SelectUniqueValue"));
}
