//! A server that keeps what it is told: zones and records are created, read,
//! updated and deleted, and its refusals are understood.

use std::fmt;

use cloudapi::prelude::*;
use cloudapi::{AttemptOutcome, Error};
use serde::{Deserialize, Serialize};
use tests::contract::{server, unique};
use tokio::sync::Mutex;

/// Its SQLite answers 500 while another change is being written, so the tests
/// take turns.
static TURN: Mutex<()> = Mutex::const_new(());

#[rest_api(
    baseurl = "http://powerdns.test/api/v1/",
    callrateperhour = 4_000_000_000,
    headers("X-API-Key" = "{key}"),
    error = Refusal,
)]
#[derive(Clone, Debug)]
struct PowerDns {
    key: Secret,
}

impl PowerDns {
    #[get("servers")]
    fn servers(&self) -> Call<Vec<Server>>;
}

#[rest_api(extends = PowerDns, path = "servers/localhost/")]
#[derive(Clone, Debug)]
struct Zones;

impl Zones {
    #[get("zones")]
    async fn all(&self) -> Result<Vec<Zone>>;

    #[get("zones")]
    async fn named(&self, #[query] zone: &str) -> Result<Vec<Zone>>;

    #[post("zones")]
    fn create(&self, #[json] zone: &NewZone<'_>) -> Call<Response<Zone>>;

    #[get("zones/{zone}")]
    async fn zone(&self, zone: &str) -> Result<Option<Zone>>;

    #[get("zones/{zone}")]
    async fn records(&self, zone: &str, #[query] rrset_name: &str) -> Result<Zone>;

    #[get("zones/{zone}", unwrap = "serial")]
    async fn serial(&self, zone: &str) -> Result<u64>;

    #[put("zones/{zone}")]
    async fn describe(&self, zone: &str, #[json] change: &Description<'_>) -> Result<Response<()>>;

    #[patch("zones/{zone}", idempotent)]
    async fn change(&self, zone: &str, #[json] changes: &Changes<'_>) -> Result<Response<()>>;

    #[get("zones/{zone}/export", headers("Accept" = "text/plain"))]
    async fn export(&self, zone: &str) -> Result<String>;

    #[delete("zones/{zone}")]
    async fn delete(&self, zone: &str) -> Result<Response<()>>;

    #[get("search-data")]
    async fn search(&self, #[query] q: &str, #[query] max: u32) -> Result<Vec<Found>>;
}

/// What PowerDNS says when it refuses, unless it says it in plain text.
#[derive(Debug, Deserialize)]
struct Refusal {
    error: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.error)
    }
}

#[derive(Debug, Deserialize)]
struct Server {
    id: String,
    daemon_type: String,
}

#[derive(Debug, Serialize)]
struct NewZone<'a> {
    name: &'a str,
    kind: &'a str,
    nameservers: &'a [&'a str],
}

#[derive(Debug, Serialize)]
struct Description<'a> {
    account: &'a str,
}

#[derive(Debug, Deserialize)]
struct Zone {
    id: String,
    name: String,
    kind: String,
    account: String,
    #[serde(default)]
    rrsets: Vec<RecordSet>,
}

impl Zone {
    /// What the records of this name and type say, in the order of the alphabet.
    fn contents(&self, name: &str, kind: &str) -> Vec<&str> {
        let sets = self.rrsets.iter();
        let mut contents: Vec<&str> = sets
            .filter(|set| set.name == name && set.kind == kind)
            .flat_map(|set| set.records.iter().map(|record| record.content.as_str()))
            .collect();
        contents.sort_unstable();
        contents
    }
}

#[derive(Debug, Deserialize)]
struct RecordSet {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    ttl: u32,
    records: Vec<Record>,
}

#[derive(Debug, Deserialize, Serialize)]
struct Record {
    content: String,
    disabled: bool,
}

impl Record {
    fn new(content: &str) -> Self {
        Self {
            content: content.to_owned(),
            disabled: false,
        }
    }
}

#[derive(Debug, Serialize)]
struct Changes<'a> {
    rrsets: Vec<Change<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(tag = "changetype", rename_all = "UPPERCASE")]
enum Change<'a> {
    Replace {
        name: &'a str,
        #[serde(rename = "type")]
        kind: &'a str,
        ttl: u32,
        records: Vec<Record>,
    },
    Delete {
        name: &'a str,
        #[serde(rename = "type")]
        kind: &'a str,
    },
}

