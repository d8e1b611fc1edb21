//! What the rules about secrets mean.
//!
//! Every example of a leak is made up, and too short or too plain for anybody's token.
use super::Explanation;

/// The rules about secrets, by id.
pub(super) const RULES: [Explanation; 11] = [
    Explanation {
        rule: "secret/authorization",
        short: "an Authorization header with its credential",
        meaning: "A header such as `Authorization: Bearer …` or `Basic …` lets whoever reads the status act as \
                  whoever sent it. Revoke the token or change the password, and write where it is kept.",
        refused: "curl: \"curl -H 'Authorization: Bearer …' https://api.example.com\"",
        instead: "url: https://api.example.com\ntokenSecretName: example-api-token",
    },
    Explanation {
        rule: "secret/credential-key",
        short: "a literal under the key of a credential",
        meaning: "What stands under `password`, `token`, `apiKey`, `DB_PASSWORD` and the like is taken for what the key \
                  says: a password however simple it is, unless its one word says how something is (`active`); a token \
                  if it has digits in it or is no word; numbers under `password` and `pin`, and long ones under \
                  `secret` and `token`. So are pairs such as `{name: DB_PASSWORD, value: …}` and rows below the \
                  names of columns. Any name in a pair that tells counts. Keys that end in `SecretName`, `Ref`, `Path` \
                  and the like may hold a name or a path. A template, a mask or a reference (`${…}`, `***`, `vault:…`) is no literal. A value that is public can be excepted \
                  with its reason in spec.secrets.allow of the StatusSchema.",
        refused: "username: admin\npassword: hunter2",
        instead: "username: admin\npasswordSecretName: example-es-elastic-user",
    },
    Explanation {
        rule: "secret/declared",
        short: "a literal in a field that the schema declares secret",
        meaning: "The schema marks this field, or a map or list around it, with `format: password` or `writeOnly: true`, \
                  so that nothing may stand there but a template, a mask, a reference, true, false or null. The name of \
                  a Secret looks like any other text: it belongs in a field beside it, such as handleSecretName.",
        refused: "# schema: properties: {handle: {type: string, writeOnly: true}}\nhandle: anything",
        instead: "handle: vault:secret/data/example#handle",
    },
    Explanation {
        rule: "secret/jwt",
        short: "a JSON Web Token",
        meaning: "A signed token (`eyJ….eyJ….…`) is a credential for as long as it is valid, such as the token of a \
                  ServiceAccount. Let it expire or revoke it, and write where it is kept.",
        refused: "login: eyJ….eyJ….…",
        instead: "loginSecretName: example-login",
    },
    Explanation {
        rule: "secret/key-name",
        short: "a key that is a secret itself",
        meaning: "A key is stored and shown like a value: a token, a sentence such as \"password is …\", or, below a key \
                  such as `password`, what somebody made up for one. In messages it is masked, and so is its path.",
        refused: "tokens:\n  ghp_…: build",
        instead: "tokenSecretNames: [build-token]",
    },
    Explanation {
        rule: "secret/kubeconfig",
        short: "a kubeconfig with credentials in it",
        meaning: "A kubeconfig holds the token, password or client key of a user of the cluster, in base64 as well. Keep \
                  it in a Secret, revoke what was written, and write the name of the Secret.",
        refused: "kubeconfig: |\n  apiVersion: v1\n  users: [{user: {token: …}}]",
        instead: "kubeconfigSecretName: example-kubeconfig",
    },
    Explanation {
        rule: "secret/private-key",
        short: "a private key",
        meaning: "`-----BEGIN … PRIVATE KEY-----` and the like. Certificates and public keys may be written. Make another \
                  key, and keep it in a Secret.",
        refused: "tls: |\n  -----BEGIN … PRIVATE KEY-----",
        instead: "tlsSecretName: example-tls",
    },
    Explanation {
        rule: "secret/prose",
        short: "a credential told in words",
        meaning: "`message`, the messages of conditions, details of health records and logs are read like any value: \
                  \"password is …\", \"login: a, password: b\", a token in a link, a table or a block of YAML in the text. Without such a marker it is less sure, \
                  and where no StatusSchema is in force it only warns.",
        refused: "message: login with elastic / …",
        instead: "message: login with elastic; the password is in the Secret example-es-elastic-user",
    },
    Explanation {
        rule: "secret/sensitive-output",
        short: "the value of an output that is marked as sensitive",
        meaning: "An output of Terraform with `sensitive: true` holds a secret whatever its name, and so does what is \
                  nested in it; so does a parameter of type SecureString, or a Secret as it is written, with its data. \
                  `terraform output -json` prints it all the same: leave it out of the status.",
        refused: "outputs:\n  admin: {sensitive: true, type: string, value: …}",
        instead: "outputs:\n  admin_secret_name: {sensitive: false, type: string, value: example-admin}",
    },
    Explanation {
        rule: "secret/url-password",
        short: "a link or a DSN with a password in it",
        meaning: "`postgres://user:password@host`, JDBC and ADO strings, signed links. Write the address without user \
                  and password, and where they are kept.",
        refused: "connectionString: postgres://app:…@db-x.svc:5432/app",
        instead: "connectionString: postgres://db-x.svc:5432/app\ncredentialsSecretName: db-x-app",
    },
    Explanation {
        rule: "secret/vendor-token",
        short: "a token of a known vendor",
        meaning: "The value has the documented form of a vendor's token; the finding says which. Revoke it there, since \
                  it may have been read, keep the next one in a Secret, and write the name of the Secret.",
        refused: "github: ghp_…",
        instead: "githubTokenSecretName: example-github",
    },
];
