//! An administrator's own gallery files: a folder that is read again whenever something in it changed.
//!
//! The folder is not watched. Asking for a template looks at it, which costs a listing and one look at each
//! file's size and time. A wrong file is a problem to show, never a reason to stop; what it said while it was right
//! goes on serving the applications that were made from it, until the program ends.
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use uuid::Uuid;

use super::check::{MAX_FILE, read_template};
use super::problem::GalleryProblem;
use super::template::Template;

/// Most files of the folder that are read.
const MAX_FILES: usize = 500;

/// A folder of gallery files.
#[derive(Debug)]
pub(super) struct CustomFolder {
    folder: PathBuf,
    state: Mutex<State>,
}

/// What was last read.
#[derive(Debug, Default)]
struct State {
    /// Size and time of each file, by name; `None` before the first look.
    seen: Option<Result<BTreeMap<String, Stamp>, String>>,
    contents: Arc<FolderContents>,
    /// What each file said when it was last right.
    last_good: BTreeMap<String, Arc<Template>>,
}

type Stamp = (u64, Option<SystemTime>);

/// The templates of the folder at one moment.
#[derive(Debug, Default)]
pub(super) struct FolderContents {
    /// From files that are right.
    pub(super) templates: Vec<Arc<Template>>,
    /// From files that were right before; only for applications that have them.
    pub(super) retired: Vec<Arc<Template>>,
    pub(super) problems: Vec<GalleryProblem>,
}

impl FolderContents {
    pub(super) fn find(&self, id: Uuid) -> Option<Arc<Template>> {
        let mut all = self.templates.iter().chain(&self.retired);
        all.find(|template| template.id == id).map(Arc::clone)
    }
}

impl CustomFolder {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder, state: Mutex::default() }
    }

    /// What the folder holds now.
    pub(super) fn look(&self, built_in: &[Arc<Template>]) -> Arc<FolderContents> {
        let now = list(&self.folder);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.seen.as_ref() != Some(&now) {
            let contents = match &now {
                Ok(files) => self.read(files, built_in, &mut state.last_good),
                Err(reason) => unreadable(&self.folder, reason, &state.last_good),
            };
            for problem in
                contents.problems.iter().filter(|problem| !state.contents.problems.contains(problem))
            {
                tracing::warn!(folder = %self.folder.display(), "gallery file {problem}");
            }
            state.contents = Arc::new(contents);
            state.seen = Some(now);
        }
        Arc::clone(&state.contents)
    }

    fn read(
        &self,
        files: &BTreeMap<String, Stamp>,
        built_in: &[Arc<Template>],
        last_good: &mut BTreeMap<String, Arc<Template>>,
    ) -> FolderContents {
        let mut contents = FolderContents::default();
        last_good.retain(|name, _| files.contains_key(name));
        for (at, name) in files.keys().enumerate() {
            let read = if at < MAX_FILES {
                read_file(&self.folder.join(name), name)
            } else {
                let reason =
                    format!("There are more than {MAX_FILES} files in the folder. This one is not read.");
                Err(vec![GalleryProblem { file: name.clone(), line: None, reason }])
            };
            let others = built_in.iter().chain(&contents.templates);
            match read.and_then(|template| compare(name, template, others)) {
                Ok(template) => {
                    let template = Arc::new(template);
                    last_good.insert(name.clone(), Arc::clone(&template));
                    contents.templates.push(template);
                }
                Err(problems) => contents.problems.extend(problems),
            }
        }
        let is_right = |name: &String| !contents.problems.iter().any(|problem| problem.file == *name);
        let retired = last_good.iter().filter(|(name, _)| !is_right(name));
        contents.retired = retired.map(|(_, template)| Arc::clone(template)).collect();
        contents
    }
}

/// A file that can be read may still stand in the way of another one.
pub(super) fn compare<'a>(
    file: &str,
    template: Template,
    others: impl Iterator<Item = &'a Arc<Template>>,
) -> Result<Template, Vec<GalleryProblem>> {
    let fail = |reason| Err(vec![GalleryProblem { file: file.to_owned(), line: None, reason }]);
    for other in others {
        if other.id == template.id {
            return fail(format!(
                "The application {} has the same id. Give this one a new id, for example from the command uuidgen.",
                other.name
            ));
        }
        if other.name.eq_ignore_ascii_case(&template.name) {
            return fail(format!(
                "There is an application with the name {} already. Choose another name.",
                other.name
            ));
        }
    }
    Ok(template)
}

/// Reads and checks a file of this name.
pub(super) fn read_file(path: &Path, name: &str) -> Result<Template, Vec<GalleryProblem>> {
    let bytes = read_bounded(path).map_err(|error| {
        let reason = format!("The file can't be read: {error}. Look at its permissions.");
        vec![GalleryProblem { file: name.to_owned(), line: None, reason }]
    })?;
    read_template(name, &bytes)
}

/// One byte more than is allowed tells that there are more.
fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    let bound = u64::try_from(MAX_FILE).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    File::open(path)?.take(bound.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The folder's gallery files. A folder that is not there has none.
fn list(folder: &Path) -> Result<BTreeMap<String, Stamp>, String> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(error.to_string()),
    };
    let mut files = BTreeMap::new();
    for entry in entries {
        let entry = entry.map_err(|error| error.to_string())?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // Editors keep drafts under names that begin with a dot.
        if name.starts_with('.') || Path::new(&name).extension().is_none_or(|end| end != "toml") {
            continue;
        }
        // Through symbolic links; a pipe or a folder of that name is not opened.
        let stamp = match std::fs::metadata(entry.path()) {
            Ok(about) if about.is_file() => (about.len(), about.modified().ok()),
            Ok(_) => continue,
            // A link to nowhere: reading it says so.
            Err(_) => (0, None),
        };
        files.insert(name, stamp);
    }
    Ok(files)
}

fn unreadable(folder: &Path, reason: &str, last_good: &BTreeMap<String, Arc<Template>>) -> FolderContents {
    let file = folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy().into_owned();
    let reason = format!("The folder {} can't be read: {reason}. Look at its permissions.", folder.display());
    FolderContents {
        templates: Vec::new(),
        retired: last_good.values().map(Arc::clone).collect(),
        problems: vec![GalleryProblem { file, line: None, reason }],
    }
}
