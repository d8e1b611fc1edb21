//! What is taken for an assigned credential, and what is not. `{alphabet:length}` is made up.
use crate::core::secret::{names::Names, rules::made, text::find};

fn found(template: &str) -> Option<String> {
    let text = made(template, 5);
    find(&text, &Names::root("message")).map(|hit| text[hit.span].to_owned())
}

#[test]
fn assigned_credentials_are_found() {
    let mut wrong = Vec::new();
    for template in &[
        "token=@{alnum:24}@",
        "export DB_PASSWORD=@{alnum:8}9x@",
        "password: @{alnum:8}9x@",
        "db.password = \"@{alnum:8}9x@\"",
        "\"apiToken\": \"@{alnum:24}@\"",
        "\"acmeToken\" => \"@{alnum:24}@\"",
        "'acme_secret_key' => '@{alnum:24}@',",
        "acmeToken := `@{alnum:24}@`",
        "String acmeToken = \"@{alnum:24}@\";",
        "password: str = \"@{alnum:8}9x@\"",
        "<acmeToken>\n    @{alnum:24}@\n</acmeToken>",
        "<ns:password type=\"text\">@{alnum:8}9x@</ns:password>",
        "acme login --token @{alnum:24}@ --verbose",
        "acme login --api-key=@{alnum:24}@",
        "acme login \"--password\" @{alnum:8}9x@",
        "#define ACME_API_KEY \"@{alnum:24}@\"",
        "ENV ACME_TOKEN @{alnum:24}@",
        "os.environ[\"ACME_TOKEN\"] = \"@{alnum:24}@\"",
        "client.setPassword(\"@{alnum:8}9x@\")",
        "headers = [('x-api-key', '@{alnum:24}@')]",
        "- name: ACME_PASSWORD\n  value: @{alnum:8}9x@\n",
        "{\"name\": \"ACME_PASSWORD\", \"value\": \"@{alnum:8}9x@\"}",
        "<add key=\"AcmePassword\" value=\"@{alnum:8}9x@\"/>",
        "{\\\"password\\\": \\\"@{alnum:8}9x@\\\"}",
        "Server=db;Database=app;User Id=app;Password=@{alnum:8}9x@;Encrypt=true",
        "Driver={ODBC};Server=db;Uid=app;Pwd=@{alnum:8}9x@;",
        "host=db port=5432 user=app password=@{alnum:8}9x@ dbname=app",
        "jdbc:postgresql://db/app?user=app&password=@{alnum:8}9x@&ssl=true",
        "password: |\n  @{alnum:8}9x@\n",
        "curl -H \"X-Api-Key: @{alnum:24}@\" https://api.example.com",
        "kubectl create secret generic a --from-literal=password=@{alnum:8}9x@",
        "DB_PASSWORD=@hunter@",
        "level=info msg=ready token=@{alnum:24}@ user=app",
    ] {
        let value = made(template, 5);
        let value = value.split('@').nth(1).expect("the value is marked");
        let text = template.replace('@', "");
        if found(&text).as_deref() != Some(value) {
            wrong.push(*template);
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn variables_code_words_and_facts_are_not() {
    let mut wrong = Vec::new();
    for text in &[
        "password=$PASSWORD",
        "password: {{ .Values.password }}",
        "password = os.environ['DB_PASSWORD']",
        "password = getPassword()",
        "password = args.password",
        "pwd = (char *) (p + 2);",
        "foo(user=user, password=password)",
        "def login(self, user = \"\", password = \"\", domain = \"\"):",
        "char *password = NULL;",
        "Password=#{password}, ",
        "softlayer_api_key=\"%s\" % KEY",
        "token: ***",
        "password: required",
        "password: see vault",
        "the token is stored, key: tls.key",
        "secretName: example-credentials",
        "secret: example-tls",
        "passwordSecretRef: {name: example-db}",
        "{\"username\", \"password\", \"email\"}",
        "tokens=128",
        "token-ttl: 768h",
        "getSecret(\"example-db2\")",
        "authentication: kerberos",
        "public_key = \"example\"",
        "monkey=banana",
        "let token = \"token = \"x17-a\"\"",
        "Server=db;Uid=app;Pwd={your_password_here};",
        "Server=db;Uid=myUser;Pwd=myPassword;",
        "Server=db;Uid=app;Pwd=%DB_PASSWORD%;",
        "server->password = \"busybox@\";",
    ] {
        if let Some(value) = found(text) {
            wrong.push((*text, value));
        }
    }
    assert_eq!(wrong, []);
}
