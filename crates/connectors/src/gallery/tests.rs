use purser_domain::mapping::CompiledMapping;
use purser_domain::target_schema::TargetSchema;

use super::*;

#[test]
fn every_built_in_file_is_right_and_complete() {
    let mut wrong = Vec::new();
    for file in Files::iter() {
        let bytes = Files::get(&file).unwrap().data;
        wrong.extend(read_template(&file, &bytes).err().unwrap_or_default());
        assert!(bytes.starts_with(b"#:schema ../../../docs/gallery.schema.json\n"), "{file}");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let gallery = Gallery::load().unwrap();
    assert_eq!(gallery.templates().len(), Files::iter().count());
    for template in gallery.templates() {
        let name = &template.name;
        assert!(template.description.ends_with('.'), "{name}");
        assert!(template.method("").is_some(), "{name}");
        assert!(!template.sources.is_empty(), "{name}");
        assert_eq!(template.interval_minutes, 40, "{name}");
        let schema = template.default_schema(name);
        for (kind, _) in template.objects() {
            let target = TargetSchema::from_definition(schema.target(kind).unwrap());
            let compiled = CompiledMapping::compile(schema.mapping(kind).unwrap(), &target);
            assert!(compiled.is_ok(), "{name}: {:?}", compiled.err());
        }
        assert_eq!(gallery.find(template.id).unwrap().name, template.name);
    }
}

#[test]
fn the_applications_of_the_tutorials_are_there_with_their_addresses() {
    let gallery = Gallery::load().unwrap();
    let url = |name: &str| {
        let found = gallery.templates().into_iter().find(|template| template.name == name);
        found.unwrap().tenant_url.default.clone()
    };
    assert_eq!(url("Promapp").as_deref(), Some("https://api.promapp.com/api/scim"));
    assert_eq!(url("Airstack").as_deref(), Some("https://api-as.lenovosoftware.com/0/as/common/scim"));
    assert_eq!(url("SCIM application"), None);
    assert_eq!(url("SCIM application (users only)"), None);
}

#[test]
fn the_json_schema_in_docs_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/gallery.schema.json");
    let written = std::fs::read_to_string(path).unwrap();
    assert!(
        written == render_schema().unwrap(),
        "docs/gallery.schema.json is not what `cargo xtask docs` writes"
    );
}

#[test]
fn every_key_of_the_json_schema_is_described() {
    fn look(place: &str, value: &serde_json::Value) {
        if let Some(properties) = value.get("properties").and_then(|it| it.as_object()) {
            for (name, property) in properties {
                let described = property.get("description").and_then(|it| it.as_str());
                assert!(described.is_some_and(|text| !text.is_empty()), "{place}.{name}");
            }
        }
        if let Some(definitions) = value.get("definitions").and_then(|it| it.as_object()) {
            definitions.iter().for_each(|(name, inner)| look(name, inner));
        }
    }
    look("", &serde_json::from_str(&render_schema().unwrap()).unwrap());
}

/// A file of this name from `tests/custom.toml` with one text replaced.
fn write(folder: &Path, name: &str, from: &str, to: &str) {
    let text = include_str!("tests/custom.toml");
    assert!(text.contains(from), "{from}");
    std::fs::write(folder.join(name), text.replacen(from, to, 1)).unwrap();
}

const ID: &str = "11111111-2222-4333-8444-555555555555";
const OTHER: &str = "21111111-2222-4333-8444-555555555555";

#[test]
fn an_own_file_is_there_at_once_and_a_wrong_one_is_reported_while_its_last_good_version_serves_on() {
    let folder = tempfile::tempdir().unwrap();
    let gallery = Gallery::load().unwrap().with_folder(folder.path().join("gallery"));
    let count = gallery.templates().len();
    assert!(gallery.problems().is_empty(), "a folder that is not there is no problem");
    let folder = folder.path().join("gallery");
    std::fs::create_dir(&folder).unwrap();
    let id: Uuid = ID.parse().unwrap();

    write(&folder, "own.toml", "Own", "Own");
    assert_eq!(gallery.templates().len(), count + 1);
    assert!(gallery.find(id).is_some() && gallery.is_custom(id));
    let shared = gallery.clone();

    write(&folder, "own.toml", "name = \"Own\"", "nam = \"Own application\"");
    assert_eq!(gallery.templates().len(), count, "nobody adds an application from a wrong file");
    assert_eq!(gallery.find(id).unwrap().name, "Own", "who has it keeps it");
    let problems = gallery.problems();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!((problems[0].file.as_str(), problems[0].line), ("own.toml", Some(3)), "{problems:?}");
    assert!(problems[0].reason.contains("did you mean name?"), "{problems:?}");
    assert_eq!(shared.problems(), problems);

    std::fs::remove_file(folder.join("own.toml")).unwrap();
    assert!(gallery.find(id).is_none() && gallery.problems().is_empty());
}

#[test]
fn an_own_file_takes_no_id_and_no_name_of_another_one() {
    let folder = tempfile::tempdir().unwrap();
    let gallery = Gallery::load().unwrap().with_folder(folder.path().to_owned());
    let count = gallery.templates().len();
    write(folder.path(), "a.toml", ID, "8adf8e6e-67b2-4cf2-a259-e3dc5476c621");
    write(folder.path(), "b.toml", "name = \"Own\"", "name = \"slack\"");
    write(folder.path(), "c.toml", "Own", "Own");
    write(folder.path(), "d.toml", ID, OTHER);
    let files: Vec<String> = gallery.problems().into_iter().map(|problem| problem.file).collect();
    assert_eq!(files, ["a.toml", "b.toml", "d.toml"]);
    assert_eq!(gallery.templates().len(), count + 1);
    let built_in = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621".parse().unwrap();
    assert_eq!(gallery.find(built_in).unwrap().name, "SCIM application");
}

#[test]
fn other_files_huge_ones_and_ones_that_are_no_text_do_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let gallery = Gallery::load().unwrap().with_folder(folder.path().to_owned());
    std::fs::write(folder.path().join("notes.txt"), "x").unwrap();
    std::fs::create_dir(folder.path().join("folder.toml")).unwrap();
    assert!(gallery.problems().is_empty());
    std::fs::write(folder.path().join("huge.toml"), vec![b'\n'; 300 * 1024]).unwrap();
    std::fs::write(folder.path().join("latin.toml"), b"a = 1\nb = \"\xfc\"\n").unwrap();
    let problems = gallery.problems();
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems[0].reason.contains("larger than 256 KiB"), "{problems:?}");
    assert_eq!(problems[1].line, Some(2));
    assert!(problems[1].reason.contains("not UTF-8"), "{problems:?}");
}
