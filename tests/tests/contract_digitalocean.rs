//! The client of DigitalOcean's API against DigitalOcean's own document, which
//! Prism plays: it takes no request that the document does not allow, and answers
//! with the document's examples.

// One call of each endpoint function: that of the client's own tests.
#[path = "../../examples/tests/digitalocean/calls.rs"]
mod calls;

use std::collections::BTreeSet;
use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::{AttemptOutcome, Error};
use examples::digitalocean::*;
use serde_json::{Value, json};
use tests::contract::{server, unique};

use calls::{CALLS, Call as OneCall};

/// An id as the document wants it.
const ID: &str = "7724db7c-e098-11e5-b522-000f53304e51";

macro_rules! calls {
    ($cloud:ident: $($operation:literal => $call:expr;)*) => {
        &[$(($operation, |$cloud| Box::pin(async move { $call.await.map(drop) }))),*]
    };
}

/// In place of calls whose arguments the document does not allow, such as `v` for
/// the UUID of a volume.
const WITH_VALID_ARGUMENTS: &[(&str, OneCall)] = calls! { cloud:
    "volumes_get" => cloud.volumes().volume(ID);
    "volumes_delete" => cloud.volumes().delete(ID);
    "volumeActions_list" => cloud.volumes().actions(ID).collect_all();
    "volumeActions_post_byId" => cloud.volumes().resize(ID, 20, Some("nyc3"));
    "volumeActions_post_byId/attach" => cloud.volumes().attach(ID, 7, None);
    "volumeActions_post_byId/detach" => cloud.volumes().detach(ID, 7, None);
    "volumeActions_get" => cloud.volumes().action(ID, 8);
    "volumeSnapshots_list" => cloud.volumes().snapshots(ID).collect_all();
    "volumeSnapshots_create" => cloud.volumes().take_snapshot(ID, "s", &["web"]);
    "reservedIPs_create/region" => cloud.reserved_ips().create_in("nyc3", Some(ID));
    "projects_get" => cloud.projects().project(ID);
    "projects_update" => cloud.projects().replace(ID, &ProjectDescription {
        name: "a", description: "", purpose: "Service", environment: Environment::Staging, is_default: false,
    });
    "projects_patch" => cloud.projects().change(ID, &ProjectChange { is_default: Some(true), ..Default::default() });
    "projects_delete" => cloud.projects().delete(ID);
    "projects_list_resources" => cloud.projects().resources(ID).collect_all();
    "projects_assign_resources" => cloud.projects().assign(ID, &["do:droplet:7"]);
    "firewalls_create" => cloud.firewalls().create(&firewall());
    "firewalls_get" => cloud.firewalls().firewall(ID);
    "firewalls_update" => cloud.firewalls().replace(ID, &firewall());
    "firewalls_delete" => cloud.firewalls().delete(ID);
    "firewalls_assign_droplets" => cloud.firewalls().add_droplets(ID, &[7]);
    "firewalls_delete_droplets" => cloud.firewalls().remove_droplets(ID, &[7]);
    "firewalls_add_tags" => cloud.firewalls().add_tags(ID, &["web"]);
    "firewalls_delete_tags" => cloud.firewalls().remove_tags(ID, &["web"]);
    "firewalls_add_rules" => cloud.firewalls().add_rules(ID, &firewall().rules);
    "firewalls_delete_rules" => cloud.firewalls().remove_rules(ID, &firewall().rules);
};

fn firewall() -> NewFirewall<'static> {
    let everybody = Peers {
        addresses: Some(vec!["0.0.0.0/0".to_owned()]),
        ..Peers::default()
    };
    NewFirewall {
        name: "fire-wall",
        rules: Rules {
            inbound_rules: vec![InboundRule {
                protocol: Protocol::Tcp,
                ports: "80".to_owned(),
                sources: everybody.clone(),
            }],
            outbound_rules: vec![OutboundRule {
                protocol: Protocol::Udp,
                ports: "53".to_owned(),
                destinations: everybody,
            }],
        },
        droplet_ids: &[7],
        tags: &["web"],
    }
}

