//! What rows of the log keep of the requests.
use anyhow::Result;
use purser_domain::mapping::{MappingSource, ObjectMapping};
use purser_testkit::{Fault, FaultRule};

use crate::world::World;

#[tokio::test]
async fn a_row_keeps_what_was_asked_and_sent() -> Result<()> {
    let world = World::new().await?;
    let people = world.hire_many(1).await?;
    world.run().await?;
    let row = world.logs_of(people[0].id).await?.pop().expect("a row");
    let said: Vec<_> = row.detail.exchanges.iter().map(|said| (said.method.as_str(), said.status)).collect();
    assert_eq!(said, [("GET", Some(200)), ("POST", Some(201))]);
    let created = &row.detail.exchanges[1];
    assert!(
        created.request.as_deref().is_some_and(|body| body.contains("p0@contoso.example")),
        "{created:?}"
    );
    assert_eq!(created.response, None, "only refusals are kept");
    assert!(row.detail.exchanges[0].request.is_none());
    Ok(())
}

#[tokio::test]
async fn a_refusal_is_kept_with_its_answer_unless_a_row_redacts() -> Result<()> {
    for redacts in [false, true] {
        let world = World::new().await?;
        let redact = MappingSource::Expression("Redact([jobTitle])".to_owned());
        let change = |mapping: &mut ObjectMapping| {
            if redacts {
                mapping.attributes[3].source = redact;
            }
        };
        world.map(change).await?;
        let people = world.hire_many(1).await?;
        world.target.break_with(FaultRule::times(Fault::Status(422), 1).on("POST"));
        world.run().await?;
        let row = world.logs_of(people[0].id).await?.pop().expect("a row");
        let refused = row.detail.exchanges.last().expect("an exchange");
        assert_eq!((refused.method.as_str(), refused.status), ("POST", Some(422)));
        assert_eq!(refused.request.is_none(), redacts, "{refused:?}");
        assert_eq!(refused.response.is_none(), redacts, "{refused:?}");
    }
    Ok(())
}
