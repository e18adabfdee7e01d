//! The rows of an import, worked on in the background.
//!
//! In batches of one transaction each, which also moves the import's own counters: so a process that dies goes on
//! after the last whole batch, and no row counts twice. Rows that say nothing new write nothing, so importing the
//! same file again changes nothing. A bad row is one line of the report.
//!
//! A manager may stand further down in the file than the people who report to them: those who could not be given
//! theirs at first get it in a second pass, when all people are there.
use crate::caller::Caller;
use crate::directory::user_fields::{check_attributes, check_manager, compare, set_attributes};
use crate::error::{Checked, Result, ServiceError, conflict, invalid};
use crate::logs::activity::Activity;
use crate::logs::audit::AuditNote;
use crate::portal::Portal;
use purser_contract::problem::Problem;
use purser_directory::csv::{Column, ColumnTarget, CsvFile, PersonRow, RowProblem};
use purser_domain::ids::{ImportId, UserId};
use purser_domain::user::{User, UserAttributes};
use purser_store::{Import, ImportError, ImportState, Tx};
use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use tokio_util::sync::CancellationToken;

/// Rows in one transaction: long enough to be quick, short enough to let others write in between.
const BATCH: usize = 200;
/// Rows of the report; a file with more errors than this has one error many times.
const MAX_ERRORS: u64 = 10_000;

/// What became of a row.
enum Outcome {
    Created,
    Updated,
    Unchanged,
}

/// People by sign-in name in lower case, as far as a batch speaks of them.
type People = HashMap<String, User>;

impl Portal {
    /// Works on an import to its end, or until it is stopped. Does nothing unless it was started; safe to run again and
    /// twice at a time.
    ///
    /// # Errors
    /// When even the failure could not be stored; any other ends up in the import.
    pub async fn run_import(&self, id: ImportId, stop: &CancellationToken) -> Result<()> {
        match self.import_rows(id, stop).await {
            Ok(()) => Ok(()),
            Err(error) => self.fail_import(id, &error).await,
        }
    }

    async fn import_rows(&self, id: ImportId, stop: &CancellationToken) -> Result<()> {
        let import = self.store().load_import(id).await?;
        if import.state != ImportState::Running {
            return Ok(());
        }
        let Some(content) = self.store().read_import_content(id).await? else {
            return Err(conflict("The uploaded file is gone. Upload it again.").into());
        };
        let file = CsvFile::open(&content).map_err(|error| invalid(error.to_string()))?;
        let first_lines = FirstLines::of(&file);
        let Some(import) = self.import_people(import, &file, &first_lines, stop).await? else {
            return Ok(());
        };
        let has_managers = file.columns().iter().any(|column| column.target == Some(ColumnTarget::Manager));
        let mut late = Late::default();
        if has_managers {
            let Some(found) = self.import_late_managers(&import, &file, &first_lines, stop).await? else {
                return Ok(());
            };
            late = found;
        }
        self.finish_import(import, late).await
    }

    /// First pass. `None` when stopped, or when another worker is at the same import.
    async fn import_people(
        &self,
        mut import: Import,
        file: &CsvFile<'_>,
        first_lines: &FirstLines,
        stop: &CancellationToken,
    ) -> Result<Option<Import>> {
        let done = usize::try_from(import.processed).unwrap_or(usize::MAX);
        let mut rows = file.people().skip(done);
        loop {
            let batch: Vec<_> = rows.by_ref().take(BATCH).collect();
            if batch.is_empty() {
                return Ok(Some(import));
            }
            if stop.is_cancelled() {
                return Ok(None);
            }
            let tx = self.store().begin().await?;
            let stored = tx.load_import(import.id).await?;
            if stored.state != ImportState::Running || stored.processed != import.processed {
                return Ok(None);
            }
            let mut people = self.find_people(&tx, batch.iter().flatten()).await?;
            let mut errors = Vec::new();
            for row in &batch {
                let outcome = match row {
                    Ok(row) => self.import_row(&tx, row, file.columns(), first_lines, &mut people).await?,
                    Err(problem) => Err(problem.clone()),
                };
                import.processed += 1;
                match outcome {
                    Ok(Outcome::Created) => import.created += 1,
                    Ok(Outcome::Updated) => import.updated += 1,
                    Ok(Outcome::Unchanged) => import.unchanged += 1,
                    Err(problem) => {
                        import.failed += 1;
                        if import.failed <= MAX_ERRORS {
                            errors.push(report(problem));
                        }
                    }
                }
            }
            tx.append_import_errors(import.id, &errors).await?;
            tx.update_import(&import).await?;
            self.commit(tx).await?;
        }
    }

