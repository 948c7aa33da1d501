//! Headers that a caller adds to one call: which ones, and secrets among them.

use std::path::Path;

use cloudapi::prelude::*;
use cloudapi::testing::{Reply, Server, Simulation};
use cloudapi::{Credential, Part};

#[rest_api(baseurl = "https://headers.test/")]
#[derive(Clone, Debug)]
struct Api;

impl Api {
    #[get("things")]
    fn things(&self) -> Call<String>;

    #[get("list", items, next = link)]
    fn list(&self) -> Pages<String>;

    #[post("images")]
    fn upload(&self, #[part] file: Part) -> Call<()>;

    #[post("forms")]
    fn form(&self, #[form("name")] name: &str) -> Call<()>;
}

fn world() -> (Simulation, Server, Api) {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, |_| Reply::text("[]"));
    let api = Api::builder()
        .simulation(&simulation)
        .transport(server.clone())
        .build();
    (simulation, server, api.unwrap())
}

/// What stands between the brackets of the list in a file of the workspace.
fn listed(file: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
    let text = std::fs::read_to_string(path).unwrap();
    let (_, list) = text.split_once("OF_THE_TRANSPORT: &[&str] = &[").unwrap();
    let (list, _) = list.split_once("];").unwrap();
    let names = list.split(',').map(|name| name.trim().trim_matches('"'));
    names
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_macros_and_the_calls_refuse_the_same_headers() {
    let names = listed("cloudapi/src/header.rs");
    assert!(names.contains(&"host".to_owned()));
    assert_eq!(names, listed("cloudapi-derive/src/parse/header.rs"));
}

#[test]
fn a_header_of_the_transport_is_refused_before_anything_is_sent() {
    let (simulation, server, api) = world();
    let names = listed("cloudapi/src/header.rs");
    for name in names
        .iter()
        .map(String::as_str)
        .chain(["Content-Length", "HOST"])
    {
        let call = simulation.run(api.things().header(name, "1"));
        let list = simulation.run(api.list().header(name, "1").collect_all());
        for error in [call.unwrap_err(), list.unwrap_err()] {
            assert_eq!(error.kind(), ErrorKind::Request, "{name}");
            let message = error.to_string();
            assert!(message.contains(&format!("`{name}`")), "{message}");
            assert!(message.contains("leave it out"), "{message}");
        }
    }
    assert!(server.requests().is_empty());
}

#[test]
fn nor_does_a_credential_go_in_one() {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, |_| Reply::text("[]"));
    let api = Api::builder()
        .simulation(&simulation)
        .transport(server.clone())
        .credentials(|| async { Ok(Credential::header("Host", "s3cr3t")) })
        .build();
    let error = simulation.run(api.unwrap().things()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert!(error.to_string().contains("`Host`"), "{error}");
    assert!(server.requests().is_empty());
}

#[test]
fn the_media_type_of_a_form_of_parts_stays_with_its_boundary() {
    let (simulation, server, api) = world();
    let call = api.upload(Part::text("a")).header("content-TYPE", "a/b");
    let error = simulation.run(call).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    assert!(error.to_string().contains("leave it out"), "{error}");
    assert!(server.requests().is_empty());

    // Any other body may be called something else.
    let kind = "application/x-www-form-urlencoded; charset=utf-8";
    simulation
        .run(api.form("a").header("Content-Type", kind))
        .unwrap();
    assert_eq!(server.requests()[0].headers["content-type"], kind);
}

#[test]
fn a_secret_is_sent_in_a_header_and_not_shown() {
    let (simulation, server, api) = world();
    let secret = Secret::new("s3cr3t");
    let call = api.things().header("X-Key", &secret);
    let shown = format!("{call:?} {call:#?}");
    simulation.run(call).unwrap();
    let list = api.list().header("X-Key", secret.clone());
    simulation.run(list.collect_all()).unwrap();
    for sent in server.requests() {
        assert_eq!(sent.headers["x-key"], "s3cr3t");
        assert!(sent.headers["x-key"].is_sensitive());
    }
    assert_eq!(server.requests().len(), 2);

    let broken = Secret::new("s3cr3t\n");
    let error = simulation.run(api.things().header("X-Key", broken));
    let shown = shown + &tests::everything_shown(&error.unwrap_err());
    assert!(shown.contains("`X-Key`"), "{shown}");
    assert!(!shown.contains("s3cr3t"), "{shown}");
}
