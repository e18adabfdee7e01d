//! No circle of files is larger than a parent with its children: who reads one room need not read the house.
//!
//! An arrow runs from a file to the file that a path in it leads to (`crate::`, `super::`, `self::`, a child's name),
//! in imports, expressions, types and macros. A name that a module hands on (`pub use`) leads to the file that defines
//! it; handing it on is no arrow. Tests draw none either.

use crate::{name, read, root};
use proc_macro2::{TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use syn::visit::Visit;

/// More files than this in one circle are too many to hold in mind at once.
const MOST: usize = 5;
/// How often a name that is handed on is followed.
const HANDED_ON: usize = 8;

/// The modules of a crate, by their path.
#[derive(Default)]
struct Tree {
    modules: BTreeMap<Vec<String>, Module>,
}

/// What one module, inline or with a file of its own, says.
struct Module {
    file: PathBuf,
    children: BTreeSet<String>,
    /// Names that are brought in, with the path that each stands for.
    names: BTreeMap<String, Vec<String>>,
    /// Paths that occur, imports included.
    paths: Vec<Vec<String>>,
}

impl Tree {
    fn of(entry: &Path) -> Self {
        let mut tree = Self::default();
        tree.add_file(Vec::new(), entry);
        tree
    }

    fn add_file(&mut self, at: Vec<String>, file: &Path) {
        let parsed = syn::parse_file(&read(file)).unwrap_or_else(|error| panic!("{}: {error}", name(file)));
        self.add_items(at, file, &parsed.items);
    }

    fn add_items(&mut self, at: Vec<String>, file: &Path, items: &[syn::Item]) {
        let mut reader = Reader::default();
        let mut children = BTreeSet::new();
        for item in items {
            match item {
                syn::Item::Mod(module) if is_test(&module.attrs) => {}
                syn::Item::Mod(module) => {
                    let mut path = at.clone();
                    path.push(module.ident.to_string());
                    children.insert(module.ident.to_string());
                    match &module.content {
                        Some((_, items)) => self.add_items(path, file, items),
                        None => self.add_file(path, &file_of(file, &at, module)),
                    }
                }
                syn::Item::Fn(function) if is_test(&function.attrs) => {}
                other => reader.visit_item(other),
            }
        }
        let module = Module { file: file.to_path_buf(), children, names: reader.names, paths: reader.paths };
        self.modules.insert(at, module);
    }

    /// The file that a path in a module leads to, if it is one of ours.
    fn find(&self, from: &[String], path: &[String], depth: usize) -> Option<&Path> {
        let module = self.modules.get(from)?;
        let mut at = from.to_vec();
        let mut rest = path.iter().peekable();
        match rest.peek()?.as_str() {
            "crate" => {
                at.clear();
                rest.next();
            }
            "self" => drop(rest.next()),
            "super" => {
                while rest.next_if(|segment| *segment == "super").is_some() {
                    at.pop()?;
                }
            }
            first if module.children.contains(first) => {}
            first => {
                // A module that was brought in by name: `use super::commit;`, then `commit::settle(..)`.
                let import =
                    module.names.get(first).filter(|import| import.len() > 1 || import[0] != *first)?;
                let whole: Vec<String> = import.iter().chain(rest.skip(1)).cloned().collect();
                return (depth > 0).then(|| self.find(from, &whole, depth - 1)).flatten();
            }
        }
        while let Some(segment) = rest.peek() {
            let here = self.modules.get(&at)?;
            if here.children.contains(*segment) {
                at.extend(rest.next().cloned());
                continue;
            }
            if let Some(import) = here.names.get(*segment).filter(|_| depth > 0) {
                let whole: Vec<String> = import.iter().chain(rest.clone().skip(1)).cloned().collect();
                if let Some(found) = self.find(&at, &whole, depth - 1) {
                    return Some(found);
                }
            }
            break;
        }
        self.modules.get(&at).map(|module| module.file.as_path())
    }

    fn arrows(&self) -> BTreeMap<&Path, BTreeSet<&Path>> {
        let mut arrows: BTreeMap<&Path, BTreeSet<&Path>> = BTreeMap::new();
        for (at, module) in &self.modules {
            let from = module.file.as_path();
            let to = module.paths.iter().filter_map(|path| self.find(at, path, HANDED_ON));
            arrows.entry(from).or_default().extend(to.filter(|to| *to != from));
        }
        arrows
    }
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let tokens = match &attribute.meta {
            syn::Meta::List(list) if list.path.is_ident("cfg") => list.tokens.to_string(),
            _ => String::new(),
        };
        tokens == "test" || tokens.starts_with("all (test")
    })
}

