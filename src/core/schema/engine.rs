//! The one part that names the `jsonschema` crate: it validates, and what it reports is turned into our own at once.
mod pattern;

use jsonschema::{
    Draft as TheirDraft, Keyword, PatternOptions, ValidationError, ValidationOptions, Validator,
    error::ValidationErrorKind, paths::Location,
};
use serde_json::{Map, Value};

pub(super) use self::pattern::{
    BadPattern, Pattern, TABLE_BYTES, check as check_pattern, fault as pattern_fault,
};
use super::{
    SchemaFault,
    draft::Draft,
    form::Place,
    formats::{self, NUMBER_FORMAT},
};

/// A form of a schema that can judge values.
#[derive(Debug)]
pub(super) struct Form(Validator);

/// One way in which a value breaks a form. It holds keys of the value, and nothing else of it.
#[derive(Debug)]
pub(super) struct Broken {
    /// Where in the value, as a JSON pointer.
    pub(super) at: String,
    /// Where in the author's schema, as a JSON pointer.
    pub(super) place: String,
    pub(super) how: How,
}

/// What is known beside the places.
#[derive(Debug)]
pub(super) enum How {
    /// Nothing more.
    Plain,
    /// A key is missing.
    Missing(String),
    /// These keys may not be here.
    Unexpected(Vec<String>),
    /// How many elements may not be here.
    UnexpectedElements(usize),
    /// A key is not as keys must be.
    Name(String, Box<Broken>),
    /// Nothing may be here.
    Forbidden,
    /// No branch holds; what breaks each, or nothing where that is not told.
    NoBranch(Vec<Vec<Broken>>),
    /// More than one branch holds: these.
    SeveralBranches(Vec<usize>),
}

impl Form {
    /// Compiles a form.
    pub(super) fn compile(draft: Draft, form: &Value) -> Result<Self, SchemaFault> {
        options(draft)
            .build(form)
            .map(Self)
            .map_err(|error| SchemaFault {
                pointer: Place::of_form(error.instance_path().as_str()).pointer,
                words: "cannot be compiled".to_owned(),
            })
    }

    /// Whether `value` meets the form.
    pub(super) fn is_valid(&self, value: &Value) -> bool {
        self.0.is_valid(value)
    }

    /// All ways in which `value` breaks the form.
    pub(super) fn broken(&self, value: &Value) -> Vec<Broken> {
        self.0
            .iter_errors(value)
            .map(|error| Broken::new(&error, &Place::of_form))
            .collect()
    }
}

/// All ways in which a schema document breaks the rules of its draft.
pub(super) fn check_against_draft(draft: Draft, document: &Value) -> Vec<Broken> {
    let validator = match draft {
        Draft::Draft4 => jsonschema::draft4::meta::validator(),
        Draft::Draft6 => jsonschema::draft6::meta::validator(),
        Draft::Draft7 => jsonschema::draft7::meta::validator(),
        Draft::Draft201909 => jsonschema::draft201909::meta::validator(),
        Draft::Draft202012 => jsonschema::draft202012::meta::validator(),
    };
    if validator.is_valid(document) {
        return Vec::new();
    }
    validator
        .iter_errors(document)
        .map(|error| Broken::new(&error, &Place::as_is))
        .collect()
}

/// `reference` against `base`, as a URI without an empty fragment.
pub(super) fn resolve_uri(base: &str, reference: &str) -> Option<String> {
    let base = jsonschema::uri::from_str(base).ok()?;
    let resolved = jsonschema::uri::resolve_against(&base.borrow(), reference).ok()?;
    Some(resolved.as_str().trim_end_matches('#').to_owned())
}

fn options(draft: Draft) -> ValidationOptions<'static> {
    let draft = match draft {
        Draft::Draft4 => TheirDraft::Draft4,
        Draft::Draft6 => TheirDraft::Draft6,
        Draft::Draft7 => TheirDraft::Draft7,
        Draft::Draft201909 => TheirDraft::Draft201909,
        Draft::Draft202012 => TheirDraft::Draft202012,
    };
    jsonschema::options()
        .offline()
        .with_draft(draft)
        .should_validate_formats(true)
        .with_pattern_options(PatternOptions::regex())
        .with_format("byte", formats::is_base64)
        .with_format("uuid", formats::is_uuid)
        .with_keyword(NUMBER_FORMAT, number_format)
        .with_keyword("pattern", pattern::keyword)
}

struct NumberFormat(String);

impl<'i> Keyword<'i> for NumberFormat {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        if self.is_valid(instance) {
            Ok(())
        } else {
            Err(ValidationError::custom("out of range"))
        }
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        match instance {
            Value::Number(number) => formats::holds_number(&self.0, number),
            _ => true,
        }
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the engine asks for a factory that may fail"
)]
fn number_format<'a>(
    _: &'a Map<String, Value>,
    format: &'a Value,
    _: Location,
) -> Result<Box<dyn for<'i> Keyword<'i>>, ValidationError<'a>> {
    let format = format.as_str().unwrap_or_default();
    Ok(Box::new(NumberFormat(format.to_owned())))
}

impl Broken {
    fn new(error: &ValidationError<'_>, place: &dyn Fn(&str) -> Place) -> Self {
        let Place {
            pointer,
            is_outline,
        } = place(error.schema_path().as_str());
        Self {
            at: error.instance_path().as_str().to_owned(),
            place: pointer,
            how: if is_outline {
                How::NoBranch(Vec::new())
            } else {
                How::new(error, place)
            },
        }
    }
}

impl How {
    fn new(error: &ValidationError<'_>, place: &dyn Fn(&str) -> Place) -> Self {
        match error.kind() {
            ValidationErrorKind::Required { property } => {
                Self::Missing(property.as_str().unwrap_or_default().to_owned())
            }
            ValidationErrorKind::AdditionalProperties { unexpected }
            | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
                Self::Unexpected(unexpected.clone())
            }
            ValidationErrorKind::UnevaluatedItems { unexpected } => {
                Self::UnexpectedElements(unexpected.len())
            }
            ValidationErrorKind::PropertyNames { error } => Self::Name(
                error.instance().as_str().unwrap_or_default().to_owned(),
                Box::new(Broken::new(error, place)),
            ),
            ValidationErrorKind::FalseSchema => Self::Forbidden,
            ValidationErrorKind::AnyOf { context }
            | ValidationErrorKind::OneOfNotValid { context } => Self::NoBranch(
                context
                    .iter()
                    .map(|branch| {
                        branch
                            .iter()
                            .map(|error| Broken::new(error, place))
                            .collect()
                    })
                    .collect(),
            ),
            ValidationErrorKind::OneOfMultipleValid { context } => Self::SeveralBranches(
                (0..context.len())
                    .filter(|index| context[*index].is_empty())
                    .collect(),
            ),
            _ => Self::Plain,
        }
    }
}