    /// One row in its batch. The outer error is ours and ends the import; the inner one is the row's.
    async fn import_row(
        &self,
        tx: &Tx,
        row: &PersonRow,
        columns: &[Column],
        first_lines: &FirstLines,
        people: &mut People,
    ) -> Result<std::result::Result<Outcome, RowProblem>> {
        let key = row.user_principal_name.to_lowercase();
        let edited = match self.edit_by_row(row, first_lines, people) {
            Ok(edited) => edited,
            Err(problem) => return Ok(Err(row_problem(row, columns, problem))),
        };
        let written = match people.get(&key) {
            None => self.insert_user(tx, &edited).await.map(|()| (edited, Outcome::Created)),
            Some(before) if compare(before, &edited).is_empty() => return Ok(Ok(Outcome::Unchanged)),
            Some(before) => self.update_user(tx, before, edited).await.map(|user| (user, Outcome::Updated)),
        };
        match written {
            Ok((user, outcome)) => {
                people.insert(key, user);
                Ok(Ok(outcome))
            }
            Err(ServiceError::Refused(problem)) => Ok(Err(row_problem(row, columns, *problem))),
            Err(fault) => Err(fault),
        }
    }

    /// The person as the row wants them, or why not. A manager who is not there yet is left for the second pass.
    fn edit_by_row(&self, row: &PersonRow, first_lines: &FirstLines, people: &People) -> Checked<User> {
        let key = row.user_principal_name.to_lowercase();
        if let Some(first) = first_lines.before(&key, row.line) {
            return Err(conflict(format!(
                "The row is about the same person as line {first}, which was imported."
            ))
            .field("userPrincipalName"));
        }
        let values = row.attributes.iter().map(|(name, value)| (*name, Some(value.clone())));
        let mut user = match people.get(&key) {
            Some(stored) if stored.deleted_at.is_some() => {
                return Err(conflict(format!("{} is deleted.", stored.name()))
                    .advice("Restore the user under Users > Deleted users, then import the file again.")
                    .field("userPrincipalName"));
            }
            Some(stored) => stored.clone(),
            None => self.new_user(UserAttributes::default(), true, None),
        };
        set_attributes(&mut user.attributes, values)?;
        if user.attributes.display_name.is_none() {
            user.attributes.display_name = derive_name(&user.attributes);
        }
        check_attributes(&user.attributes)?;
        if let Some(enabled) = row.account_enabled {
            user.account_enabled = enabled;
        }
        if let Some(Ok(manager)) = row.manager.as_deref().map(|text| find_manager(text, &user, people)) {
            user.manager = Some(manager);
        }
        Ok(user)
    }

    /// Second pass: managers who came further down in the file. `None` when stopped.
    async fn import_late_managers(
        &self,
        import: &Import,
        file: &CsvFile<'_>,
        first_lines: &FirstLines,
        stop: &CancellationToken,
    ) -> Result<Option<Late>> {
        let mut late = Late::default();
        let mut rows = file.people().flatten().filter(|row| row.manager.is_some());
        loop {
            let batch: Vec<PersonRow> = rows.by_ref().take(BATCH).collect();
            if batch.is_empty() {
                return Ok(Some(late));
            }
            if stop.is_cancelled() {
                return Ok(None);
            }
            let tx = self.store().begin().await?;
            let people = self.find_people(&tx, batch.iter()).await?;
            for row in &batch {
                let Some(person) = people.get(&row.user_principal_name.to_lowercase()) else { continue };
                // Refused in the first pass means refused in this one.
                if self.edit_by_row(row, first_lines, &people).is_err() {
                    continue;
                }
                match find_manager(row.manager.as_deref().unwrap_or_default(), person, &people) {
                    Ok(manager) if person.manager != Some(manager) => {
                        let edited = User { manager: Some(manager), ..person.clone() };
                        self.update_user(&tx, person, edited).await?;
                        late.moved +=
                            u64::from(import.started_at.is_some_and(|start| person.updated_at < start));
                    }
                    Ok(_) => {}
                    Err(problem) => late.errors.push(report(row_problem(row, file.columns(), problem))),
                }
            }
            self.commit(tx).await?;
        }
    }

