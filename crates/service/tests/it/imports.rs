use crate::fixture::{Fixture, admin, refused};
use jiff::SignedDuration;
use purser_contract::import::{ImportState, ImportView};
use purser_contract::page::ListForm;
use purser_contract::problem::ProblemKind;
use purser_store::ChangeKind;
use tokio_util::sync::CancellationToken;

/// Uploads, starts and works off a file.
async fn import(fixture: &Fixture, file: &str) -> ImportView {
    let uploaded = fixture.portal.upload_import(&admin(), "people.csv", file.into()).await.unwrap();
    assert_eq!(uploaded.state, ImportState::Ready);
    let started = fixture.portal.start_import(&admin(), &uploaded.id).await.unwrap();
    assert_eq!(started.state, ImportState::Running);
    fixture.clock.advance(SignedDuration::from_secs(1));
    fixture.portal.run_import(uploaded.id.parse().unwrap(), &CancellationToken::new()).await.unwrap();
    fixture.portal.load_import(&admin(), &uploaded.id).await.unwrap()
}

fn counts(view: &ImportView) -> (u64, u64, u64, u64, u64) {
    (view.processed, view.created, view.updated, view.unchanged, view.failed)
}

async fn errors(fixture: &Fixture, view: &ImportView) -> Vec<(u64, Option<String>, String)> {
    let page = fixture.portal.list_import_errors(&admin(), &view.id, ListForm::default()).await.unwrap();
    page.items.into_iter().map(|row| (row.line, row.column, row.message)).collect()
}

#[tokio::test]
async fn a_file_is_previewed_before_anything_is_written() {
    let fixture = Fixture::new().await;
    let mut file = "\u{feff}User Principal Name;Display Name;Shoe size\r\n".to_owned();
    for number in 0..30 {
        file.push_str(&format!("p{number}@x.org;\"Person; {number}\";{number}\r\n"));
    }
    let view = fixture.portal.upload_import(&admin(), "C:\\tmp\\people.csv", file.into()).await.unwrap();
    let columns: Vec<_> =
        view.columns.iter().map(|column| (column.header.as_str(), column.attribute.as_deref())).collect();
    assert_eq!(
        columns,
        [
            ("User Principal Name", Some("userPrincipalName")),
            ("Display Name", Some("displayName")),
            ("Shoe size", None)
        ]
    );
    assert_eq!((view.total, view.preview.len(), view.file_name.as_str()), (30, 10, "people.csv"));
    assert_eq!(view.preview[0], ["p0@x.org", "Person; 0", "0"]);
    assert_eq!(fixture.store.count_users_total().await.unwrap(), 0);
}

#[tokio::test]
async fn files_that_can_not_be_imported_are_refused_with_a_sentence() {
    let fixture = Fixture::new().await;
    let large = vec![b'x'; 50 * 1024 * 1024 + 1];
    let cases: [(Vec<u8>, &str); 5] = [
        (Vec::new(), "empty"),
        (b"name\nAnn\n".to_vec(), "userPrincipalName"),
        (b"userPrincipalName\n\xFF\xFE\n".to_vec(), "UTF-8"),
        (b"userPrincipalName,upn\na,b\n".to_vec(), "both go to userPrincipalName"),
        (large, "50 MB"),
    ];
    for (bytes, words) in cases {
        let problem =
            refused(fixture.portal.upload_import(&admin(), "x.csv", bytes).await, ProblemKind::Invalid);
        assert!(problem.message.contains(words), "{problem}");
        assert_eq!(problem.field.as_deref(), Some("file"));
    }
}

#[tokio::test]
async fn importing_twice_changes_nothing_the_second_time() {
    let fixture = Fixture::new().await;
    let app = fixture.add_application("App").await;
    let mut file = "userPrincipalName,givenName,surname,department,accountEnabled,manager\n".to_owned();
    for number in 0..450 {
        // Managers stand after the people who report to them.
        let manager = if number < 449 { "p449@x.org" } else { "" };
        file.push_str(&format!("P{number}@x.org,Given,\"Name \"\"{number}\"\"\",Sales,yes,{manager}\n"));
    }
    let first = import(&fixture, &file).await;
    assert_eq!((first.state, counts(&first)), (ImportState::Done, (450, 450, 0, 0, 0)));
    let person = fixture.portal.load_user(&admin(), "p7@x.org").await.unwrap();
    assert_eq!(person.attributes["displayName"], "Given Name \"7\"");
    assert_eq!(person.manager_name.as_deref(), Some("Given Name \"449\""));

    let seq = fixture.last_seq().await;
    let second = import(&fixture, &file).await;
    assert_eq!((second.state, counts(&second)), (ImportState::Done, (450, 0, 0, 450, 0)));
    assert_eq!(fixture.changes(&app, seq).await, []);
    let changed = file.replacen("Sales", "Support", 1);
    assert_eq!(counts(&import(&fixture, &changed).await), (450, 0, 1, 449, 0));
    assert_eq!(fixture.changes(&app, seq).await.len(), 1);
}

