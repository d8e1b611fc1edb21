//! The vendors' rules: what their tokens look like, as data, and how one is matched at a place of a text.
use std::{
    ops::Range,
    sync::{LazyLock, OnceLock},
};

use super::hit::Confidence;
use checksum::Checksum;
use pattern::Pattern;

mod checksum;
mod data;
mod made;
mod pattern;
mod stand_in;

#[cfg(test)]
pub(super) use made::made;

/// The files of rules, by field.
const FILES: [&str; 17] = [
    include_str!("rules/ai.toml"),
    include_str!("rules/chat.toml"),
    include_str!("rules/ci.toml"),
    include_str!("rules/clouds.toml"),
    include_str!("rules/code.toml"),
    include_str!("rules/data.toml"),
    include_str!("rules/databases.toml"),
    include_str!("rules/devtools.toml"),
    include_str!("rules/hosting.toml"),
    include_str!("rules/iac.toml"),
    include_str!("rules/identity.toml"),
    include_str!("rules/kubernetes.toml"),
    include_str!("rules/money.toml"),
    include_str!("rules/monitoring.toml"),
    include_str!("rules/small.toml"),
    include_str!("rules/social.toml"),
    include_str!("rules/usual.toml"),
];

/// Bits of entropy a byte that a token has at least where its rule asks for nothing else: well below any random one,
/// above what people type to fill a form.
const LEAST_ENTROPY: f64 = 2.4;
/// How far behind a word that names the vendor a token may begin, in bytes.
pub(super) const REACH: usize = 128;

/// How much of a token is read at most, in bytes, so that many attempts stay cheap: a longer one ends there.
const LONGEST: usize = 2048;

/// All rules, in the order of the files.
pub fn all() -> &'static [VendorRule] {
    static RULES: LazyLock<Vec<VendorRule>> = LazyLock::new(|| {
        FILES
            .iter()
            .flat_map(|text| data::tables(text).expect("rules in the program are read by a test"))
            .map(|table| VendorRule::read(&table).expect("rules in the program are read by a test"))
            .collect()
    });
    &RULES
}

/// The rules whose tokens are known without a name near them, where nothing else is in the text.
pub(super) fn whole() -> &'static [&'static VendorRule] {
    static RULES: LazyLock<Vec<&VendorRule>> =
        LazyLock::new(|| all().iter().filter(|rule| rule.whole).collect());
    &RULES
}

/// How a vendor's tokens are known.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the data, and none depends on another"
)]
pub struct VendorRule {
    /// Vendor and kind, such as `github-pat`.
    pub id: &'static str,
    /// What it is, in words that stand after "looks like a".
    pub what: &'static str,
    /// Texts of which one stands in every such token, or above or before it where it is only known by that. In lower
    /// case; the text may have any.
    pub keywords: Vec<&'static str>,
    /// What such a token looks like, in whole; a group, if there is one, is the part that is secret.
    pub pattern: &'static str,
    /// Whether the keywords name the vendor, before the token or above it: the token itself has no tell-tale part.
    pub near: bool,
    /// Whether a word such as key or token must stand between the vendor's name and the token, too.
    pub told: bool,
    /// Whether the token is so peculiar that a text that is nothing else needs no name near it.
    pub whole: bool,
    /// Whether the last part of the token has letters of both cases: names that end in a time or a digest have not.
    pub mixed: bool,
    /// Whether the vendor documents it as no secret by itself, as an id is none, or a token for browsers: it counts
    /// unless what stands around it calls it that.
    pub public: bool,
    /// How many bytes of the token may stand before the keyword.
    pub before: usize,
    /// The least entropy in bits a byte.
    pub entropy: f64,
    /// The checksum that the token has; one that is wrong makes it less sure.
    pub checksum: Option<Checksum>,
    /// How sure a match is.
    pub confidence: Confidence,
    /// How to mend it, where there is a better way than the usual.
    pub remedy: Option<&'static str>,
    /// Where the vendor says what its tokens look like.
    pub source: &'static str,
    /// Texts that it finds, with `{alphabet:length}` for what is made up.
    pub hits: Vec<&'static str>,
    /// Texts that it does not find.
    pub misses: Vec<&'static str>,
    steps: OnceLock<Option<Pattern>>,
}

/// Where a rule matched.
#[derive(Debug, PartialEq)]
pub(super) struct Match {
    /// The bytes that are secret.
    pub(super) span: Range<usize>,
    /// How sure it is.
    pub(super) confidence: Confidence,
}