/// Where the document contradicts itself, or Prism cannot do better, and what
/// comes of it. The client is right in these.
const CONTRADICTIONS: &[(&str, ErrorKind, &str)] = &[
    // Of two examples Prism takes the first, which is that of one droplet.
    (
        "droplets_create/many",
        ErrorKind::Decode,
        "there is no `droplets`",
    ),
    // The type is described, and is not among those that the base type allows.
    (
        "dropletActions_post/policy",
        ErrorKind::Status,
        "must be equal to one of the allowed values",
    ),
    // No body matches exactly one of these schemas, not even the document's own.
    (
        "dropletActions_post_byTag",
        ErrorKind::Status,
        "must match exactly one schema in oneOf",
    ),
    // The example has its tag inside another `tag`.
    ("tags_get", ErrorKind::Decode, "missing field `name`"),
];

/// Lists whose example leads on to DigitalOcean itself, where we do not go.
const LEAD_AWAY: &[&str] = &[
    "regions_list",
    "sizes_list",
    "actions_list",
    "droplets_list_kernels",
    "imageActions_list",
];

fn with_token(token: &str) -> Option<DigitalOcean> {
    let url = server("CLOUDAPI_PRISM")?;
    let client = DigitalOcean::builder()
        .token(token.into())
        .baseurl(format!("{url}/v2"))
        .callrateperhour(4_000_000_000)
        .maximum_delay(Duration::from_millis(1))
        .build();
    Some(client.unwrap())
}

fn digitalocean(name: &str) -> Option<DigitalOcean> {
    with_token(&unique(name))
}

/// An error, and what Prism finds wrong with the request.
fn told(error: &Error) -> String {
    let headers = error.response().map(Response::headers);
    let header = headers.and_then(|headers| headers.get("sl-violations"));
    let violations = header.and_then(|header| header.to_str().ok());
    format!("{error} {}", violations.unwrap_or(""))
}

#[track_caller]
fn assert_leads_away(error: &Error) {
    assert_eq!(error.kind(), ErrorKind::Pages, "{error}");
    let shown = error.to_string();
    assert!(shown.contains("https://api.digitalocean.com"), "{shown}");
}

#[tokio::test]
async fn every_endpoint_is_as_the_document_says() {
    let Some(cloud) = digitalocean("every") else {
        return;
    };
    let mut wrong = Vec::new();
    let mut fine = 0;
    for &(name, call) in CALLS {
        let valid = WITH_VALID_ARGUMENTS.iter().find(|valid| valid.0 == name);
        let call = valid.map_or(call, |valid| valid.1);
        let contradiction = CONTRADICTIONS.iter().find(|known| known.0 == name);
        let result = call(cloud.clone()).await;
        let as_expected = match (&result, contradiction) {
            (Ok(()), None) => !LEAD_AWAY.contains(&name),
            (Err(error), Some(&(_, kind, says))) => {
                error.kind() == kind && told(error).contains(says)
            }
            (Err(error), None) if LEAD_AWAY.contains(&name) => {
                assert_leads_away(error);
                true
            }
            _ => false,
        };
        match (as_expected, result) {
            (true, _) => fine += 1,
            (false, Ok(())) => wrong.push(format!("{name}: is fine, and is listed as not")),
            (false, Err(error)) => wrong.push(format!("{name}: {}", told(&error))),
        }
    }
    assert!(
        wrong.is_empty(),
        "{fine} are fine, but\n{}",
        wrong.join("\n")
    );
    assert!(fine >= 60, "{fine}");
}

/// What is listed above is there, so that no list outlives what it is about.
#[test]
fn the_lists_are_about_calls_that_there_are() {
    let names: BTreeSet<&str> = CALLS.iter().map(|call| call.0).collect();
    let valid = WITH_VALID_ARGUMENTS.iter().map(|call| call.0);
    let contradictions = CONTRADICTIONS.iter().map(|known| known.0);
    for name in valid.chain(contradictions).chain(LEAD_AWAY.iter().copied()) {
        assert!(names.contains(name), "{name}");
    }
}

