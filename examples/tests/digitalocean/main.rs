//! The client of DigitalOcean's API, function by function: each is called once,
//! and what it sends is held against the list of operations beside it, and
//! against the vendor's document where that is there.

mod calls;
mod document;
mod schema;
mod table;

use std::collections::BTreeSet;
use std::path::Path;

use cloudapi::testing::{Reply, Sent, Server, Simulation};
use cloudapi::{ErrorKind, Result};
use examples::digitalocean::{DigitalOcean, DigitalOceanError};
use serde_json::{Value, json};

use calls::{CALLS, Call};
use document::Document;
use table::{Operation, operations};

/// Calls a function and answers it so.
fn make(call: Call, answer: Option<&Value>, status: u16) -> (Result<()>, Vec<Sent>) {
    let simulation = Simulation::new();
    let answer = answer.cloned();
    let server = Server::new(&simulation, move |_| match &answer {
        Some(answer) => Reply::json(answer).with_status(status),
        None => Reply::status(204),
    });
    let cloud = DigitalOcean::builder()
        .token("t0ken".into())
        .simulation(&simulation)
        .transport(server.clone())
        .build()
        .expect("settings that are good");
    (simulation.run(call(cloud)), server.requests())
}

/// The call, its operation, and the one request that it makes.
fn each(mut check: impl FnMut(&str, Call, &Operation, &Sent)) {
    for &(name, call) in CALLS {
        let operation = operations().remove(name).expect(name);
        let (answer, requests) = make(call, operation.answer.as_ref(), 200);
        answer.unwrap_or_else(|error| panic!("{name}: {error}"));
        let [request] = requests.as_slice() else {
            panic!("{name} made {} requests", requests.len());
        };
        check(name, call, &operation, request);
    }
}

#[test]
fn each_function_sends_what_its_operation_is() {
    let mut seen = BTreeSet::new();
    each(|name, _, operation, request| {
        let url = &request.url;
        assert_eq!(request.method.as_str(), operation.method, "{name}");
        assert!(
            operation.is_at(url),
            "{name}: {url} is not {}",
            operation.path
        );
        assert_eq!(request.headers["authorization"], "Bearer t0ken", "{name}");
        assert!(seen.insert(name.to_owned()), "{name} is called twice");
    });
    let listed: BTreeSet<String> = operations().into_keys().collect();
    assert_eq!(seen, listed);
}

#[test]
fn each_function_is_called() {
    let declarations = Path::new(env!("CARGO_MANIFEST_DIR")).join("digitalocean/api");
    let mut declared = 0;
    for file in std::fs::read_dir(declarations).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let verbs = ["get", "post", "put", "patch", "delete"].map(|verb| format!("#[{verb}("));
        let begins = |line: &&str| verbs.iter().any(|verb| line.trim_start().starts_with(verb));
        declared += text.lines().filter(begins).count();
    }
    assert_eq!(CALLS.len(), declared);
}

#[test]
fn what_is_not_there_is_none_and_what_cannot_be_done_is_an_error() {
    let message = "The resource you requested could not be found.";
    let body = json!({ "id": "not_found", "message": message, "request_id": "r-7" });
    for &(name, call) in CALLS {
        let operation = operations().remove(name).expect(name);
        let (answer, requests) = make(call, Some(&body), 404);
        assert_eq!(requests.len(), 1, "{name}");
        if operation.is_of_one_thing() {
            assert!(answer.is_ok(), "{name}: {answer:?}");
            continue;
        }
        let error = answer.expect_err(name);
        assert_eq!(error.kind(), ErrorKind::Status, "{name}");
        let details: &DigitalOceanError = error.details().expect(name);
        assert_eq!(details.request_id.as_deref(), Some("r-7"), "{name}");
        let shown = "404 Not Found: The resource you requested could not be found (request r-7)";
        assert!(error.to_string().contains(shown), "{error}");
    }
}

/// Where the document contradicts itself, and so says nothing.
const CONTRADICTIONS: [&str; 2] = [
    // In the mapping of the types, but not in their enumeration.
    r#""change_backup_policy" is not one of"#,
    // The example of a tag has the tag twice, `{"tag": {"tag": {..}}}`.
    "tags_get: an example of the document is not read",
];

#[test]
fn the_vendors_document_says_the_same() {
    let Some(document) = Document::find() else {
        println!("skipped: there is no ../shared/specs/digitalocean.yaml beside the workspace");
        return;
    };
    let mut problems = Vec::new();
    each(|name, call, operation, request| {
        let id = name.split('/').next().unwrap_or(name);
        let Some((method, path, described)) = document.operation(id) else {
            problems.push(format!("{id}: the document has no such operation"));
            return;
        };
        if (operation.method.as_str(), &operation.path) != (&method, &path) {
            problems.push(format!("{name}: the document says {method} {path}"));
        }
        let found = document.problems(described, request);
        problems.extend(
            found
                .into_iter()
                .map(|problem| format!("{name}: {problem}")),
        );
        let mut understood = 0;
        for example in document.answers(described) {
            if operation.answer.is_none() || !operation.has_shape_of(&example) {
                continue;
            }
            understood += 1;
            if let (Err(error), _) = make(call, Some(&example), 200) {
                problems.push(format!(
                    "{name}: an example of the document is not read: {error}"
                ));
            }
        }
        if operation.answer.is_some() && understood == 0 {
            problems.push(format!(
                "{name}: the document has no example of this answer"
            ));
        }
    });
    problems.retain(|problem| !CONTRADICTIONS.iter().any(|known| problem.contains(known)));
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
