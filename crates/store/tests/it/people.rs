use crate::support::{Bench, later, now, person};
use purser_domain::user::USER_ATTRIBUTES;
use purser_store::{NameKey, StoreError, UserCondition, UserFilter, UserQuery};

#[tokio::test]
async fn every_attribute_comes_back_as_it_went_in() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let mut user = person(bench.user_id(), "zoë@contoso.com", "Zoë \"Ω\" <b>🦊</b>");
    for attribute in USER_ATTRIBUTES.iter().skip(2) {
        attribute.write(&mut user.attributes, Some(format!("value of {}", attribute.name)));
    }
    user.manager = Some(bench.add_user("boss@contoso.com", "Boss").await?.id);
    let tx = bench.store.begin().await?;
    tx.insert_user(&user).await?;
    tx.commit().await?;
    assert_eq!(bench.store.load_user(user.id).await?, user);
    assert_eq!(bench.store.find_reports(&[user.manager.unwrap()]).await?[&user.manager.unwrap()], [user.id]);
    Ok(())
}

#[tokio::test]
async fn a_stale_edit_is_refused_and_changes_nothing() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let mut user = bench.add_user("ada@contoso.com", "Ada").await?;
    user.attributes.department = Some("Engines".to_owned());
    let tx = bench.store.begin().await?;
    tx.update_user(&user, 1).await?;
    tx.commit().await?;

    user.attributes.department = Some("Looms".to_owned());
    let tx = bench.store.begin().await?;
    let refused = tx.update_user(&user, 1).await;
    assert!(matches!(refused, Err(StoreError::Stale { what: "user", stored: 2 })));
    drop(tx);
    let stored = bench.store.load_user(user.id).await?;
    assert_eq!((stored.generation, stored.attributes.department.as_deref()), (2, Some("Engines")));
    Ok(())
}

#[tokio::test]
async fn a_transaction_that_is_dropped_leaves_nothing_behind() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let user = person(bench.user_id(), "ada@contoso.com", "Ada");
    let tx = bench.store.begin().await?;
    tx.insert_user(&user).await?;
    assert!(tx.find_user(user.id).await?.is_some(), "visible inside");
    assert!(bench.store.find_user(user.id).await?.is_none(), "not outside");
    drop(tx);
    assert!(bench.store.begin().await?.find_user(user.id).await?.is_none());
    Ok(())
}

#[tokio::test]
async fn a_sign_in_name_is_unique_whatever_its_case_and_even_among_the_deleted() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let first = bench.add_user("Ada@Contoso.com", "Ada").await?;
    let tx = bench.store.begin().await?;
    tx.soft_delete_user(first.id, later(5)).await?;
    let taken = tx.insert_user(&person(bench.user_id(), "ada@contoso.COM", "Other")).await;
    assert!(matches!(taken, Err(StoreError::Taken { what: "userPrincipalName" })));
    drop(tx);
    assert_eq!(bench.store.find_user_by_upn("ADA@contoso.com").await?.map(|user| user.id), Some(first.id));
    let many = bench.store.find_users_by_upn(&["ADA@contoso.com".to_owned(), "x@y".to_owned()]).await?;
    assert_eq!(many.into_keys().collect::<Vec<_>>(), ["ada@contoso.com"]);
    Ok(())
}

#[tokio::test]
async fn a_soft_deleted_person_is_restored_as_they_were() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let user = bench.add_user("ada@contoso.com", "Ada").await?;
    let tx = bench.store.begin().await?;
    tx.soft_delete_user(user.id, later(5)).await?;
    tx.soft_delete_user(user.id, later(50)).await?;
    tx.commit().await?;
    let deleted = bench.store.load_user(user.id).await?;
    assert_eq!((deleted.deleted_at, deleted.generation), (Some(later(5)), 2));
    assert_eq!(bench.store.count_users(UserFilter::Present, "").await?, 0);
    assert_eq!(bench.store.list_users(UserFilter::Deleted, "ada", None, 10).await?.len(), 1);
    assert_eq!(bench.store.list_expired_users(later(5), 10).await?, []);
    assert_eq!(bench.store.list_expired_users(later(6), 10).await?.len(), 1);

    let tx = bench.store.begin().await?;
    tx.restore_user(user.id, later(9)).await?;
    tx.commit().await?;
    let restored = bench.store.load_user(user.id).await?;
    assert_eq!((restored.deleted_at, restored.attributes), (None, user.attributes));
    Ok(())
}