/// Where `mod name;` in a file has its own file.
fn file_of(parent: &Path, at: &[String], module: &syn::ItemMod) -> PathBuf {
    let folder = parent.parent().unwrap();
    let stem = parent.file_stem().unwrap();
    let folder = if at.is_empty() || stem == "mod" { folder.to_path_buf() } else { folder.join(stem) };
    let flat = folder.join(format!("{}.rs", module.ident));
    if flat.is_file() { flat } else { folder.join(module.ident.to_string()).join("mod.rs") }
}

#[derive(Default)]
struct Reader {
    names: BTreeMap<String, Vec<String>>,
    paths: Vec<Vec<String>>,
}

impl Reader {
    fn add_use(&mut self, before: &[String], tree: &syn::UseTree) {
        let with = |last: &syn::Ident| {
            let mut path = before.to_vec();
            if last != "self" {
                path.push(last.to_string());
            }
            path
        };
        match tree {
            syn::UseTree::Path(path) => self.add_use(&with(&path.ident), &path.tree),
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.add_use(before, tree)),
            syn::UseTree::Name(leaf) => {
                let path = with(&leaf.ident);
                self.names.extend(path.last().map(|name| (name.clone(), path.clone())));
                self.paths.push(path);
            }
            syn::UseTree::Rename(leaf) => {
                self.names.insert(leaf.rename.to_string(), with(&leaf.ident));
                self.paths.push(with(&leaf.ident));
            }
            syn::UseTree::Glob(_) => self.paths.push(before.to_vec()),
        }
    }

    /// Paths in a macro's tokens, which have no tree.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(word) if colons == 2 && !path.is_empty() => {
                    path.push(word.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' && !path.is_empty() && colons < 2 => {
                    colons += 1
                }
                other => {
                    if path.len() > 1 {
                        self.paths.push(std::mem::take(&mut path));
                    }
                    path.clear();
                    colons = 0;
                    match other {
                        TokenTree::Ident(word) => path.push(word.to_string()),
                        TokenTree::Group(group) => self.add_tokens(group.stream()),
                        _ => {}
                    }
                }
            }
        }
        if path.len() > 1 {
            self.paths.push(path);
        }
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let before = self.paths.len();
        self.add_use(&[], &item.tree);
        if !matches!(item.vis, syn::Visibility::Inherited) {
            self.paths.truncate(before);
        }
    }

    /// `pub(crate)` names a place, and takes nothing from it.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.paths.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        syn::visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        self.add_tokens(item.tokens.clone());
        syn::visit::visit_macro(self, item);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        if !is_test(&function.attrs) {
            syn::visit::visit_impl_item_fn(self, function);
        }
    }
}

/// Files that lead to each other, in groups: each file in a group can be reached from each other one.
fn circles<'a>(arrows: &BTreeMap<&'a Path, BTreeSet<&'a Path>>) -> Vec<BTreeSet<&'a Path>> {
    let reach = |start: &'a Path| {
        let mut seen = BTreeSet::new();
        let mut open = vec![start];
        while let Some(file) = open.pop() {
            for next in arrows.get(file).into_iter().flatten() {
                if seen.insert(*next) {
                    open.push(next);
                }
            }
        }
        seen
    };
    let all: BTreeMap<&Path, BTreeSet<&Path>> = arrows.keys().map(|file| (*file, reach(file))).collect();
    let mut found: Vec<BTreeSet<&Path>> = Vec::new();
    for (file, reached) in &all {
        if found.iter().any(|circle| circle.contains(file)) {
            continue;
        }
        let circle: BTreeSet<&Path> = reached
            .iter()
            .copied()
            .filter(|other| all.get(other).is_some_and(|back| back.contains(file)))
            .collect();
        if circle.len() > 1 {
            found.push(circle);
        }
    }
    found
}