#[derive(Debug, Deserialize)]
struct Found {
    name: String,
    object_type: String,
}

fn with_key(key: &str) -> Option<PowerDns> {
    let url = server("CLOUDAPI_POWERDNS")?;
    let client = PowerDns::builder()
        .key(key.into())
        .baseurl(format!("{url}/api/v1"))
        .build();
    Some(client.unwrap())
}

fn powerdns() -> Option<PowerDns> {
    with_key(&std::env::var("CLOUDAPI_POWERDNS_KEY").unwrap_or_default())
}

fn native(name: &str) -> NewZone<'_> {
    NewZone {
        name,
        kind: "Native",
        nameservers: &["ns1.example.org.", "ns2.example.org."],
    }
}

#[track_caller]
fn assert_refused(error: &Error, status: u16, says: &str) {
    assert_eq!(error.kind(), ErrorKind::Status, "{error}");
    assert_eq!(error.status().unwrap(), status, "{error}");
    let refusal: &Refusal = error.details().expect("JSON, as it is documented");
    assert!(refusal.error.contains(says), "{refusal:?}");
    assert!(error.to_string().contains(&refusal.error), "{error}");
    let status = error.status().unwrap();
    let [attempt] = error.attempts() else {
        panic!("made once: {error:?}")
    };
    assert_eq!(attempt.outcome, AttemptOutcome::Status(status));
}

#[tokio::test]
async fn the_server_is_there() {
    let _turn = TURN.lock().await;
    let Some(powerdns) = powerdns() else { return };
    let servers = powerdns.servers().await.unwrap();
    assert_eq!(servers.len(), 1);
    assert_eq!(servers[0].id, "localhost");
    assert_eq!(servers[0].daemon_type, "authoritative");
}

#[tokio::test]
async fn a_zone_is_created_read_updated_and_deleted() {
    let _turn = TURN.lock().await;
    let Some(powerdns) = powerdns() else { return };
    let zones = Zones::new(&powerdns);
    let name = format!("{}.example.org.", unique("round"));

    // Created, and there for everybody.
    let created = zones.create(&native(&name)).await.unwrap();
    assert_eq!(created.status(), 201);
    assert_eq!(created.attempts(), 1);
    let zone = created.into_value();
    assert_eq!((zone.name.as_str(), zone.kind.as_str()), (&*name, "Native"));
    let expected = ["ns1.example.org.", "ns2.example.org."];
    assert_eq!(zone.contents(&name, "NS"), expected);
    let all = zones.all().await.unwrap();
    assert_eq!(all.iter().filter(|one| one.name == name).count(), 1);
    let named = zones.named(&name).await.unwrap();
    assert_eq!(named.len(), 1);
    assert_eq!(named[0].id, zone.id);
    let read = zones.zone(&zone.id).await.unwrap().expect("the zone");
    assert_eq!(read.contents(&name, "NS"), expected);

    // Created once and no more.
    let again = zones.create(&native(&name)).await.unwrap_err();
    assert_refused(&again, 409, "Conflict");

    // Updated as a whole.
    let described = zones.describe(&zone.id, &Description { account: "web" });
    assert_eq!(described.await.unwrap().status(), 204);
    let read = zones.zone(&zone.id).await.unwrap().expect("the zone");
    assert_eq!(read.account, "web");

    // Updated in parts: two records, one changed, one more, one deleted.
    let serial = zones.serial(&zone.id).await.unwrap();
    let (www, mail) = (format!("www.{name}"), format!("mail.{name}"));
    let a = |name, contents: &[&str]| Change::Replace {
        name,
        kind: "A",
        ttl: 300,
        records: contents.iter().map(|one| Record::new(one)).collect(),
    };
    let text = Change::Replace {
        name: &www,
        kind: "TXT",
        ttl: 60,
        records: vec![Record::new("\"a \\\"b\\\"; c=d&e\"")],
    };
    let rrsets = vec![a(&www, &["192.0.2.1"]), a(&mail, &["192.0.2.9"]), text];
    let changed = zones.change(&zone.id, &Changes { rrsets }).await.unwrap();
    assert_eq!(changed.status(), 204);
    let read = zones.zone(&zone.id).await.unwrap().expect("the zone");
    assert_eq!(read.contents(&www, "A"), ["192.0.2.1"]);
    assert_eq!(read.contents(&www, "TXT"), ["\"a \\\"b\\\"; c=d&e\""]);
    assert!(zones.serial(&zone.id).await.unwrap() > serial);

    let rrsets = vec![
        a(&www, &["192.0.2.2", "192.0.2.1"]),
        Change::Delete {
            name: &mail,
            kind: "A",
        },
    ];
    zones.change(&zone.id, &Changes { rrsets }).await.unwrap();
    let read = zones.records(&zone.id, &www).await.unwrap();
    assert_eq!(read.contents(&www, "A"), ["192.0.2.1", "192.0.2.2"]);
    let set = read.rrsets.iter().find(|set| set.kind == "A").unwrap();
    assert_eq!(set.ttl, 300);
    assert!(!set.records[0].disabled);
    let read = zones.zone(&zone.id).await.unwrap().expect("the zone");
    assert!(read.contents(&mail, "A").is_empty());

    // As text, and found.
    let export = zones.export(&zone.id).await.unwrap();
    assert!(
        export.contains(&www) && export.contains("192.0.2.2"),
        "{export}"
    );
    let found = zones.search(www.trim_end_matches('.'), 10).await.unwrap();
    assert!(!found.is_empty());
    let records = found.iter().filter(|one| one.object_type == "record");
    assert!(records.clone().count() > 0);
    assert!(records.map(|one| &one.name).all(|one| *one == www));

    // Deleted, and gone.
    assert_eq!(zones.delete(&zone.id).await.unwrap().status(), 204);
    assert!(zones.zone(&zone.id).await.unwrap().is_none());
    assert!(zones.named(&name).await.unwrap().is_empty());
    let again = zones.delete(&zone.id).await.unwrap_err();
    assert_eq!(again.status().unwrap(), 404);
}