#[tokio::test]
async fn bad_rows_are_reported_and_never_stop_the_others() {
    let fixture = Fixture::new().await;
    let gone = fixture.add_user("gone@x.org", "Gone").await;
    fixture.portal.delete_user(&admin(), &gone.id).await.unwrap();
    let long = "x".repeat(300);
    let file = format!(
        "UPN,Display name,Enabled,Manager\n\
         ann@x.org,Ann,true,\n\
         no-address,Bo,true,\n\
         cy@x.org,Cy,perhaps,\n\
         di@x.org,{long},true,\n\
         ed@x.org\n\
         ann@x.org,Ann again,true,\n\
         gone@x.org,Gone,true,\n\
         fay@x.org,Fay,true,nobody@x.org\n\
         gus@x.org,,true,\n\
         hal@x.org,Hal \u{1F98A} <b>,no,ann@x.org\n"
    );
    let view = import(&fixture, &file).await;
    assert_eq!((view.state, counts(&view)), (ImportState::Done, (10, 3, 0, 0, 7)));
    let report = errors(&fixture, &view).await;
    let places: Vec<_> = report.iter().map(|(line, column, _)| (*line, column.as_deref())).collect();
    assert_eq!(
        places,
        [
            (3, Some("UPN")),
            (4, Some("Enabled")),
            (5, Some("Display name")),
            (6, None),
            (7, Some("UPN")),
            (8, Some("UPN")),
            (10, Some("Display name")),
            (9, Some("Manager")),
        ]
    );
    assert!(report[4].2.contains("line 2"), "{}", report[4].2);
    assert!(report[5].2.contains("Restore the user"));
    assert!(report[7].2.contains("The rest of the row was imported"));
    assert!(!fixture.portal.load_user(&admin(), "hal@x.org").await.unwrap().account_enabled);
    assert_eq!(fixture.audit(1).await[0].0, "Finish import of users");
}

#[tokio::test]
async fn an_import_that_was_cut_off_goes_on_where_it_stood() {
    let fixture = Fixture::new().await;
    let mut file = "userPrincipalName,displayName\n".to_owned();
    for number in 0..500 {
        file.push_str(&format!("p{number}@x.org,Person {number}\n"));
    }
    let view = fixture.portal.upload_import(&admin(), "people.csv", file.into()).await.unwrap();
    let id = view.id.parse().unwrap();
    fixture.portal.start_import(&admin(), &view.id).await.unwrap();
    // As an earlier process left it: two batches are in, counted in the same transaction.
    let mut row = fixture.store.load_import(id).await.unwrap();
    row.processed = 400;
    row.created = 400;
    let tx = fixture.store.begin().await.unwrap();
    tx.update_import(&row).await.unwrap();
    tx.commit().await.unwrap();
    fixture.portal.run_import(id, &CancellationToken::new()).await.unwrap();
    let done = fixture.portal.load_import(&admin(), &view.id).await.unwrap();
    assert_eq!((done.state, counts(&done)), (ImportState::Done, (500, 500, 0, 0, 0)));
    assert_eq!(
        fixture.store.count_users_total().await.unwrap(),
        100,
        "the rows of the first batches are not touched"
    );
    fixture.portal.run_import(id, &CancellationToken::new()).await.unwrap();
    assert_eq!(counts(&fixture.portal.load_import(&admin(), &view.id).await.unwrap()), (500, 500, 0, 0, 0));
}

#[tokio::test]
async fn two_workers_on_one_import_count_every_row_once() {
    let fixture = Fixture::new().await;
    let mut file = "userPrincipalName,displayName\n".to_owned();
    for number in 0..1_000 {
        file.push_str(&format!("p{number}@x.org,Person {number}\n"));
    }
    let view = fixture.portal.upload_import(&admin(), "people.csv", file.into()).await.unwrap();
    let id = view.id.parse().unwrap();
    fixture.portal.start_import(&admin(), &view.id).await.unwrap();
    let stop = CancellationToken::new();
    let (first, second) =
        tokio::join!(fixture.portal.run_import(id, &stop), fixture.portal.run_import(id, &stop));
    first.and(second).unwrap();
    // Each may have given way to the other; the next run finishes what is left.
    fixture.portal.run_import(id, &CancellationToken::new()).await.unwrap();
    let done = fixture.portal.load_import(&admin(), &view.id).await.unwrap();
    assert_eq!((done.state, counts(&done)), (ImportState::Done, (1_000, 1_000, 0, 0, 0)));
    assert_eq!(fixture.store.count_users_total().await.unwrap(), 1_000);
}

#[tokio::test]
async fn the_worker_takes_imports_from_the_queue_and_those_that_were_left_unfinished() {
    let fixture = Fixture::new().await;
    let app = fixture.add_application("App").await;
    let file = "userPrincipalName,displayName\nann@x.org,Ann\n";
    let view = fixture.portal.upload_import(&admin(), "people.csv", file.into()).await.unwrap();
    fixture.portal.start_import(&admin(), &view.id).await.unwrap();
    let left =
        fixture.portal.upload_import(&admin(), "left.csv", file.replace("ann", "bo").into()).await.unwrap();
    // As after a crash between the commit of the start and the push into the queue.
    let mut row = fixture.store.load_import(left.id.parse().unwrap()).await.unwrap();
    row.state = purser_store::ImportState::Running;
    row.started_at = Some(row.created_at);
    let tx = fixture.store.begin().await.unwrap();
    tx.update_import(&row).await.unwrap();
    tx.commit().await.unwrap();
    let shutdown = CancellationToken::new();
    let worker = tokio::spawn({
        let (portal, shutdown) = (fixture.portal.clone(), shutdown.clone());
        async move { portal.work_imports(shutdown).await }
    });
    for id in [&view.id, &left.id] {
        let done = async {
            loop {
                let view = fixture.portal.load_import(&admin(), id).await.unwrap();
                if view.state == ImportState::Done {
                    return view;
                }
                tokio::task::yield_now().await;
            }
        };
        let done = tokio::time::timeout(std::time::Duration::from_secs(30), done).await.unwrap();
        assert_eq!(counts(&done), (1, 1, 0, 0, 0));
    }
    shutdown.cancel();
    worker.await.unwrap().unwrap();
    let kinds: Vec<_> = fixture.changes(&app, 0).await.into_iter().map(|row| row.2).collect();
    assert_eq!(kinds, [ChangeKind::Created, ChangeKind::Created]);
}
