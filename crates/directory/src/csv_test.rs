use super::*;
use proptest::prelude::*;

fn people(text: &str) -> Vec<Result<PersonRow, RowProblem>> {
    CsvFile::open(text.as_bytes()).unwrap().people().collect()
}

fn value<'p>(person: &'p PersonRow, name: &str) -> Option<&'p str> {
    person.attributes.iter().find(|(attribute, _)| *attribute == name).map(|(_, value)| value.as_str())
}

#[test]
fn a_plain_file_is_read_row_by_row() {
    let rows =
        people("userPrincipalName,displayName,accountEnabled\nann@x.org,Ann Lee,true\nbo@x.org,Bo,no\n");
    assert_eq!(rows.len(), 2);
    let ann = rows[0].as_ref().unwrap();
    assert_eq!(
        (ann.line, ann.user_principal_name.as_str(), ann.account_enabled),
        (2, "ann@x.org", Some(true))
    );
    assert_eq!(value(ann, "displayName"), Some("Ann Lee"));
    assert_eq!(rows[1].as_ref().unwrap().account_enabled, Some(false));
}

#[test]
fn byte_order_mark_semicolons_crlf_and_common_spellings_are_understood() {
    let file = "\u{feff}User Principal Name;Display Name;E-Mail;First Name;Manager UPN;Shoe size\r\n\
                ann@x.org;\"Lee; Ann\";ann@mail.org;Ann;bo@x.org;38\r\n";
    let parsed = CsvFile::open(file.as_bytes()).unwrap();
    assert_eq!(parsed.delimiter(), ';');
    let targets: Vec<_> =
        parsed.columns().iter().map(|column| column.target.map(ColumnTarget::name)).collect();
    assert_eq!(
        targets,
        [
            Some("userPrincipalName"),
            Some("displayName"),
            Some("mail"),
            Some("givenName"),
            Some("manager"),
            None
        ]
    );
    let ann = parsed.people().next().unwrap().unwrap();
    assert_eq!(ann.line, 2);
    assert_eq!(value(&ann, "displayName"), Some("Lee; Ann"));
    assert_eq!(ann.manager.as_deref(), Some("bo@x.org"));
}

#[test]
fn quotes_line_ends_and_doubled_quotes_within_a_cell_are_kept() {
    let rows =
        people("userPrincipalName,displayName\nann@x.org,\"Ann \"\"The\nGreat\"\" Lee\"\nbo@x.org,Bo\n");
    assert_eq!(value(rows[0].as_ref().unwrap(), "displayName"), Some("Ann \"The\nGreat\" Lee"));
    assert_eq!(rows[1].as_ref().unwrap().line, 4);
}

#[test]
fn tabs_and_a_single_column_are_understood() {
    assert_eq!(people("upn\tname\nann@x.org\tAnn\n").len(), 1);
    assert_eq!(people("userPrincipalName\nann@x.org\nbo@x.org").len(), 2);
}

#[test]
fn an_empty_cell_says_nothing() {
    let rows = people("userPrincipalName,department,accountEnabled,manager\nann@x.org,,,\n");
    let ann = rows[0].as_ref().unwrap();
    assert_eq!(ann.attributes.len(), 1);
    assert_eq!((ann.account_enabled, ann.manager.as_deref()), (None, None));
}

#[test]
fn short_and_long_rows_are_refused_and_the_others_are_read() {
    let rows =
        people("userPrincipalName,displayName\nann@x.org\nbo@x.org,Bo,surplus\ncy@x.org,Cy\ndi@x.org,Di,\n");
    let lines: Vec<_> =
        rows.iter().filter_map(|row| row.as_ref().err()).map(|problem| problem.line).collect();
    assert_eq!(lines, [2, 3]);
    assert!(rows[0].as_ref().unwrap_err().message.contains("1 cell where the header has 2 cells"));
    assert!(rows[2].is_ok() && rows[3].is_ok());
}

#[test]
fn a_quote_that_is_never_closed_costs_one_row() {
    let rows = people("userPrincipalName,displayName\nann@x.org,\"Ann\nbo@x.org,Bo\ncy@x.org,Cy\n");
    assert_eq!(rows.len(), 3);
    let problem = rows[0].as_ref().unwrap_err();
    assert_eq!(problem.line, 2);
    assert!(problem.message.contains("Close the quote"));
    assert_eq!(rows[1].as_ref().unwrap().line, 3);
    assert_eq!(rows[2].as_ref().unwrap().user_principal_name, "cy@x.org");
}