#[tokio::test]
async fn paging_neither_skips_nor_doubles_anybody_while_people_are_added() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    for number in 0..30 {
        // Ten names, three people each: equal names are told apart by id.
        bench.add_user(&format!("u{number}@contoso.com"), &format!("Name {}", number % 10)).await?;
    }
    let before: Vec<_> = bench
        .store
        .list_users(UserFilter::Present, "", None, 100)
        .await?
        .iter()
        .map(|user| user.id)
        .collect();
    let mut seen = Vec::new();
    let mut after: Option<NameKey> = None;
    loop {
        let page = bench.store.list_users(UserFilter::Present, "", after.as_ref(), 4).await?;
        let Some(last) = page.last() else { break };
        after = Some(NameKey::of_user(last));
        seen.extend(page.iter().map(|user| user.id));
        // One in front of the place and one behind everything.
        bench.add_user(&format!("a{}@contoso.com", seen.len()), "Aaa").await?;
        if seen.len() < 30 {
            bench.add_user(&format!("z{}@contoso.com", seen.len()), "Zzz").await?;
        }
    }
    let known: Vec<_> = seen.iter().copied().filter(|id| before.contains(id)).collect();
    assert_eq!(known, before);
    let mut unique = seen.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), seen.len());
    Ok(())
}

#[tokio::test]
async fn a_search_takes_its_words_literally() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    bench.add_user("a@contoso.com", "100% Söder_berg").await?;
    bench.add_user("b@contoso.com", "1000 Soderxberg").await?;
    for (search, expected) in
        [("100%", 1), ("r_b", 1), ("söder", 1), ("SÖDER 100", 1), ("contoso", 2), ("\\", 0)]
    {
        assert_eq!(bench.store.count_users(UserFilter::Present, search).await?, expected, "{search}");
    }
    Ok(())
}

#[tokio::test]
async fn the_api_filter_finds_by_attribute_without_regard_to_case() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let ada = bench.add_user("ada@contoso.com", "Ada Lovelace").await?;
    bench.add_user("bob@contoso.com", "Bob").await?;
    let equals = |attribute: &str, value: &str| UserCondition::Equals {
        attribute: attribute.to_owned(),
        value: value.to_owned(),
    };
    let starts = |attribute: &str, value: &str| UserCondition::StartsWith {
        attribute: attribute.to_owned(),
        value: value.to_owned(),
    };
    for conditions in [
        vec![equals("userPrincipalName", "ADA@contoso.com")],
        vec![starts("displayName", "ada l"), UserCondition::Enabled(true)],
        vec![UserCondition::Id(ada.id)],
    ] {
        let query = UserQuery { conditions };
        let found = bench.store.list_users_filtered(&query, None, 10).await?;
        assert_eq!(found.iter().map(|user| user.id).collect::<Vec<_>>(), [ada.id]);
        assert_eq!(bench.store.count_users_filtered(&query).await?, 1);
    }
    let nobody = UserQuery { conditions: vec![equals("mobilePhone", "1"), UserCondition::Enabled(false)] };
    assert_eq!(bench.store.count_users_filtered(&nobody).await?, 0);
    let unknown = UserQuery { conditions: vec![equals("shoeSize", "44")] };
    assert!(matches!(bench.store.count_users_filtered(&unknown).await, Err(StoreError::Missing { .. })));
    Ok(())
}

#[tokio::test]
async fn a_cycle_walks_over_everybody_by_id() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let mut ids = Vec::new();
    for number in 0..7 {
        ids.push(bench.add_user(&format!("u{number}@contoso.com"), "Same").await?.id);
    }
    let tx = bench.store.begin().await?;
    tx.soft_delete_user(ids[3], now()).await?;
    tx.hard_delete_user(ids[4], now()).await?;
    tx.commit().await?;
    ids.remove(4);
    ids.sort();
    let first = bench.store.page_users(None, 4).await?;
    let rest = bench.store.page_users(first.last().map(|user| user.id), 4).await?;
    let walked: Vec<_> = first.iter().chain(&rest).map(|user| user.id).collect();
    assert_eq!(walked, ids);
    assert_eq!(bench.store.count_users_total().await?, 6);
    Ok(())
}
