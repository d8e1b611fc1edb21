//! An example of each keyword that a schema can ask with: the schema, a status that breaks it and one that does not.

/// What one keyword asks for, shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Example {
    pub(super) keyword: &'static str,
    /// The schema of the status, as YAML.
    pub(super) schema: &'static str,
    /// A status that breaks it, as YAML.
    pub(super) refused: &'static str,
    /// A status that does not.
    pub(super) instead: &'static str,
}

const fn row(
    keyword: &'static str,
    schema: &'static str,
    refused: &'static str,
    instead: &'static str,
) -> Example {
    Example {
        keyword,
        schema,
        refused,
        instead,
    }
}

/// One for each keyword, by name.
#[rustfmt::skip]
pub(super) const EXAMPLES: [Example; 34] = [
    row("additionalItems",
        "$schema: http://json-schema.org/draft-07/schema#\nproperties:\n  range: {items: [{type: integer}, {type: integer}], additionalItems: false}",
        "range: [8000, 8080, 9000]",
        "range: [8000, 8080]"),
    row("additionalProperties",
        "properties:\n  endpoint: {type: string}\nadditionalProperties: false",
        "endpiont: https://db.example.com",
        "endpoint: https://db.example.com"),
    row("anyOf",
        "properties:\n  port:\n    anyOf:\n    - {type: integer}\n    - {const: none}",
        "port: \"5432\"",
        "port: 5432"),
    row("const",
        "properties:\n  engine: {const: postgres}",
        "engine: postgresql",
        "engine: postgres"),
    row("contains",
        "properties:\n  roles: {contains: {const: primary}}",
        "roles: [replica]",
        "roles: [primary, replica]"),
    row("contentEncoding",
        "$schema: http://json-schema.org/draft-07/schema#\nproperties:\n  logo: {type: string, contentEncoding: base64}",
        "logo: not base64!",
        "logo: c3RhdHVz"),
    row("contentMediaType",
        "$schema: http://json-schema.org/draft-07/schema#\nproperties:\n  plan: {type: string, contentMediaType: application/json}",
        "plan: \"{nodes: 3\"",
        "plan: \"{\\\"nodes\\\": 3}\""),
    row("dependencies",
        "$schema: http://json-schema.org/draft-07/schema#\nproperties:\n  database:\n    dependencies: {host: [port]}",
        "database: {host: db.example.com}",
        "database: {host: db.example.com, port: 5432}"),
    row("dependentRequired",
        "properties:\n  database:\n    dependentRequired: {host: [port]}",
        "database: {host: db.example.com}",
        "database: {host: db.example.com, port: 5432}"),
    row("enum",
        "properties:\n  size: {enum: [small, large]}",
        "size: Large",
        "size: large"),
    row("exclusiveMaximum",
        "properties:\n  load: {type: number, exclusiveMaximum: 1}",
        "load: 1",
        "load: 0.9"),
    row("exclusiveMinimum",
        "properties:\n  load: {type: number, exclusiveMinimum: 0}",
        "load: 0",
        "load: 0.1"),
    row("false",
        "properties:\n  endpoint: {type: string}\n  legacyEndpoint: false",
        "legacyEndpoint: https://db.example.com",
        "endpoint: https://db.example.com"),
    row("format",
        "properties:\n  createdAt: {type: string, format: date-time}",
        "createdAt: yesterday",
        "createdAt: \"2026-11-01T10:00:00Z\""),
    row("maxContains",
        "properties:\n  roles: {contains: {const: primary}, maxContains: 1}",
        "roles: [primary, primary]",
        "roles: [primary, replica]"),
    row("maxItems",
        "properties:\n  endpoints: {type: array, maxItems: 2}",
        "endpoints: [a.example.com, b.example.com, c.example.com]",
        "endpoints: [a.example.com, b.example.com]"),
    row("maxLength",
        "properties:\n  region: {type: string, maxLength: 12}",
        "region: somewhere in the west of Europe",
        "region: eu-west-1"),
    row("maxProperties",
        "properties:\n  nodes: {type: object, maxProperties: 2}",
        "nodes: {a: ready, b: ready, c: ready}",
        "nodes: {a: ready, b: ready}"),
    row("maximum",
        "properties:\n  port: {type: integer, maximum: 65535}",
        "port: 70000",
        "port: 5432"),
    row("minContains",
        "properties:\n  roles: {contains: {const: replica}, minContains: 2}",
        "roles: [primary, replica]",
        "roles: [primary, replica, replica]"),
    row("minItems",
        "properties:\n  endpoints: {type: array, minItems: 1}",
        "endpoints: []",
        "endpoints: [a.example.com]"),
    row("minLength",
        "properties:\n  region: {type: string, minLength: 1}",
        "region: \"\"",
        "region: eu-west-1"),
    row("minProperties",
        "properties:\n  nodes: {type: object, minProperties: 1}",
        "nodes: {}",
        "nodes: {a: ready}"),
    row("minimum",
        "properties:\n  port: {type: integer, minimum: 1024}",
        "port: 80",
        "port: 5432"),
    row("multipleOf",
        "properties:\n  memoryMiB: {type: integer, multipleOf: 256}",
        "memoryMiB: 1000",
        "memoryMiB: 1024"),
    row("not",
        "properties:\n  endpoint: {type: string, not: {pattern: \"^http://\"}}",
        "endpoint: http://db.example.com",
        "endpoint: https://db.example.com"),
    row("oneOf",
        "properties:\n  database:\n    oneOf:\n    - {required: [host]}\n    - {required: [socket]}",
        "database: {host: db.example.com, socket: /run/db.sock}",
        "database: {host: db.example.com}"),
    row("pattern",
        "properties:\n  version: {type: string, pattern: '^[0-9]+\\.[0-9]+$'}",
        "version: latest",
        "version: \"8.15\""),
    row("propertyNames",
        "properties:\n  nodes: {propertyNames: {pattern: \"^[a-z0-9-]+$\"}}",
        "nodes: {Node_A: ready}",
        "nodes: {node-a: ready}"),
    row("required",
        "required: [endpoint]",
        "message: Instance provisioned",
        "endpoint: https://db.example.com"),
    row("type",
        "properties:\n  port: {type: integer}",
        "port: \"5432\"",
        "port: 5432"),
    row("unevaluatedItems",
        "properties:\n  range: {prefixItems: [{type: integer}, {type: integer}], unevaluatedItems: false}",
        "range: [8000, 8080, 9000]",
        "range: [8000, 8080]"),
    row("unevaluatedProperties",
        "allOf:\n- properties: {endpoint: {type: string}}\nunevaluatedProperties: false",
        "endpiont: https://db.example.com",
        "endpoint: https://db.example.com"),
    row("uniqueItems",
        "properties:\n  zones: {type: array, uniqueItems: true}",
        "zones: [a, a]",
        "zones: [a, b]"),
];

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::EXAMPLES;
    use crate::core::{
        phase::Phase,
        schema::{Dialect, KEYWORDS, Schema},
        yaml::Document,
    };

    fn read(yaml: &str) -> Value {
        Document::read(yaml.as_bytes()).unwrap().value()
    }

    #[test]
    fn every_keyword_has_an_example_that_breaks_it_and_one_that_does_not() {
        let names = |rows: &mut dyn Iterator<Item = &'static str>| rows.collect::<Vec<_>>();
        assert_eq!(
            names(&mut EXAMPLES.iter().map(|example| example.keyword)),
            names(&mut KEYWORDS.iter().map(|(keyword, _)| *keyword))
        );
        for example in EXAMPLES {
            let schema = Schema::compile(&read(example.schema), Dialect::JsonSchema).unwrap();
            let broken = |status| -> Vec<&str> {
                let faults = schema.faults(Phase::Complete, &read(status), false);
                faults.iter().map(|fault| fault.keyword).collect()
            };
            assert_eq!(broken(example.refused), [example.keyword], "{example:?}");
            assert!(broken(example.instead).is_empty(), "{example:?}");
        }
    }
}
