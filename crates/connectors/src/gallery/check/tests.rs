use super::*;

const RIGHT: &str = include_str!("../tests/custom.toml");

fn problems(text: &str) -> Vec<GalleryProblem> {
    read_template("own.toml", text.as_bytes()).err().unwrap_or_default()
}

/// Line and reason when one text of the right file is replaced.
#[track_caller]
fn expect(from: &str, to: &str, line: u32, reason: &str) {
    assert!(RIGHT.contains(from), "{from}");
    let found = problems(&RIGHT.replacen(from, to, 1));
    let right = |problem: &GalleryProblem| problem.line == Some(line) && problem.reason.contains(reason);
    assert!(found.iter().any(right), "line {line}, {reason}, but:\n{found:#?}");
}

#[test]
fn the_right_file_has_no_problems() {
    assert_eq!(problems(RIGHT), []);
}

#[test]
fn keys_and_words_that_are_not_known_are_told_with_the_nearest_one() {
    expect("publisher", "publsher", 4, "The key publsher is not known here; did you mean publisher?");
    expect("page_size", "page_sise", 37, "did you mean page_size?");
    expect("\"scim\"", "\"scim3\"", 7, "The word scim3 is not known here; did you mean scim?");
    expect("disableUsers", "disableUser", 8, "did you mean disableUsers?");
    expect("page_size = 50", "paging = \"curser\"", 37, "did you mean cursor?");
}

#[test]
fn what_is_missing_or_of_a_wrong_type_is_told() {
    let without = RIGHT.replace("publisher = \"Us\"\n", "");
    assert!(
        problems(&without)[0].reason.contains("The key publisher is missing"),
        "{:?}",
        problems(&without)
    );
    expect("page_size = 50", "page_size = \"50\"", 37, "a whole number");
    expect("= \"Own\"", "= Own", 3, "can't be read as TOML");
    expect("11111111-2222-4333-8444-555555555555", "1", 2, "The id is no UUID");
    expect("page_size = 50", "page_size = 0", 37, "must be at least 1");
    expect("name = \"Own\"", "name = \" \"", 3, "name is empty");
}

#[test]
fn rows_have_one_source_and_a_target_of_the_list() {
    expect("from = \"displayName\"", "from = \"a\", constant = \"b\"", 33, "has from and constant");
    expect("from = \"displayName\", ", "", 33, "says nothing about where its value comes from");
    expect("from = \"displayName\"", "from = \"dispalyName\"", 33, "did you mean displayName?");
    expect("Not([IsSoftDeleted])", "Not([IsSoftDeleted]", 32, "can't be read");
    expect("to = \"displayName\"", "to = \"emails[\"", 33, "emails[");
    expect("to = \"displayName\"", "to = \"dispName\"", 33, "The attribute list of user has no dispName");
    expect(", match = 1", "", 30, "No row matches objects");
    expect(
        "to = \"displayName\"",
        "to = \"displayName\", match = 1",
        33,
        "Matching precedence 1 is used twice",
    );
    assert_eq!(problems(&RIGHT.replacen("from = \"displayName\"", "default = \"x\"", 1)), []);
}

#[test]
fn profiles_speak_of_what_is_there() {
    let rule = |rule: &str| format!("value_rules = [{{ {rule} }}]");
    expect("page_size = 50", &rule("attribute = \"usrName\", max_length = 9"), 37, "did you mean userName?");
    expect("page_size = 50", &rule("attribute = \"userName\""), 37, "forbids nothing");
    expect("page_size = 50", "filterable_users = [\"email\"]", 37, "The attribute list of user has no email");
    for limit in ["count = 0, seconds = 1", "count = 1, seconds = 0", "count = 1, seconds = 1, burst = 0"] {
        let limits = format!("limits = [{{ requests = \"all\", {limit} }}]");
        expect("page_size = 50", &limits, 37, "must be at least 1");
    }
}

#[test]
fn addresses_are_https() {
    expect("https://own", "http://own", 15, "https://");
    expect("hint", "default = \"http://own.example.com\"\nhint", 15, "tenant_url.default must be an address");
    expect("publisher", "home_page = \"own.example.com\"\npublisher", 4, "home_page must be an address");
}

#[test]
fn credential_methods_have_the_fields_of_their_kind() {
    expect("\"SecretToken\"", "\"Token\"", 17, "needs a field with the key SecretToken");
    expect("secret = true", "", 22, "add secret = true");
    expect("\"bearer\"", "\"basic\"", 17, "needs a field with the key UserName");
    expect("\"bearer\"", "\"authorizationCode\"", 17, "Oauth2AuthorizationUri");
    expect("\"bearer\"", "\"none\"", 22, "fields means nothing for the kind none");
    expect(
        "label = \"Token\"",
        "label = \"Token\"\nsuperseded = true",
        17,
        "No credential method is offered",
    );
    expect("label = \"Token\"", "label = \"Token\"\nlifetime_days = 0", 21, "lifetime_days");
    expect(
        "label = \"Token\"",
        "label = \"Token\"\ntoken_url = \"https://x\"",
        21,
        "means nothing for the kind bearer",
    );
}

#[test]
fn badges_and_remarks_agree_with_the_file() {
    expect("\"disableUsers\"", "\"groups\"", 8, "has no [group]");
    expect("page_size = 50", "deletes_users = false", 37, "[user] needs delete = false");
    let text = RIGHT.replacen("\"disableUsers\"", "\"deleteUsers\"", 1);
    let text = text.replacen("page_size = 50", "deletes_users = false", 1);
    assert!(problems(&text).iter().any(|it| it.reason.contains("supports says deleteUsers")));
    expect("IsSoftDeleted", "accountEnabled", 8, "nobody is ever disabled");
    expect("\"user.mapping\"", "\"user.maping\"", 12, "unverified speaks of user.maping");
    assert_eq!(problems(&RIGHT.replacen("\"user.mapping\"", "\"profile.paging\"", 1)), []);
}
