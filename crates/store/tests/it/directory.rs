//! Groups, applications, assignments, and the small tables.

use crate::support::{Bench, later, now, user_role};
use purser_domain::{
    ids::{AdminId, ImportId, TokenId},
    secret::Secret,
};
use purser_store::{
    Administrator, ApiToken, AuditEntry, Import, ImportError, ImportState, Principal, SessionRecord,
    StoreError, new_id,
};

#[tokio::test]
async fn a_person_is_added_to_a_group_once() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let ada = bench.add_user("ada@contoso.com", "Ada").await?;
    let bob = bench.add_user("bob@contoso.com", "Bob").await?;
    let group = bench.add_group("Engineers", &[ada.id]).await?;
    let tx = bench.store.begin().await?;
    assert_eq!(tx.add_members(group.id, &[ada.id, bob.id, bench.user_id()], now()).await?, [bob.id]);
    tx.soft_delete_user(bob.id, now()).await?;
    tx.commit().await?;
    assert_eq!(bench.store.count_members(group.id, "").await?, 1, "the soft-deleted are not shown");
    assert_eq!(bench.store.list_members(group.id, "ad", None, 10).await?[0].id, ada.id);
    assert_eq!(bench.store.list_groups("engi", None, 10).await?[0].member_count, 1);
    assert_eq!(bench.store.list_groups_of(bob.id, 10).await?.len(), 1);
    let tx = bench.store.begin().await?;
    assert!(tx.remove_member(group.id, ada.id, now()).await?);
    assert!(!tx.remove_member(group.id, ada.id, now()).await?);
    tx.delete_group(group.id, now()).await?;
    tx.commit().await?;
    assert!(bench.store.list_groups_of(bob.id, 10).await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn assignments_are_listed_by_the_name_of_who_is_assigned() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let app = bench.add_application("Promapp").await?.application_id;
    let ada = bench.add_user("ada@contoso.com", "Ada").await?;
    let zoe = bench.add_user("zoe@contoso.com", "Zoe").await?;
    let group = bench.add_group("Miners", &[zoe.id]).await?;
    for principal in [Principal::User(zoe.id), Principal::Group(group.id), Principal::User(ada.id)] {
        bench.assign(app, principal).await?;
    }
    let twice = bench.assign(app, Principal::User(ada.id)).await.unwrap_err();
    assert!(matches!(twice.downcast_ref(), Some(StoreError::Taken { what: "assignment" })));

    let first = bench.store.list_assignments(app, "", None, 2).await?;
    let rest = bench.store.list_assignments(app, "", Some(&first[1].key()), 2).await?;
    let names: Vec<_> =
        first.iter().chain(&rest).map(|row| (row.display_name.as_str(), row.detail.as_str())).collect();
    assert_eq!(names, [("Ada", "ada@contoso.com"), ("Miners", ""), ("Zoe", "zoe@contoso.com")]);
    assert_eq!(bench.store.list_assignments(app, "min", None, 9).await?.len(), 1);
    let counts = bench.store.count_assignments(app).await?;
    assert_eq!((counts.users, counts.groups), (2, 1));

    let of_zoe = bench.store.list_assignments_of(zoe.id).await?;
    let via: Vec<_> = of_zoe.iter().map(|found| (found.application_name.as_str(), found.via_group)).collect();
    assert_eq!(via, [("Promapp", None), ("Promapp", Some(group.id))]);
    let roles = bench.store.find_entitlements(app, &[ada.id, zoe.id, bench.user_id()]).await?;
    assert_eq!(roles.len(), 2);
    assert_eq!(roles[&ada.id].len(), 1);
    assert_eq!(roles[&zoe.id].iter().filter(|role| role.via_group == Some(group.id)).count(), 1);
    assert!(roles[&zoe.id].iter().all(|role| role.role == user_role()));

    let tx = bench.store.begin().await?;
    let removed = tx.delete_assignment(rest[0].assignment.id, now()).await?;
    assert_eq!(removed, Some(rest[0].assignment));
    assert_eq!(tx.find_assignment(rest[0].assignment.id).await?, None);
    tx.commit().await?;
    assert_eq!(bench.store.find_entitlements(app, &[zoe.id]).await?[&zoe.id].len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_secret_is_read_back_only_under_its_key_and_its_application() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let app = bench.add_application("Promapp").await?.application_id;
    let tx = bench.store.begin().await?;
    tx.write_secret(app, "SecretToken", &Secret::new("first"), now()).await?;
    tx.write_secret(app, "SecretToken", &Secret::new("hunter2"), now()).await?;
    tx.commit().await?;
    assert_eq!(bench.store.read_secret(app, "SecretToken").await?, Some(Secret::new("hunter2")));
    assert_eq!(bench.store.read_secret(app, "Other").await?, None);

    let other = bench.reopen(8).await?;
    let refused = other.read_secret(app, "SecretToken").await.unwrap_err();
    assert!(matches!(&refused, StoreError::Secret { key } if key == "SecretToken"));
    assert!(refused.to_string().contains("master key"));
    let tx = bench.store.begin().await?;
    assert!(tx.delete_secret(app, "SecretToken").await?);
    tx.commit().await?;
    assert!(bench.store.read_secret(app, "SecretToken").await?.is_none());
    Ok(())
}

#[tokio::test]
async fn a_session_id_in_use_is_not_taken_over() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let mut session = SessionRecord { id: "one".to_owned(), data: vec![1], expires_at: later(10) };
    assert!(bench.store.create_session(&session).await?);
    session.data = vec![2];
    assert!(!bench.store.create_session(&session).await?);
    assert_eq!(bench.store.load_session("one", now()).await?.map(|found| found.data), Some(vec![1]));
    assert!(bench.store.update_session(&session).await?);
    assert_eq!(bench.store.load_session("one", now()).await?, Some(session));
    assert_eq!(bench.store.load_session("one", later(10)).await?, None, "ended");
    assert_eq!(bench.store.purge_sessions(later(10)).await?, 1);
    bench.store.delete_session("one").await?;
    Ok(())
}

