//! A job's schema: look at it, put another one in its place, go back to the defaults.
//!
//! A schema is saved as a whole or not at all, and only when a cycle could work by it: everything that is wrong with it
//! is told at once. After a save every object is looked at again.
use crate::caller::{Caller, Right};
use crate::error::{Checked, Result, conflict, invalid, not_found, stale};
use crate::logs::activity::Activity;
use crate::logs::audit::AuditNote;
use crate::portal::Portal;
use crate::provisioning::mapping_view::{view_mapping, view_problem};
use crate::provisioning::schema_changes::describe_changes;
use crate::provisioning::spec::load_job_of;
use purser_contract::problem::{Problem, ProblemDetail};
use purser_contract::provisioning::ObjectMappingView;
use purser_contract::schema::{MappingProblemView, SchemaView};
use purser_domain::ids::GroupId;
use purser_domain::mapping::ObjectMapping;
use purser_domain::object::ObjectKind;
use purser_domain::schema::{Schema, SchemaError, validate};
use purser_domain::scope::{FilterProblem, MEMBER_OF, ScopeCounts, ScopeMode, ScopingFilter};
use purser_store::{Application, JobSpec, Reads};
use serde_json::Value as Json;
use std::time::Duration;

/// Most problems that a refusal lists, so that a hostile document does not become a huge answer.
const MAX_DETAILS: usize = 100;

/// A page waits no longer for a count.
const LONGEST_COUNT: Duration = Duration::from_secs(10);

impl Portal {
    /// The schema of an application's job.
    pub async fn load_schema(&self, caller: &Caller, app: &str) -> Result<SchemaView> {
        caller.may(Right::Read)?;
        let (application, spec) = load_job_of(self.store(), app).await?;
        let schema = self.store().load_schema(spec.job_id).await?;
        Ok(view_schema(&application, &spec, &schema))
    }

    /// One object mapping of an application, by its key (`users`).
    pub async fn load_mapping(&self, caller: &Caller, app: &str, key: &str) -> Result<ObjectMappingView> {
        caller.may(Right::Read)?;
        let (_, spec) = load_job_of(self.store(), app).await?;
        let schema = self.store().load_schema(spec.job_id).await?;
        let kind = ObjectKind::from_key(key);
        let mapping = kind.and_then(|kind| schema.mapping(kind)).ok_or_else(|| not_found("mapping", key))?;
        let problems = find_problems(&schema, spec.scope, mapping.source_object);
        Ok(view_mapping(&name_groups(self.store(), mapping).await?, problems))
    }

    /// Puts a document in the place of an application's schema. `generation` is the one that it was made from; without
    /// it, whatever is stored is replaced. A document that says what is stored already writes nothing; one that no cycle
    /// could work by is refused with each of its problems in `details`.
    pub async fn replace_schema(
        &self,
        caller: &Caller,
        app: &str,
        document: &Json,
        generation: Option<i64>,
    ) -> Result<()> {
        caller.may(Right::Write)?;
        let schema = Schema::from_document(document).map_err(refuse_document)?;
        self.write_schema(caller, app, schema, generation, &[]).await
    }

    /// Switches the mapping of one kind of object on or off: an application without groups is provisioned with users
    /// alone. Nothing in the target is touched by it.
    pub async fn switch_mapping(&self, caller: &Caller, app: &str, key: &str, enabled: bool) -> Result<()> {
        caller.may(Right::Write)?;
        let (_, spec) = load_job_of(self.store(), app).await?;
        let mut schema = self.store().load_schema(spec.job_id).await?;
        let kind = ObjectKind::from_key(key);
        let Some((kind, mapping)) = kind.and_then(|kind| Some((kind, schema.mapping(kind)?.clone()))) else {
            return Err(not_found("mapping", key).into());
        };
        schema.replace_mapping(kind, ObjectMapping { enabled, ..mapping });
        self.write_schema(caller, app, schema, Some(spec.generation), &[]).await
    }

    /// Puts the gallery app's own schema in the place of an application's: *Restore default mappings*. Scoping filters
    /// go, too.
    pub async fn restore_default_schema(
        &self,
        caller: &Caller,
        app: &str,
        generation: Option<i64>,
    ) -> Result<()> {
        caller.may(Right::Write)?;
        let (application, _) = load_job_of(self.store(), app).await?;
        let template = self.find_template(&application.template_id).ok_or_else(|| {
            conflict("The gallery app that this application was added from is not in this version of Purser.")
                .advice("Its default mappings are not known, so nothing was changed.")
        })?;
        let schema = template.default_schema(&application.display_name);
        self.write_schema(caller, app, schema, generation, &[("Mappings", "defaults restored")]).await
    }

    /// Counts who is in the scope of an application: by the stored scoping filter of users, or by one that is not saved
    /// yet. Takes ten seconds at most, and says when that was too short for everybody.
    pub async fn count_scope(
        &self,
        caller: &Caller,
        app: &str,
        filter: Option<&ScopingFilter>,
    ) -> Result<ScopeCounts> {
        caller.may(Right::Read)?;
        let (application, spec) = load_job_of(self.store(), app).await?;
        let schema = self.store().load_schema(spec.job_id).await?;
        let stored = schema.mapping(ObjectKind::User).map(|mapping| &mapping.scope);
        let filter = filter.or(stored).ok_or_else(|| not_found("mapping", ObjectKind::User.key()))?;
        let filter = filter.compile(ObjectKind::User).map_err(refuse_filter)?;
        let (scope, default_counts) = (spec.scope, spec.default_access_counts);
        let counted =
            self.store().count_in_scope(application.id, scope, default_counts, &filter, LONGEST_COUNT);
        Ok(counted.await?)
    }

