use super::*;
use crate::mapping::default_user_mapping;

#[test]
fn the_default_schema_reads_back_as_itself() {
    let schema = Schema::default_for("Promapp", vec![default_user_mapping()]);
    let document = schema.to_document();
    assert_eq!(Schema::from_document(&document).unwrap(), schema);
    assert_eq!(Schema::from_document(&document).unwrap().to_document(), document);
}
