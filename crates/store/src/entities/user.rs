//! A person. The three keys are lower case: what lists sort by, what is unique, what a search looks into.

use purser_domain::user::UserAttributes;
use sea_orm::Set;
use sea_orm::entity::prelude::*;

/// The entity, and what carries the text attributes over. An attribute of the domain that is missing here does not compile.
macro_rules! user {
    ($($attribute:ident),+ $(,)?) => {
        #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
        #[sea_orm(table_name = "users")]
        pub struct Model {
            #[sea_orm(primary_key, auto_increment = false)]
            pub id: Uuid,
            pub account_enabled: bool,
            pub manager_id: Option<Uuid>,
            pub deleted_at: Option<i64>,
            pub created_at: i64,
            pub updated_at: i64,
            pub generation: i64,
            pub name_key: String,
            pub upn_key: String,
            pub search_key: String,
            $(pub $attribute: Option<String>,)+
        }

        impl Model {
            pub(crate) fn into_attributes(self) -> UserAttributes {
                UserAttributes { $($attribute: self.$attribute),+ }
            }
        }

        impl ActiveModel {
            pub(crate) fn set_attributes(&mut self, attributes: &UserAttributes) {
                $(self.$attribute = Set(attributes.$attribute.clone());)+
            }
        }
    };
}

user! {
    user_principal_name, display_name, given_name, surname, mail, mail_nickname, job_title, department,
    company_name, employee_id, employee_type, preferred_language, usage_location, physical_delivery_office_name,
    street_address, city, state, postal_code, country, telephone_number, mobile, facsimile_telephone_number,
    extension_attribute1, extension_attribute2, extension_attribute3, extension_attribute4,
    extension_attribute5, extension_attribute6, extension_attribute7, extension_attribute8,
    extension_attribute9, extension_attribute10, extension_attribute11, extension_attribute12,
    extension_attribute13, extension_attribute14, extension_attribute15,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