    async fn finish_import(&self, mut import: Import, late: Late) -> Result<()> {
        let tx = self.store().begin().await?;
        let stored = tx.load_import(import.id).await?;
        if stored.state != ImportState::Running {
            return Ok(());
        }
        // Those whose row said nothing new but the manager.
        let moved = late.moved.min(import.unchanged);
        import.unchanged -= moved;
        import.updated += moved;
        import.state = ImportState::Done;
        import.finished_at = Some(self.now());
        let room = usize::try_from(MAX_ERRORS.saturating_sub(import.failed)).unwrap_or(usize::MAX);
        tx.append_import_errors(import.id, late.errors.get(..room).unwrap_or(&late.errors)).await?;
        tx.update_import(&import).await?;
        tx.delete_import_content(import.id).await?;
        let note = AuditNote::on(import.id.as_uuid(), &import.file_name)
            .with("Started by", &import.created_by)
            .with("Added", import.created)
            .with("Changed", import.updated)
            .with("Unchanged", import.unchanged)
            .with("Refused", import.failed);
        self.audit(&tx, &Caller::System, Activity::FinishImport, note).await?;
        self.commit(tx).await
    }

    async fn fail_import(&self, id: ImportId, error: &ServiceError) -> Result<()> {
        let tx = self.store().begin().await?;
        let mut import = tx.load_import(id).await?;
        if import.state == ImportState::Running {
            let problem = error.problem();
            import.state = ImportState::Failed;
            import.error = Some(format!(
                "{} What was imported so far stays; starting again goes on from there.",
                problem.message
            ));
            import.finished_at = Some(self.now());
            tx.update_import(&import).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// All people of these rows, and their managers.
    async fn find_people<'r>(&self, tx: &Tx, rows: impl Iterator<Item = &'r PersonRow>) -> Result<People> {
        let mut names = Vec::new();
        for row in rows {
            names.push(row.user_principal_name.clone());
            names.extend(row.manager.clone());
        }
        Ok(tx.find_users_by_upn(&names).await?)
    }
}

/// What the second pass found, written together with the end of the import: so that running it again after a crash
/// reports nothing twice.
#[derive(Default)]
struct Late {
    errors: Vec<ImportError>,
    moved: u64,
}

/// On which line each person comes first; a second row about a person would undo the first at every import.
struct FirstLines {
    // Keyed by hash: a file may hold a million names, and only their first lines are wanted.
    lines: HashMap<u64, u64>,
    hasher: RandomState,
}

impl FirstLines {
    fn of(file: &CsvFile<'_>) -> Self {
        let hasher = RandomState::new();
        let mut lines = HashMap::new();
        for row in file.people().flatten() {
            lines.entry(hasher.hash_one(row.user_principal_name.to_lowercase())).or_insert(row.line);
        }
        Self { lines, hasher }
    }

    /// The line before `line` that is about the same person.
    fn before(&self, key: &str, line: u64) -> Option<u64> {
        self.lines.get(&self.hasher.hash_one(key)).copied().filter(|first| *first < line)
    }
}

fn find_manager(text: &str, whose: &User, people: &People) -> Checked<UserId> {
    let found = people.get(&text.trim().to_lowercase());
    check_manager(text, found, Some(whose)).map_err(|problem| {
        let message = format!("{} The rest of the row was imported.", problem.message);
        Problem { message, ..problem }
    })
}

/// First and last name, for a file that has no display names.
fn derive_name(attributes: &UserAttributes) -> Option<String> {
    let parts: Vec<&str> =
        [attributes.given_name.as_deref(), attributes.surname.as_deref()].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn row_problem(row: &PersonRow, columns: &[Column], problem: Problem) -> RowProblem {
    let column = problem.field.as_deref().and_then(|field| {
        columns.iter().find(|column| column.target.is_some_and(|target| target.name() == field))
    });
    RowProblem {
        line: row.line,
        column: column.map(|column| column.header.clone()),
        message: problem.to_string(),
    }
}

fn report(problem: RowProblem) -> ImportError {
    ImportError { line: problem.line, column: problem.column, message: problem.message }
}