impl VendorRule {
    /// Made-up texts that it finds, the same ones for the same seed.
    pub fn examples(&self, seed: u64) -> impl Iterator<Item = String> {
        self.hits.iter().map(move |hit| made::made(hit, seed))
    }

    /// The token that begins at exactly this byte of the text and ends where a token can end.
    pub(super) fn match_at(&self, text: &[u8], start: usize) -> Option<Match> {
        let rest = &text[start..];
        let found = self.steps()?.at_start(&rest[..rest.len().min(LONGEST)])?;
        let is_cut = found.end == LONGEST;
        let next = rest.get(found.end).filter(|_| !is_cut);
        if next.is_some_and(|next| self.goes_on(*next)) {
            return None;
        }
        let secret = found.group.unwrap_or(0..found.end);
        let token = &rest[secret.clone()];
        let is_plain_name = self.mixed && !ends_mixed(token);
        if is_plain_name || stand_in::is_stand_in(token) || entropy(token) < self.entropy {
            return None;
        }
        let is_sure = self.checksum.is_none_or(|checksum| checksum.holds(token));
        Some(Match {
            span: start + secret.start..start + secret.end,
            confidence: if is_sure {
                self.confidence
            } else {
                Confidence::Medium
            },
        })
    }

    /// Whether a token that has this byte behind it is a part of something longer.
    pub(super) fn goes_on(&self, next: u8) -> bool {
        let has_dashes = || self.pattern.contains("-]");
        next.is_ascii_alphanumeric() || next == b'_' || (next == b'-' && has_dashes())
    }

    /// Whether its tokens are so many characters of an alphabet and nothing else, as names may be, too.
    pub(super) fn is_plain(&self) -> bool {
        self.pattern.split('|').all(|pattern| {
            pattern.trim_start_matches("(?:").starts_with('[')
                && !["}-", "}_", "}\\."]
                    .iter()
                    .any(|part| pattern.contains(part))
        })
    }

    /// The pattern, read when it is first needed; none if it cannot be, which a test excludes.
    fn steps(&self) -> Option<&Pattern> {
        let steps = self.steps.get_or_init(|| Pattern::read(self.pattern));
        steps.as_ref()
    }

    fn read(table: &data::Table) -> Option<Self> {
        let mut rule = Self {
            id: "",
            what: "",
            keywords: Vec::new(),
            pattern: "",
            near: false,
            told: true,
            whole: false,
            mixed: false,
            public: false,
            before: 0,
            entropy: LEAST_ENTROPY,
            checksum: None,
            confidence: Confidence::High,
            remedy: None,
            source: "",
            hits: Vec::new(),
            misses: Vec::new(),
            steps: OnceLock::new(),
        };
        for (key, value) in table {
            rule.set(key, value)?;
        }
        Some(rule)
    }

    fn set(&mut self, key: &str, value: &data::Value) -> Option<()> {
        use data::Value::{Count, Flag, List, Number, Text};
        match (key, value) {
            ("id", Text(text)) => self.id = text,
            ("what", Text(text)) => self.what = text,
            ("keywords", List(texts)) => self.keywords.clone_from(texts),
            ("pattern", Text(text)) => self.pattern = text,
            ("near", Flag(flag)) => self.near = *flag,
            ("told", Flag(flag)) => self.told = *flag,
            ("whole", Flag(flag)) => self.whole = *flag,
            ("mixed", Flag(flag)) => self.mixed = *flag,
            ("public", Flag(flag)) => self.public = *flag,
            ("before", Count(count)) => self.before = *count,
            ("entropy", Number(number)) => self.entropy = *number,
            ("checksum", Text(text)) => self.checksum = Some(Checksum::named(text)?),
            ("confidence", Text("medium")) => self.confidence = Confidence::Medium,
            ("remedy", Text(text)) => self.remedy = Some(text),
            ("source", Text(text)) => self.source = text,
            ("hits", List(texts)) => self.hits.clone_from(texts),
            ("misses", List(texts)) => self.misses.clone_from(texts),
            _ => return None,
        }
        Some(())
    }
}

/// Shannon's entropy of the bytes, in bits each.
pub(super) fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in bytes {
        counts[usize::from(*byte)] += 1;
    }
    let Ok(all) = u32::try_from(bytes.len()) else {
        return 0.0;
    };
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| f64::from(*count) / f64::from(all))
        .map(|share| -share * share.log2())
        .sum()
}

