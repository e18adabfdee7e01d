//! Lists, page by page, while the list changes.
use std::collections::BTreeSet;

use anyhow::{Context, Result, bail, ensure};
use purser_domain::object::ObjectKind;
use purser_domain::object::ObjectKind::{Group, User};

use super::subject::Subject;

/// More than any of these lists has pages.
const MANY: usize = 200;

pub(super) async fn run(subject: &Subject) -> Result<()> {
    let fake = &subject.fake;
    let mut there = Vec::new();
    for at in 0..43 {
        there.push(fake.insert_user(&format!("l{at:03}@example.com"), "L")?);
    }
    let mut pages = 0;
    let all = walk(subject, User, |_| {
        pages += 1;
        Ok(())
    })
    .await?;
    ensure!(
        there.iter().all(|id| all.contains(id)),
        "a list at rest must come whole: {} of {}",
        all.len(),
        there.len()
    );

    if subject.profile().common.page_size == 1 || pages + 1 >= there.len() {
        // Of one object a page, nothing tells that others moved up.
        return Ok(());
    }
    // One of the first goes and one comes after each of the first pages: all others must still be seen.
    let (mut gone, mut new) = (BTreeSet::new(), 0);
    let seen = walk(subject, User, |page| {
        if page < 3 {
            let id = &there[page * 2];
            ensure!(fake.remove_user(id), "the fake must lose {id}");
            gone.insert(id.clone());
            new += 1;
            fake.insert_user(&format!("n{new}@example.com"), "N")?;
        }
        Ok(())
    })
    .await?;
    let missed: Vec<&String> = there.iter().filter(|id| !gone.contains(*id) && !seen.contains(*id)).collect();
    ensure!(
        missed.is_empty(),
        "who was there all the time must be listed while others come and go: {missed:?}"
    );

    if subject.template.group.is_some() {
        let mut groups = Vec::new();
        for at in 0..23 {
            groups.push(fake.insert_group(&format!("Group {at}"))?);
        }
        let all = walk(subject, Group, |_| Ok(())).await?;
        ensure!(
            groups.iter().all(|id| all.contains(id)),
            "groups must be listed whole: {} of {}",
            all.len(),
            groups.len()
        );
    }
    Ok(())
}

/// Ids of everything on all pages; `between` is told the number of pages after each.
async fn walk(
    subject: &Subject,
    kind: ObjectKind,
    mut between: impl FnMut(usize) -> Result<()>,
) -> Result<BTreeSet<String>> {
    let (mut page, mut seen) = (None, BTreeSet::new());
    for number in 0..MANY {
        let list = subject
            .connector
            .list(kind, page.as_ref())
            .await
            .with_context(|| format!("page {number}"))?
            .value;
        seen.extend(list.objects.into_iter().map(|object| object.id));
        page = list.next;
        if page.is_none() {
            return Ok(seen);
        }
        between(number)?;
    }
    bail!("a list must come to an end, and {MANY} pages were none")
}
