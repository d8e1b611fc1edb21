//! What the points about schemas mean.
use super::Explanation;

/// The rules of `statusguard lint`, by id.
pub(super) const RULES: [Explanation; 17] = [
    Explanation {
        rule: "lint/closed-beside-branches",
        short: "additionalProperties: false refuses what a branch describes",
        meaning: "`additionalProperties` sees only the `properties` beside it, not those inside `allOf`, `anyOf`, `$ref` or \
                  `then`, so it refuses them. `unevaluatedProperties` sees all (from draft 2019-09 on).",
        refused: "additionalProperties: false\nallOf:\n- properties: {url: {type: string}}",
        instead: "unevaluatedProperties: false\nallOf:\n- properties: {url: {type: string}}",
    },
    Explanation {
        rule: "lint/credential-key",
        short: "a key that will hold a credential",
        meaning: "A literal under `password`, `token` and the like is refused in every status, whatever the schema says \
                  (secret/credential-key). Where no literal shall stand, say so with `format: password`; where the value is \
                  public, say why with `x-statusguard-public: \"reason\"`, or make an exception in \
                  `spec.secrets.allow`.",
        refused: "properties:\n  password: {type: string}",
        instead: "properties:\n  passwordSecretName: {type: string}",
    },
    Explanation {
        rule: "lint/dead-branch",
        short: "a part that can never match",
        meaning: "A branch of `allOf`, `anyOf` or `oneOf` asks for another type than the schema around it, or a lower \
                  limit is above its upper one, so nothing can ever match.",
        refused: "properties:\n  port:\n    type: integer\n    anyOf:\n    - type: string",
        instead: "properties:\n  port:\n    anyOf:\n    - type: integer\n    - type: string",
    },
    Explanation {
        rule: "lint/fault",
        short: "the file cannot be used",
        meaning: "The file is no manifest that is understood, or its schema does not compile. A server that has it \
                  keeps the last good one, and without one only secrets, conditions and sizes are checked.",
        refused: "spec:\n  schema: {properties: {url: {type: strng}}}",
        instead: "spec:\n  schema: {properties: {url: {type: string}}}",
    },
    Explanation {
        rule: "lint/kratix-key",
        short: "a rule for a key that is Kratix's",
        meaning: "Kratix's own keys are taken out before the schema sees a status, so a rule for one of them never \
                  counts, and a demand for one is dropped. `message`, and conditions of your own types, are looked at \
                  where the root of the schema names them.",
        refused: "required: [healthStatus, url]",
        instead: "required: [url]",
    },
    Explanation {
        rule: "lint/kratix-write",
        short: "the schema refuses what Kratix itself writes",
        meaning: "Kratix keeps `message` a text and `conditions` a list, and so does the CustomResourceDefinition that it \
                  installs type them. A schema that asks for another type there is met by no status. Demands such as `required` and `minProperties` wait until the request is \
                  complete, and no count sees Kratix's keys, so none of these is in Kratix's way; its own writes, as \
                  they were recorded, are played against every policy all the same.",
        refused: "properties:\n  message: {type: integer}",
        instead: "properties:\n  message: {type: string}",
    },
    Explanation {
        rule: "lint/not-enforced",
        short: "a keyword of Kubernetes that is not enforced here",
        meaning: "`x-kubernetes-validations`, list types and defaults of a CustomResourceDefinition are the API server's \
                  business, and Kratix throws the schema away, so nobody enforces them. In a StatusSchema no keyword of \
                  Kubernetes' own counts.",
        refused: "x-kubernetes-validations:\n- rule: self.port > 0",
        instead: "properties:\n  port: {type: integer, minimum: 1}",
    },
    Explanation {
        rule: "lint/nothing-described",
        short: "the schema describes no key",
        meaning: "A schema without properties accepts every status, but for secrets, conditions and sizes.",
        refused: "schema: {type: object}",
        instead: "schema:\n  type: object\n  required: [url]\n  properties:\n    url: {type: string, format: uri}",
    },
    Explanation {
        rule: "lint/own-value",
        short: "a default, example or const that its own schema refuses",
        meaning: "A `default`, `example`, `const` or word of an `enum` does not meet the schema that it stands in. One of \
                  the two is a mistake.",
        refused: "properties:\n  port: {type: integer, default: \"8080\"}",
        instead: "properties:\n  port: {type: integer, default: 8080}",
    },
    Explanation {
        rule: "lint/pattern-anchor",
        short: "a pattern that matches anywhere in a text",
        meaning: "A pattern of JSON Schema has only to match somewhere in the text: without ^ and $ it accepts whatever \
                  stands around it.",
        refused: "pattern: '[a-z]+'",
        instead: "pattern: '^[a-z]+$'",
    },
    Explanation {
        rule: "lint/placeholder",
        short: "a word of init that nobody has replaced",
        meaning: "`statusguard init` writes a placeholder where nothing that it was given says the name, the API group or \
                  the plural of the resource. A schema with one of them is for a resource that does not exist, and guards \
                  nothing.",
        refused: "spec:\n  request: {group: my-group.example, resource: my-promises}",
        instead: "spec:\n  request: {group: workshop.kratix.io, resource: elastic-clouds}",
    },
    Explanation {
        rule: "lint/required-property",
        short: "required names a key that no property describes",
        meaning: "Mostly a word that was misspelt on one side. A key that is required and may hold anything can be \
                  described as `{}`.",
        refused: "required: [ulr]\nproperties: {url: {type: string}}",
        instead: "required: [url]\nproperties: {url: {type: string}}",
    },
    Explanation {
        rule: "lint/same-name",
        short: "two files have one metadata.name",
        meaning: "In a directory each file counts, whatever its name, but a cluster has one StatusSchema of a name: who \
                  applies both files has the second alone, and what the first guards is guarded no more.",
        refused: "# in both files\nmetadata: {name: example}",
        instead: "# in the one, and other in the other\nmetadata: {name: example}",
    },
    Explanation {
        rule: "lint/unknown-annotation",
        short: "an annotation of a Promise that does nothing",
        meaning: "`statusguard.dev/enforcement` on a Promise says what findings of the schema in it do. Kubernetes accepts any \
                  other name without a word, and then they only warn.",
        refused: "kind: Promise\nmetadata:\n  name: example\n  annotations: {statusguard.dev/enforcment: Enforce}",
        instead: "kind: Promise\nmetadata:\n  name: example\n  annotations: {statusguard.dev/enforcement: Enforce}",
    },
    Explanation {
        rule: "lint/unknown-format",
        short: "a format that is not checked",
        meaning: "Formats that are not known here are ignored. A pattern checks the same and is known everywhere.",
        refused: "format: k8s-name",
        instead: "pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'",
    },
    Explanation {
        rule: "lint/unknown-keyword",
        short: "a keyword that does nothing",
        meaning: "A keyword that is misspelt, or that the draft of the schema does not have, is ignored by JSON Schema \
                  without a word.",
        refused: "requried: [url]",
        instead: "required: [url]",
    },
    Explanation {
        rule: "lint/unused-exception",
        short: "an exception that never counts",
        meaning: "The schema lets nothing stand at the path of an entry of `spec.secrets.allow`, mostly one that was \
                  misspelt, or the entry is for secret/declared and the schema declares nothing secret there. \
                  `statusguard test` and `audit` name those that no case or request needs.",
        refused: "spec:\n  schema: {properties: {demo: {type: object}}, additionalProperties: false}\n  secrets:\n    \
                  allow: [{path: status.demoToken, rule: secret/credential-key, reason: a public demo}]",
        instead: "spec:\n  schema: {properties: {demoToken: {type: string}}, additionalProperties: false}\n  secrets:\n    \
                  allow: [{path: status.demoToken, rule: secret/credential-key, reason: a public demo}]",
    },
];
