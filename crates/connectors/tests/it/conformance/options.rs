//! A fake server with exactly the deviations that a profile declares: what the profile does not declare is refused.
use purser_connectors::{
    Clear, ConnectorKind, ElementFilter, ManagerShape, MemberRemoval, MembersRead, Paging, Profile,
    RolesShape, Template,
};
use purser_domain::object::ObjectKind;
use purser_testkit::{
    ClearStyle, DeleteStyle, ElementForm, Filtering, GroupRules, IdStyle, ManagerForm, MembersChange,
    MembersShown, PageStyle, Pages, PatchPaths, PatchStyle, Patching, RequestRules, TargetOptions,
    ValueLimit, ValueRules,
};

pub(super) fn options_of(profile: &Profile) -> TargetOptions {
    TargetOptions {
        patch: if profile.scim.patch { PatchStyle::Resource } else { PatchStyle::Missing },
        patching: Patching {
            paths: if profile.scim.pathless_replace { PatchPaths::Pathless } else { PatchPaths::Pathed },
            capitalised: profile.scim.capitalised_operations,
            clear: match profile.scim.clear {
                Clear::Remove => ClearStyle::Remove,
                Clear::EmptyText => ClearStyle::EmptyText,
                Clear::Null => ClearStyle::Null,
            },
            ..Patching::default()
        },
        user_filters: filtering(profile, profile.scim.filterable_users.clone()),
        group_filters: filtering(profile, profile.scim.filterable_groups.clone()),
        paging: Pages {
            style: match profile.scim.paging {
                Paging::Index => PageStyle::Index,
                Paging::Cursor => PageStyle::Cursor,
                Paging::None => PageStyle::Whole,
            },
            size: usize::try_from(profile.common.page_size).unwrap_or(100),
            max: usize::try_from(profile.common.page_size).unwrap_or(100),
            ..Pages::default()
        },
        groups: groups(profile),
        ids: if profile.scim.id_attribute.as_deref() == Some("userName") {
            IdStyle::UserName
        } else {
            IdStyle::Uuid
        },
        text_booleans: profile.scim.booleans_as_text,
        values: ValueRules {
            required_schemas: profile.scim.always_schemas.clone(),
            manager: match profile.scim.manager {
                ManagerShape::Object => ManagerForm::Object,
                ManagerShape::Text => ManagerForm::Text,
                ManagerShape::Array => ManagerForm::Array,
            },
            legacy_roles: profile.scim.roles == RolesShape::Legacy,
            limits: profile.common.value_rules.iter().map(limit).collect(),
            ..ValueRules::default()
        },
        deletes: if profile.common.deletes_users {
            DeleteStyle::NoContent
        } else {
            DeleteStyle::Refused(405)
        },
        requests: RequestRules {
            content_type: Some(profile.scim.content_type.clone()),
            headers: profile.common.headers.clone(),
            ..RequestRules::default()
        },
        ..TargetOptions::default()
    }
}

fn filtering(profile: &Profile, attributes: Option<Vec<String>>) -> Filtering {
    let element = match profile.scim.element_filter {
        ElementFilter::Inside => ElementForm::Inside,
        ElementFilter::Outside => ElementForm::Outside,
        ElementFilter::Plain => ElementForm::Plain,
    };
    Filtering {
        attributes,
        element: Some(element),
        empty_is_404: profile.scim.empty_result_is_404,
        ..Filtering::default()
    }
}

fn groups(profile: &Profile) -> GroupRules {
    let shown = matches!(profile.scim.members_read, MembersRead::Returned | MembersRead::OnRequest);
    let most = usize::try_from(profile.common.members_per_request).unwrap_or(usize::MAX);
    let whole = matches!(profile.scim.member_removal, MemberRemoval::Replace | MemberRemoval::Put);
    GroupRules {
        patch: Some(match profile.scim.member_removal {
            MemberRemoval::Put => PatchStyle::Missing,
            _ => PatchStyle::Resource,
        }),
        read: match profile.scim.members_read {
            MembersRead::Returned => MembersShown::Always,
            MembersRead::OnRequest => MembersShown::OnRequest,
            MembersRead::ByFilter => MembersShown::ByFilter,
            MembersRead::Never => MembersShown::Never,
        },
        change: match profile.scim.member_removal {
            MemberRemoval::FilteredPath => MembersChange::FilteredPath,
            MemberRemoval::ValueArray => MembersChange::ValueArray,
            MemberRemoval::Replace => MembersChange::Replace,
            MemberRemoval::Put => MembersChange::Refused,
        },
        members_on_create: profile.scim.members_on_create,
        max_changes: Some(most).filter(|most| *most > 0 && !whole),
        // Whoever can't see who is a member can't be asked to know.
        refuses_strangers: shown,
        ..GroupRules::default()
    }
}

fn limit(rule: &purser_connectors::ValueRule) -> ValueLimit {
    ValueLimit {
        attribute: rule.attribute.clone(),
        of_groups: rule.object.map(|kind| kind == ObjectKind::Group),
        max_length: rule.max_length.and_then(|most| usize::try_from(most).ok()),
        forbidden: rule.forbidden.clone(),
        no_control: rule.no_control,
    }
}

/// The template with smaller numbers, so that a few objects reach its limits; and without pauses between requests.
pub(super) fn scaled(template: &Template) -> Template {
    let mut template = template.clone();
    let profile = &mut template.profile;
    profile.common.limits.clear();
    profile.common.concurrency = None;
    profile.common.page_size = profile.common.page_size.clamp(1, 10);
    if profile.common.members_per_request > 0 || template.connector == ConnectorKind::Samanage {
        profile.common.members_per_request = profile.common.members_per_request.clamp(1, 7);
    }
    template
}