#[test]
fn a_wrong_boolean_and_a_missing_key_name_their_column() {
    let rows = people("userPrincipalName,enabled\nann@x.org,perhaps\n,true\n");
    let wrong = rows[0].as_ref().unwrap_err();
    assert_eq!(wrong.column.as_deref(), Some("enabled"));
    assert!(wrong.message.contains("\"perhaps\""));
    assert_eq!(rows[1].as_ref().unwrap_err().column.as_deref(), Some("userPrincipalName"));
}

#[test]
fn line_numbers_are_those_of_an_editor() {
    let rows = people("userPrincipalName,displayName\r\n\r\nann@x.org,Ann\r\n,\r\nbo@x.org,Bo\r\n");
    let lines: Vec<_> = rows.iter().map(|row| row.as_ref().unwrap().line).collect();
    assert_eq!(lines, [3, 5]);
}

#[test]
fn files_that_are_no_lists_of_people_are_refused_in_words() {
    let cases: [(&[u8], &str); 8] = [
        (b"", "empty"),
        (b"\xEF\xBB\xBF \r\n", "empty"),
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"userPrincipalName\nann@x.org\nb\xE9@x.org\n", "line 3"),
        (b"\xFF\xFEu\0p\0n\0", "not UTF-8"),
        (b"name,department\nAnn,Sales\n", "no userPrincipalName column"),
        (b"userPrincipalName,mail,E-mail\na@x.org,b,c\n", "\"mail\" and \"E-mail\" both go to mail"),
        (b"userPrincipalName,displayName\n", "no people"),
    ];
    for (bytes, words) in cases {
        let message = CsvFile::open(bytes).unwrap_err().to_string();
        assert!(message.contains(words), "{message} should say {words}");
    }
}

#[test]
fn a_header_of_too_many_columns_is_refused() {
    let header = format!("userPrincipalName{}\na", ",x".repeat(MAX_COLUMNS));
    assert_eq!(
        CsvFile::open(header.as_bytes()).unwrap_err(),
        CsvError::TooManyColumns { count: MAX_COLUMNS + 1 }
    );
}

#[test]
fn every_attribute_is_found_by_its_name_its_label_and_its_spellings() {
    for attribute in purser_domain::user::USER_ATTRIBUTES {
        let spellings = [attribute.name, attribute.graph_name, attribute.label];
        for spelling in spellings.iter().chain(attribute.csv) {
            let file = if attribute.name == "userPrincipalName" {
                format!("{spelling},zzz\na,b\n")
            } else {
                format!("userPrincipalName,{spelling}\na,b\n")
            };
            let parsed = CsvFile::open(file.as_bytes()).unwrap();
            let found = parsed.columns().iter().filter_map(|column| column.target).map(ColumnTarget::name);
            assert!(
                found.into_iter().any(|name| name == attribute.name),
                "{spelling} should be {}",
                attribute.name
            );
        }
    }
}

fn quote(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused_and_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(file) = CsvFile::open(&bytes) {
            prop_assert!(file.people().count() > 0);
        }
    }

    #[test]
    fn any_text_below_a_header_ends(body in "[a,;\"\r\n ]{0,200}") {
        let text = format!("userPrincipalName,displayName\n{body}");
        if let Ok(file) = CsvFile::open(text.as_bytes()) {
            let lines: Vec<u64> = file.rows().map(|row| row.line).collect();
            prop_assert!(lines.windows(2).all(|pair| pair[0] <= pair[1]), "lines go down: {lines:?}");
        }
    }

    #[test]
    fn what_is_written_by_the_rules_is_read_back(
        names in proptest::collection::vec("[^\u{0}]{0,30}", 1..20),
        semicolon in any::<bool>(),
        crlf in any::<bool>(),
        bom in any::<bool>(),
    ) {
        let (delimiter, end) = (if semicolon { ";" } else { "," }, if crlf { "\r\n" } else { "\n" });
        let mut text = format!("{}userPrincipalName{delimiter}displayName{end}", if bom { "\u{feff}" } else { "" });
        for (number, name) in names.iter().enumerate() {
            text.push_str(&format!("p{number}@x.org{delimiter}{}{end}", quote(name)));
        }
        let read: Vec<_> = people(&text).into_iter().map(Result::unwrap).collect();
        prop_assert_eq!(read.len(), names.len());
        for (number, (person, name)) in read.iter().zip(&names).enumerate() {
            let expected = format!("p{number}@x.org");
            prop_assert_eq!(&person.user_principal_name, &expected);
            let name = Some(name.trim()).filter(|name| !name.is_empty());
            prop_assert_eq!(value(person, "displayName"), name);
        }
    }
}