#[tokio::test]
async fn a_token_notes_its_use_once_a_minute() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let token = ApiToken {
        id: TokenId::from_uuid(new_id(&bench.clock)),
        name: "ci".to_owned(),
        hash: vec![9; 32],
        created_at: now(),
        last_used_at: None,
    };
    let tx = bench.store.begin().await?;
    tx.insert_token(&token).await?;
    tx.commit().await?;
    for (at, noted) in [(later(0), later(0)), (later(59), later(0)), (later(60), later(60))] {
        let found = bench.store.find_token_by_hash(&[9; 32]).await?.unwrap();
        bench.store.touch_token(&found, at).await?;
        assert_eq!(bench.store.list_tokens(None, 5).await?[0].last_used_at, Some(noted));
    }
    let tx = bench.store.begin().await?;
    assert!(tx.delete_token(token.id).await?);
    assert!(!tx.delete_token(token.id).await?);
    Ok(())
}

#[tokio::test]
async fn an_administrator_is_found_by_address_and_a_second_one_with_it_is_refused() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let mut admin = Administrator {
        id: AdminId::from_uuid(new_id(&bench.clock)),
        email: "Root@Contoso.com".to_owned(),
        display_name: "Root".to_owned(),
        password_hash: "hash".to_owned(),
        created_at: now(),
        password_changed_at: now(),
    };
    let tx = bench.store.begin().await?;
    tx.insert_administrator(&admin).await?;
    tx.update_password(admin.id, "other", later(1)).await?;
    tx.commit().await?;
    let found = bench.store.find_administrator_by_email("root@contoso.com").await?.unwrap();
    assert_eq!((found.password_hash.as_str(), found.password_changed_at), ("other", later(1)));
    admin.id = AdminId::from_uuid(new_id(&bench.clock));
    let refused = bench.store.begin().await?.insert_administrator(&admin).await;
    assert!(matches!(refused, Err(StoreError::Taken { .. })));
    assert_eq!(bench.store.count_administrators().await?, 1);
    Ok(())
}

#[tokio::test]
async fn the_audit_log_is_listed_newest_first_by_key() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let tx = bench.store.begin().await?;
    for number in 0..5 {
        tx.append_audit(&AuditEntry {
            id: new_id(&bench.clock),
            at: later(number),
            actor_id: None,
            actor_name: "Purser".to_owned(),
            activity: format!("Activity {number}"),
            target_id: None,
            target_name: "Promapp".to_owned(),
            details: vec![("Scope".to_owned(), "all".to_owned())],
            refusal: None,
        })
        .await?;
    }
    tx.put_setting("setup", "1").await?;
    tx.put_setting("setup", "2").await?;
    tx.commit().await?;
    let first = bench.store.list_audit("", None, 2).await?;
    let next = bench.store.list_audit("", Some(first[1].seq), 2).await?;
    let activities: Vec<_> = first.iter().chain(&next).map(|row| row.entry.activity.as_str()).collect();
    assert_eq!(activities, ["Activity 4", "Activity 3", "Activity 2", "Activity 1"]);
    assert_eq!(bench.store.list_audit("promapp ACTIVITY", None, 9).await?.len(), 5);
    assert_eq!(bench.store.find_setting("setup").await?.as_deref(), Some("2"));
    Ok(())
}

#[tokio::test]
async fn an_import_keeps_its_report_when_its_file_is_let_go() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let mut import = Import {
        id: ImportId::from_uuid(new_id(&bench.clock)),
        file_name: "people.csv".to_owned(),
        state: ImportState::Ready,
        columns: serde_json::json!([]),
        preview: serde_json::json!([["a"]]),
        total: 3,
        processed: 0,
        created: 0,
        updated: 0,
        unchanged: 0,
        failed: 0,
        error: None,
        created_by: "Root".to_owned(),
        created_at: now(),
        started_at: None,
        finished_at: None,
    };
    let tx = bench.store.begin().await?;
    tx.insert_import(&import, b"upn\n").await?;
    (import.state, import.processed) = (ImportState::Running, 2);
    tx.update_import(&import).await?;
    let refused = |line| ImportError { line, column: None, message: "no sign-in name".to_owned() };
    tx.append_import_errors(import.id, &[refused(2), refused(2), refused(3)]).await?;
    tx.commit().await?;
    assert_eq!(bench.store.list_unfinished_imports().await?, [import.clone()]);
    assert_eq!(bench.store.read_import_content(import.id).await?.as_deref(), Some(b"upn\n".as_slice()));
    let first = bench.store.list_import_errors(import.id, None, 1).await?;
    assert_eq!(bench.store.list_import_errors(import.id, Some(first[0].seq), 9).await?.len(), 2);
    let tx = bench.store.begin().await?;
    tx.delete_import_content(import.id).await?;
    tx.commit().await?;
    assert_eq!(bench.store.read_import_content(import.id).await?, None);
    assert_eq!(bench.store.load_import(import.id).await?, import);
    Ok(())
}
