//! `statusguard lint --rules`: what is looked for as a vendor's token.
use anyhow::anyhow;
use serde_json::json;

use crate::{
    cli::{Failure, check::Format},
    core::secret::rules::{self, VendorRule},
};

/// All rules, by id.
pub(super) fn text(format: Format) -> Result<String, Failure> {
    let mut rules: Vec<_> = rules::all().iter().collect();
    rules.sort_by_key(|rule| rule.id);
    match format {
        Format::Human => Ok(lines(&rules)),
        Format::Json => Ok(json(&rules)),
        Format::Junit | Format::Sarif | Format::Github => Err(Failure::bad_input(anyhow!(
            "--rules has no findings to print in that format; use --format human or json"
        ))),
    }
}

/// One a line: id, what it is, how sure, and where that is said.
fn lines(rules: &[&VendorRule]) -> String {
    let width = |text: fn(&VendorRule) -> &str| {
        let lengths = rules.iter().map(|rule| text(rule).len());
        lengths.max().unwrap_or_default()
    };
    let (ids, whats) = (width(|rule| rule.id), width(|rule| rule.what));
    let lines = rules.iter().map(|rule| {
        let sure = rule.confidence.as_str();
        format!(
            "{:ids$}  {:whats$}  {sure:6}  {}\n",
            rule.id, rule.what, rule.source
        )
    });
    lines.collect()
}

/// Each with what decides it and its examples, in which `{alphabet:length}` stands for what is made up.
fn json(rules: &[&VendorRule]) -> String {
    let rules = rules.iter().map(|rule| {
        json!({
            "id": rule.id,
            "what": rule.what,
            "confidence": rule.confidence.as_str(),
            "keywords": rule.keywords,
            "pattern": rule.pattern,
            "source": rule.source,
            "hits": rule.hits,
            "misses": rule.misses,
        })
    });
    let list = json!({
        "apiVersion": "statusguard.dev/v1alpha1",
        "kind": "TokenRules",
        "rules": rules.collect::<Vec<_>>(),
    });
    format!("{list:#}\n")
}
