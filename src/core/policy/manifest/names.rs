//! What names and paths in a manifest must look like.
use crate::core::path::pattern::Pattern;

/// The longest name of an object in Kubernetes, and of an API group.
const LONGEST_SUBDOMAIN: usize = 253;
/// The longest part of a name between dots.
const LONGEST_LABEL: usize = 63;

/// What is wrong with the name of a cluster-scoped object: it must be a DNS-1123 subdomain.
pub(super) fn object_fault(name: &str) -> Option<String> {
    (!is_subdomain(name)).then(|| {
        format!("must be lower-case letters, digits, - and ., at most {LONGEST_SUBDOMAIN}, with a letter or digit at both ends")
    })
}

/// What is wrong with an API group. Only groups of custom resources can be guarded, and never Kubernetes' or Kratix'
/// own: a mistake there could stop a cluster from working.
pub(super) fn group_fault(group: &str) -> Option<String> {
    if !is_subdomain(group) || !group.contains('.') {
        return Some("must be the API group of a custom resource: a domain such as workshop.kratix.io, without a version".to_owned());
    }
    if group == "k8s.io" || group.ends_with(".k8s.io") || group == "platform.kratix.io" {
        return Some(
            "must be the group of the Promise's API; Kubernetes' and Kratix' own are never guarded"
                .to_owned(),
        );
    }
    None
}

/// What is wrong with the plural of a resource.
pub(super) fn resource_fault(resource: &str) -> Option<String> {
    let words = "must be the plural name in lower case, as kubectl api-resources prints it, such as elastic-clouds";
    (!is_label(resource)).then(|| words.to_owned())
}

/// What is wrong with the name of a version.
pub(super) fn version_fault(version: &str) -> Option<String> {
    (!is_label(version)).then(|| "must be the name of a version, such as v1alpha1".to_owned())
}

fn is_subdomain(name: &str) -> bool {
    name.len() <= LONGEST_SUBDOMAIN && name.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    let is_alphanumeric = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = label.as_bytes();
    label.len() <= LONGEST_LABEL
        && bytes.first().is_some_and(is_alphanumeric)
        && bytes.last().is_some_and(is_alphanumeric)
        && bytes
            .iter()
            .all(|byte| is_alphanumeric(byte) || *byte == b'-')
}

/// What is wrong with a path pattern such as `status.nodes[*]["odd key"]`.
pub(super) fn path_fault(path: &str) -> Option<String> {
    Pattern::parse(path).is_none().then(|| {
        r#"must be a path into the status such as status.nodes[*].token; odd keys as ["…"], [*] for any list index"#.to_owned()
    })
}