#[tokio::test]
async fn twenty_zones_are_made_at_once_and_each_once() {
    let _turn = TURN.lock().await;
    let Some(powerdns) = powerdns() else { return };
    let zones = Zones::new(&powerdns);
    let names: Vec<String> = (0..20)
        .map(|_| format!("{}.example.net.", unique("many")))
        .collect();
    let tasks: Vec<_> = names
        .iter()
        .map(|name| tokio::spawn(zones.create(&native(name))))
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap().status(), 201);
    }
    let all = zones.all().await.unwrap();
    for name in &names {
        assert_eq!(all.iter().filter(|zone| zone.name == *name).count(), 1);
        zones.delete(name).await.unwrap();
    }
}

#[tokio::test]
async fn what_is_wrong_in_a_request_is_told_in_the_vendors_words() {
    let _turn = TURN.lock().await;
    let Some(powerdns) = powerdns() else { return };
    let zones = Zones::new(&powerdns);
    let name = unique("not-canonical");
    let error = zones.create(&native(&name)).await.unwrap_err();
    assert_refused(&error, 422, "is not canonical");

    let name = format!("{}.example.org.", unique("wrong"));
    zones.create(&native(&name)).await.unwrap();
    let rrsets = vec![Change::Replace {
        name: &name,
        kind: "A",
        ttl: 60,
        records: vec![Record::new("192.0.2.999")],
    }];
    let error = zones.change(&name, &Changes { rrsets }).await.unwrap_err();
    assert_refused(&error, 422, "192.0.2.999");
    let rrsets = vec![Change::Replace {
        name: "elsewhere.example.com.",
        kind: "A",
        ttl: 60,
        records: vec![Record::new("192.0.2.9")],
    }];
    let error = zones.change(&name, &Changes { rrsets }).await.unwrap_err();
    assert_refused(&error, 422, "elsewhere.example.com.");
    zones.delete(&name).await.unwrap();
}

#[tokio::test]
async fn a_wrong_key_is_a_401_whatever_its_form_and_is_not_shown() {
    let _turn = TURN.lock().await;
    let Some(powerdns) = with_key("n0t-the-key") else {
        return;
    };
    // We ask for JSON, so that is what we get.
    let error = powerdns.servers().await.unwrap_err();
    assert_refused(&error, 401, "Unauthorized");
    let shown = tests::everything_shown(&error);
    assert!(!shown.contains("n0t-the-key"), "{shown}");

    let plain = powerdns.servers().header("Accept", "text/plain");
    let error = plain.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Status);
    assert_eq!(error.status().unwrap(), 401);
    assert!(error.details::<Refusal>().is_none(), "it is no JSON");
    assert_eq!(error.response().unwrap().value(), "Unauthorized");
    assert_eq!(error.attempts().len(), 1);
    let shown = tests::everything_shown(&error);
    assert!(!shown.contains("n0t-the-key"), "{shown}");
}