fn describe(circle: &BTreeSet<&Path>, arrows: &BTreeMap<&Path, BTreeSet<&Path>>) -> String {
    let mut lines = vec![format!("{} files in one circle:", circle.len())];
    for file in circle {
        let to: Vec<String> =
            arrows[file].iter().filter(|to| circle.contains(*to)).map(|to| name(to)).collect();
        lines.push(format!("  {} -> {}", name(file), to.join(", ")));
    }
    lines.join("\n")
}

#[test]
fn no_circle_is_larger_than_a_parent_with_a_few_children() {
    let mut entries = Vec::new();
    for folder in ["app", "frontend", "migrations", "server", "xtask"] {
        entries.push(root().join(folder));
    }
    entries.extend(std::fs::read_dir(root().join("crates")).unwrap().map(|entry| entry.unwrap().path()));
    let mut wrong = Vec::new();
    let mut seen = 0;
    for folder in entries {
        let source = folder.join("src");
        let Some(entry) =
            ["lib.rs", "main.rs"].map(|file| source.join(file)).into_iter().find(|file| file.is_file())
        else {
            panic!("{} has neither lib.rs nor main.rs", name(&folder));
        };
        let tree = Tree::of(&entry);
        let arrows = tree.arrows();
        seen += arrows.values().map(BTreeSet::len).sum::<usize>();
        let large = circles(&arrows).into_iter().filter(|circle| circle.len() > MOST);
        wrong.extend(large.map(|circle| describe(&circle, &arrows)));
    }
    assert!(seen > 1_000, "only {seen} arrows were found; does this test still read the sources?");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// The arrows of a crate that is written down here, as `from -> to`.
fn drawn(files: &[(&str, &str)]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    for (file, text) in files {
        let path = folder.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let tree = Tree::of(&folder.path().join("lib.rs"));
    let short = |path: &Path| path.strip_prefix(folder.path()).unwrap().display().to_string();
    let arrows = tree.arrows();
    arrows
        .iter()
        .flat_map(|(from, to)| to.iter().map(move |to| format!("{} -> {}", short(from), short(to))))
        .collect()
}

#[test]
fn every_way_of_naming_another_file_is_an_arrow() {
    let lib = "mod a; mod b;";
    for text in [
        "use crate::b::Thing;",
        "use super::b;",
        "use super::{b::Thing as Other};",
        "fn f() { super::b::make(); }",
        "fn f(thing: crate::b::Thing) {}",
        "fn f() { view! { <p>{crate::b::make()}</p> } }",
        "use super::b::*;",
    ] {
        assert_eq!(drawn(&[("lib.rs", lib), ("a.rs", text), ("b.rs", "")]), ["a.rs -> b.rs"], "{text}");
    }
    let handed_on =
        [("lib.rs", "mod a; mod b; pub use b::Thing;"), ("a.rs", "use crate::Thing;"), ("b.rs", "")];
    assert_eq!(drawn(&handed_on), ["a.rs -> b.rs"]);
    let by_child = [("lib.rs", "mod a; fn f() { a::make(); }"), ("a.rs", "use std::fmt;")];
    assert_eq!(drawn(&by_child), ["lib.rs -> a.rs"]);
}

#[test]
fn tests_and_strange_names_draw_no_arrow() {
    for text in [
        "#[cfg(test)] mod tests { use crate::b::Thing; }",
        "use other::b::Thing;",
        "fn f() { b.make(); }",
        "pub(crate) struct A { pub(super) b: u8 }",
        "/// [`crate::b`]\nfn f() {}",
    ] {
        assert_eq!(drawn(&[("lib.rs", "mod a; mod b;"), ("a.rs", text), ("b.rs", "")]), [""; 0], "{text}");
    }
}

#[test]
fn a_circle_holds_whoever_can_be_reached_and_leads_back() {
    let (a, b, c, d) = (Path::new("a"), Path::new("b"), Path::new("c"), Path::new("d"));
    let arrows = BTreeMap::from([
        (a, BTreeSet::from([b])),
        (b, BTreeSet::from([c])),
        (c, BTreeSet::from([a, d])),
        (d, BTreeSet::new()),
    ]);
    assert_eq!(circles(&arrows), [BTreeSet::from([a, b, c])]);
}
