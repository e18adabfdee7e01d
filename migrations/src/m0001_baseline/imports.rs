//! CSV imports.

use crate::table::{
    bytes, counter, id, index, key, number, number_or_null, owned, sequence, text, text_or_null,
};
use sea_orm_migration::prelude::*;

/// In the order in which they can be dropped.
pub(super) const TABLES: &[&str] = &["import_errors", "import_contents", "imports"];

pub(super) async fn create(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut imports = Table::create();
    imports
        .table("imports")
        .col(key("id"))
        .col(text("file_name"))
        .col(text("state"))
        .col(text("columns"))
        .col(text("preview"));
    for count in ["total", "processed", "created", "updated", "unchanged", "failed"] {
        imports.col(counter(count));
    }
    imports
        .col(text_or_null("error"))
        .col(text("created_by"))
        .col(number("created_at"))
        .col(number_or_null("started_at"))
        .col(number_or_null("finished_at"));
    manager.create_table(imports).await?;
    index(manager, "imports", &["state"]).await?;

    // Apart from its import, since progress rewrites that row many times and a file may be 50 MB.
    let mut import_contents = Table::create();
    import_contents
        .table("import_contents")
        .col(key("import_id"))
        .col(bytes("content"))
        .foreign_key(&mut owned("import_contents", "import_id", "imports", "id"));
    manager.create_table(import_contents).await?;

    let mut import_errors = Table::create();
    import_errors
        .table("import_errors")
        .col(sequence("seq"))
        .col(id("import_id"))
        .col(number("line"))
        .col(text_or_null("column_name"))
        .col(text("message"))
        .foreign_key(&mut owned("import_errors", "import_id", "imports", "id"));
    manager.create_table(import_errors).await?;
    index(manager, "import_errors", &["import_id", "seq"]).await
}