#[tokio::test]
async fn values_are_those_of_the_examples() {
    let Some(cloud) = digitalocean("values") else {
        return;
    };
    let account = cloud.account().await.unwrap();
    assert_eq!(account.email, "sammy@digitalocean.com");
    assert_eq!(account.status, AccountStatus::Active);
    let droplet = Droplets::new(&cloud).droplet(3_164_444).await.unwrap();
    let droplet = droplet.expect("the droplet of the example");
    assert_eq!(
        (droplet.id, droplet.name.as_str()),
        (3_164_444, "example.com")
    );
    assert_eq!(droplet.status, DropletStatus::Active);
    let droplets = Droplets::new(&cloud).list(&DropletFilter::default());
    assert_eq!(droplets.collect_all().await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_next_page_on_another_server_is_refused_after_the_items_before_it() {
    let Some(cloud) = digitalocean("away") else {
        return;
    };
    let mut regions = cloud.regions();
    assert_eq!(regions.next().await.unwrap().unwrap().slug, "nyc3");
    assert_leads_away(&regions.next().await.unwrap().unwrap_err());
    assert!(regions.next().await.is_none(), "an error ends the list");
    // Who wants no more does not hear of it.
    assert_eq!(
        cloud.regions().limit(1).collect_all().await.unwrap().len(),
        1
    );
    let there = "https://api.digitalocean.com/v2/regions?page=2";
    let resumed = cloud.regions().resume_at(there).collect_all().await;
    let error = resumed.unwrap_err();
    assert!(
        error.to_string().contains("https://api.digitalocean.com"),
        "{error}"
    );
    assert!(error.attempts().is_empty());
}

fn volume() -> NewVolume<'static> {
    NewVolume {
        name: "example",
        region: "nyc1",
        size_gigabytes: 10,
        ..NewVolume::default()
    }
}

/// Its headers speak of a time in 2015, with thousands of calls left, and there is
/// no Retry-After: who reads them as a wait sleeps for 45 years.
#[tokio::test]
async fn a_429_without_retry_after_is_waited_out_by_our_own_series() {
    let Some(cloud) = digitalocean("429") else {
        return;
    };
    let volumes = cloud.volumes();
    let refused = volumes.create(&volume()).header("Prefer", "code=429");
    let error = refused.await.unwrap_err();
    assert!(error.is_rate_limited(), "{error}");
    let headers = error.response().unwrap().headers();
    assert_eq!(headers["ratelimit-reset"], "1444931833");
    assert!(!headers.contains_key("retry-after"));
    let refused = AttemptOutcome::Status(429.try_into().unwrap());
    assert!(error.attempts().len() > 12, "it spends no series");
    assert!(
        error
            .attempts()
            .iter()
            .all(|attempt| attempt.outcome == refused)
    );
    let details: &DigitalOceanError = error.details().unwrap();
    assert_eq!(details.id, "too_many_requests");
    // And then the gate is open again.
    assert_eq!(volumes.create(&volume()).await.unwrap().size_gigabytes, 10);
}

#[tokio::test]
async fn what_the_server_finds_wrong_is_a_typed_error() {
    let Some(cloud) = digitalocean("wrong") else {
        return;
    };
    // A filter that is none: 422, by the document's rule for the parameter.
    let error = cloud.volumes().volume("v").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Status);
    assert_eq!(error.status().unwrap(), 422);
    assert_eq!(error.attempts().len(), 1);
    assert!(!error.is_retryable());
    let details: &DigitalOceanError = error.details().unwrap();
    assert_eq!(details.id, "example_error");
    assert!(error.to_string().contains(&details.message), "{error}");
    assert!(
        told(&error).contains("must match format"),
        "{}",
        told(&error)
    );
    // A body that is none, with the vendor's number for its support.
    let nothing = NewVolume {
        filesystem_label: Some("far too long for a label"),
        ..NewVolume::default()
    };
    let error = cloud.volumes().create(&nothing).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 400, "{}", told(&error));
    let details: &DigitalOceanError = error.details().unwrap();
    assert!(details.request_id.is_some());
}