/// Whether small and large letters stand behind the last `_`, three of each, as in a time there are fewer.
fn ends_mixed(token: &[u8]) -> bool {
    let start = token
        .iter()
        .rposition(|byte| *byte == b'_')
        .map_or(0, |at| at + 1);
    let end = &token[start..];
    let count = |is: fn(&u8) -> bool| end.iter().filter(|byte| is(byte)).count();
    count(u8::is_ascii_lowercase) >= 3 && count(u8::is_ascii_uppercase) >= 3
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{FILES, all, data, entropy};

    #[test]
    fn entropy_is_in_bits_a_byte() {
        assert!(entropy(b"aaaa") < 0.01);
        assert!((entropy(b"abcdefgh") - 3.0).abs() < 0.01);
    }

    #[test]
    fn the_files_are_toml_and_read_alike() {
        for text in FILES {
            let file: toml::Table = toml::from_str(text).unwrap();
            let expected = file["rule"].as_array().unwrap();
            let tables = data::tables(text).unwrap();
            assert_eq!(tables.len(), expected.len());
            for (table, expected) in tables.iter().zip(expected) {
                let read: toml::Table = table
                    .iter()
                    .map(|(key, value)| ((*key).to_owned(), as_toml(value)))
                    .collect();
                assert_eq!(read, *expected.as_table().unwrap());
            }
        }
    }

    fn as_toml(value: &data::Value) -> toml::Value {
        match value {
            data::Value::Text(text) => toml::Value::from(*text),
            data::Value::Count(count) => toml::Value::from(i64::try_from(*count).unwrap()),
            data::Value::Number(number) => toml::Value::from(*number),
            data::Value::Flag(flag) => toml::Value::from(*flag),
            data::Value::List(texts) => toml::Value::from(texts.clone()),
        }
    }

    #[test]
    fn every_rule_is_whole_and_none_is_there_twice() {
        let mut ids = HashSet::new();
        for rule in all() {
            assert!(ids.insert(rule.id), "{} is there twice", rule.id);
            assert!(
                !rule.what.is_empty() && !rule.keywords.is_empty(),
                "{}",
                rule.id
            );
            assert!(rule.source.starts_with("https://"), "{}", rule.id);
            assert!(rule.steps().is_some(), "the pattern of {}", rule.id);
        }
    }

    /// A rule that is deleted takes its examples along, so that nothing else would tell.
    #[test]
    fn the_vendors_that_everybody_has_are_known() {
        let ids: HashSet<_> = all().iter().map(|rule| rule.id).collect();
        let missing: Vec<_> = USUAL.iter().filter(|id| !ids.contains(*id)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    const USUAL: [&str; 66] = [
        "age-secret-key",
        "anthropic",
        "artifactory-api-key",
        "artifactory-reference-token",
        "atlassian-api-token",
        "auth0",
        "aws-access-key-id",
        "azure-account-key",
        "azure-ad-client-secret",
        "azure-devops-pat",
        "cloudflare",
        "databricks-pat",
        "datadog",
        "datadog-application-key",
        "digitalocean",
        "discord-bot",
        "discord-webhook",
        "docker-oat",
        "docker-pat",
        "doppler",
        "elastic-api-key",
        "elastic-cloud",
        "gcp-api-key",
        "github-app",
        "github-fine-grained-pat",
        "github-oauth",
        "github-pat",
        "github-refresh",
        "gitlab-deploy-token",
        "gitlab-job",
        "google-oauth-access-token",
        "google-oauth-client-secret",
        "grafana-cloud",
        "grafana-service-account",
        "heroku",
        "huggingface",
        "jfrog-identity",
        "linear",
        "mailgun",
        "mongodb-atlas-key",
        "newrelic-license-key",
        "newrelic-user-key",
        "notion",
        "npm",
        "okta",
        "onepassword-secret-key",
        "onepassword-service-account",
        "openai",
        "pagerduty",
        "pulumi",
        "pypi",
        "sendgrid",
        "sentry-org-token",
        "sentry-user-token",
        "shopify",
        "slack-app",
        "slack-bot",
        "slack-user",
        "snowflake-session",
        "square-access",
        "square-secret",
        "stripe",
        "telegram",
        "terraform-cloud",
        "twilio-key",
        "vault-service-token",
    ];

    #[test]
    fn no_pattern_matches_nothing() {
        for rule in all() {
            let found = rule.steps().unwrap().at_start(b"");
            assert!(found.is_none(), "{} matches nothing", rule.id);
        }
    }
}