    async fn write_schema(
        &self,
        caller: &Caller,
        app: &str,
        schema: Schema,
        generation: Option<i64>,
        details: &[(&str, &str)],
    ) -> Result<()> {
        // Checked before the transaction: other writers should not wait while a long document is looked through.
        let (_, seen) = load_job_of(self.store(), app).await?;
        check_schema(&schema, seen.scope)?;
        let tx = self.store().begin().await?;
        let (application, spec) = load_job_of(&tx, app).await?;
        if generation.is_some_and(|generation| generation != spec.generation) {
            return Err(stale("these mappings", Vec::new()).into());
        }
        let stored = tx.load_schema(spec.job_id).await?;
        if stored.to_document() == schema.to_document() {
            return Ok(());
        }
        let mut changed = spec.clone();
        changed.mapping_generation += 1;
        changed.updated_at = self.now();
        tx.update_spec(&changed, spec.generation).await?;
        tx.write_schema(spec.job_id, &schema).await?;
        let mut note = AuditNote::on(application.id.as_uuid(), &application.display_name);
        for (label, value) in details {
            note = note.with(label, value);
        }
        let (before, after) = (name_all_groups(&tx, &stored).await?, name_all_groups(&tx, &schema).await?);
        for (label, change) in describe_changes(&before, &after) {
            note = note.with(&label, change);
        }
        self.audit(&tx, caller, Activity::UpdateMappings, note).await?;
        self.commit(tx).await
    }
}

/// The mapping for people to read: groups in its scoping filter stand with their names before their ids.
async fn name_groups(reads: &Reads, mapping: &ObjectMapping) -> Result<ObjectMapping> {
    let mut mapping = mapping.clone();
    let clauses = mapping.scope.groups.iter_mut().flat_map(|group| &mut group.clauses);
    let values = clauses.filter(|clause| clause.attribute == MEMBER_OF).flat_map(|clause| &mut clause.values);
    let named: Vec<(GroupId, &mut String)> =
        values.filter_map(|value| Some((value.parse().ok()?, value))).collect();
    if !named.is_empty() {
        let ids: Vec<GroupId> = named.iter().map(|(id, _)| *id).collect();
        let groups = reads.find_groups(&ids).await?;
        for (id, value) in named {
            if let Some(group) = groups.get(&id) {
                *value = format!("{} ({id})", group.display_name);
            }
        }
    }
    Ok(mapping)
}

async fn name_all_groups(reads: &Reads, schema: &Schema) -> Result<Schema> {
    let mut named = schema.clone();
    for mapping in schema.mappings() {
        named.replace_mapping(mapping.source_object, name_groups(reads, mapping).await?);
    }
    Ok(named)
}

fn view_schema(application: &Application, spec: &JobSpec, schema: &Schema) -> SchemaView {
    SchemaView {
        application_id: application.id.to_string(),
        job_id: spec.job_id.to_string(),
        generation: spec.generation,
        document: schema.to_document(),
        warnings: find_all_problems(schema, spec.scope),
    }
}

/// Everything that is wrong with the mapping of a kind of object, or worth a look.
fn find_problems(schema: &Schema, scope: ScopeMode, kind: ObjectKind) -> Vec<MappingProblemView> {
    let rule = schema.rule_of(kind).map(|rule| rule.name.as_str()).unwrap_or_default();
    let problems = validate(schema, kind, scope);
    let mapping = schema.mapping(kind);
    problems.iter().map(|problem| view_problem(rule, mapping, problem)).collect()
}

/// The same of all kinds. A mapping of people must be there, one of groups may.
fn find_all_problems(schema: &Schema, scope: ScopeMode) -> Vec<MappingProblemView> {
    let mut problems = find_problems(schema, scope, ObjectKind::User);
    if schema.mapping(ObjectKind::Group).is_some() {
        problems.extend(find_problems(schema, scope, ObjectKind::Group));
    }
    problems
}

/// Refuses a schema by which no cycle could work.
fn check_schema(schema: &Schema, scope: ScopeMode) -> Checked<()> {
    let problems = find_all_problems(schema, scope).into_iter();
    let errors: Vec<_> = problems.filter(|problem| problem.error).collect();
    let details = errors.iter().map(|problem| ProblemDetail {
        code: problem.code.clone(),
        target: problem.place.clone(),
        message: problem.message.clone(),
    });
    match errors.first() {
        None => Ok(()),
        Some(first) => Err(refuse("The mappings can't work as they are", &first.message, details.collect())),
    }
}

fn refuse_document(errors: Vec<SchemaError>) -> Problem {
    let first = errors.first().map(|error| error.message.clone()).unwrap_or_default();
    let details = errors.into_iter().map(|error| ProblemDetail {
        code: "InvalidDocument".to_owned(),
        target: error.pointer,
        message: error.message,
    });
    refuse("The schema can't be read", &first, details.collect())
}

fn refuse_filter(problems: Vec<FilterProblem>) -> Problem {
    let first = problems.first().map(ToString::to_string).unwrap_or_default();
    let details = problems.iter().map(|problem| ProblemDetail {
        code: "ScopingFilter".to_owned(),
        target: problem.title.clone(),
        message: problem.to_string(),
    });
    refuse("The scoping filter can't be used", &first, details.collect())
}

/// One sentence with the first problem and how many there are, and all of them as details.
fn refuse(what: &str, first: &str, mut details: Vec<ProblemDetail>) -> Problem {
    let count = details.len();
    details.truncate(MAX_DETAILS);
    let message = match count {
        0 | 1 => format!("{what}, so nothing was changed: {first}"),
        _ => format!("{what}, so nothing was changed. The first of {count} problems: {first}"),
    };
    let mut problem = invalid(message);
    if count > 1 {
        problem = problem.advice("Correct what is listed in details, then send the schema again.");
    }
    problem.details = details;
    problem
}