/// What the client above cannot get wrong.
#[rest_api(
    baseurl = "http://prism.test/v2/",
    callrateperhour = 4_000_000_000,
    maximum_delay = "1ms",
    error = DigitalOceanError
)]
struct Clumsy;

impl Clumsy {
    #[get("account", unwrap = "account")]
    fn account(&self) -> Call<Value>;
    #[put("account", headers("Authorization" = "Bearer t"))]
    fn put_account(&self, #[json] account: &Value) -> Call<()>;
    #[get("no/such/thing", headers("Authorization" = "Bearer t"))]
    fn nothing(&self) -> Call<String>;
    #[get("droplets", headers("Authorization" = "Bearer t"))]
    fn droplets(&self, #[query] per_page: u32) -> Call<Value>;
    #[get("droplets/{id}", unwrap = "droplet", headers("Authorization" = "Bearer t"))]
    fn droplet(&self, id: u64) -> Call<Option<Value>>;
    #[post("volumes", headers("Authorization" = "Bearer t"))]
    fn volume(&self, #[json] volume: &Value) -> Call<Value>;
    #[post(
        "volumes",
        headers("Authorization" = "Bearer t", "Content-Type" = "application/json")
    )]
    fn raw_volume(&self, #[body] volume: &str) -> Call<Value>;
    #[post("volumes", headers("Authorization" = "Bearer t"))]
    fn text_volume(&self, #[body] volume: &str) -> Call<Value>;
}

fn clumsy() -> Option<Clumsy> {
    let url = server("CLOUDAPI_PRISM")?;
    let client = Clumsy::builder()
        .scope(unique("clumsy"))
        .baseurl(format!("{url}/v2"))
        .build();
    Some(client.unwrap())
}

#[tokio::test]
async fn mistakes_end_a_call_at_once() {
    let Some(api) = clumsy() else { return };
    let good = json!({"name": "a", "region": "nyc1", "size_gigabytes": 10});
    api.volume(&good).await.unwrap();
    for (what, status, id, result) in [
        ("no token", 401, Some("unauthorized"), api.account().await),
        (
            "over the maximum",
            422,
            Some("example_error"),
            api.droplets(9_999).await,
        ),
        (
            "no body",
            400,
            Some("bad_request"),
            api.volume(&json!({})).await,
        ),
        (
            "wrong type",
            400,
            Some("bad_request"),
            api.volume(&json!({"name": 3})).await,
        ),
        (
            "text",
            400,
            Some("bad_request"),
            api.text_volume("{}").await,
        ),
        // These are said in other words than the vendor's.
        ("no JSON", 400, None, api.raw_volume("{\"name\"").await),
        (
            "wrong verb",
            405,
            None,
            api.put_account(&good).await.map(Into::into),
        ),
        ("wrong path", 404, None, api.nothing().await.map(Into::into)),
    ] {
        let error = result.expect_err(what);
        assert_eq!(error.kind(), ErrorKind::Status, "{what}: {error}");
        assert_eq!(error.status().unwrap(), status, "{what}: {}", told(&error));
        assert_eq!(error.attempts().len(), 1, "{what}: {error:?}");
        let details = error.details::<DigitalOceanError>();
        assert_eq!(
            details.map(|details| details.id.as_str()),
            id,
            "{what}: {error}"
        );
    }
}

#[tokio::test]
async fn statuses_that_the_server_is_asked_for() {
    let Some(api) = clumsy() else { return };
    let missing = api.droplet(7).header("Prefer", "code=404");
    assert!(missing.await.unwrap().is_none());
    let error = api
        .droplet(7)
        .header("Prefer", "code=500")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Status, "{error}");
    assert_eq!(error.attempts().len(), 2 * 6, "every retry is spent");
    let details: &DigitalOceanError = error.details().unwrap();
    assert_eq!(details.id, "server_error");
    let good = json!({"name": "a", "region": "nyc1", "size_gigabytes": 10});
    let error = api
        .volume(&good)
        .header("Prefer", "code=500")
        .await
        .unwrap_err();
    assert!(error.is_unknown_outcome(), "{error}");
    assert_eq!(error.attempts().len(), 1);
}
