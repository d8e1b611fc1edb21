//! Texts that are nearly secret everywhere: each was once read again from every place in it.
use serde_json::{Map, json};
use statusguard::core::{
    finding::Effect,
    json::Json,
    secret::{Exceptions, hit::Hit, leak_in_field, leaks},
};

use super::judge;

/// Long enough that whatever grows with the square takes minutes where nothing is optimized.
const LENGTH: usize = 1 << 15;

/// What each text says over and over.
const LINES: [&str; 56] = [
    "machine a login b password:",
    "{\"auths\": {\"auth\": \"a\"}} ",
    "login ",
    "login (",
    "password (",
    "password for \"",
    "password:\r",
    "<password>",
    "user:",
    "pin=",
    "token=$",
    "token:",
    "key('",
    "-u=",
    "curl -u://",
    "mysql ",
    "Bearer=",
    "Authorization:(",
    "session=",
    "&sig=",
    "x-amz-signature=",
    "datadog=",
    "a://b:",
    "${",
    "[<",
    "\"{",
    "%(A@",
    "密码",
    "password=${a1",
    "password: [[",
    "password: my://",
    "{\"a",
    "{\\\"a",
    "{'a",
    "{'a': ",
    "{a:",
    "[[{",
    "{\"password\":",
    "password:\n  a: ",
    "password:\n- ",
    "password|a1b2c3|\n",
    "password,\n",
    "NAME=",
    "is the password ",
    "a1b2 is the password ",
    "reset the password ",
    "prompted for the password, ",
    "user a pass ",
    "creds for ",
    "echo a|chpasswd ",
    "htpasswd -b ",
    "a:b@c ",
    ":5432",
    "password:ab;",
    "\\u00",
    "<a b=\"password\"><",
];

#[test]
fn no_text_is_read_again_and_again() {
    for line in LINES {
        for before in ["", "["] {
            let text = before.repeat(LENGTH / 4) + &line.repeat(LENGTH / line.len());
            // What is found before its end ends the search, and nothing worst would be left.
            let hit = leak_in_field("message", &text);
            let is_last = |hit: Hit| hit.span.end + line.len() > text.len();
            assert!(hit.is_none_or(is_last), "{before}{line} is a secret");
            judge(&json!({}), &json!({}), &json!({"message": text}));
        }
    }
}

#[test]
fn no_name_is_read_again_for_each_value_below_it() {
    for line in ["password", "datadog-", "_", "(", "é"] {
        let name = line.repeat(LENGTH / line.len());
        let values = vec!["x1Y2z3W4"; LENGTH / 16];
        let status = json!({&name: values, "list": [{"name": name, "value": values}]});
        judge(&json!({}), &json!({}), &status);
    }
}

/// The place of each would be longer than the status together.
#[test]
fn secrets_below_long_keys_are_told_as_one_in_the_end() {
    let key = "a".repeat(1 << 20);
    let secrets: Map<_, _> = (0..9)
        .map(|index| (format!("password{index}"), json!("hunter2")))
        .collect();
    let status = json!({key: secrets}).to_string();
    let found = leaks(Json::read(&status).unwrap(), &Exceptions::NONE);
    let places: Vec<_> = found.iter().map(|leak| leak.path.steps().len()).collect();
    assert_eq!(places, [2, 2, 2, 0]);
}

/// What is told as one is known again where nothing of it changed, and is new where something did.
#[test]
fn what_is_told_as_one_is_known_again() {
    let key = "a".repeat(1 << 20);
    let last = |count: usize, observed: u32| {
        let secrets: Map<_, _> = (0..count)
            .map(|index| (format!("password{index}"), json!("hunter2")))
            .collect();
        let status = json!({&key: secrets, "observedGeneration": observed}).to_string();
        let found = leaks(Json::read(&status).unwrap(), &Exceptions::NONE);
        let last = found.last().unwrap();
        assert!(last.path.is_root());
        last.literal.to_string()
    };
    assert_eq!(last(9, 1), last(9, 2));
    assert_ne!(last(9, 1), last(10, 1));
}

#[test]
fn bookkeeping_beside_an_old_secret_that_stands_deep_goes_on() {
    let deep = |inner| (0..105).fold(inner, |inner, _| json!({"details": inner}));
    let status = |count: u32, password: &str| {
        let records = deep(json!({"password": password, "count": count}));
        json!({"healthStatus": {"state": "healthy", "healthRecords": [records]}})
    };
    let effects = |new| {
        let findings = judge(&json!({}), &status(1, "hunter2"), &new);
        let secrets = findings.iter().filter(|found| found.confidence.is_some());
        secrets.map(|found| found.effect).collect::<Vec<_>>()
    };
    assert_eq!(effects(status(2, "hunter2")), [Effect::Forgiven]);
    assert_eq!(effects(status(2, "hunter3")), [Effect::Deny]);
}
