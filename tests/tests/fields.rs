//! Bodies that are put together field by field, lists that are one parameter, and
//! dates in every place: what arrives, byte for byte.

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use cloudapi::prelude::*;
use cloudapi::testing::{Reply, Sent, Server, Simulation};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use serde::{Serialize, Serializer};
use tests::everything_shown;

#[rest_api(baseurl = "https://fields.test/", callrateperhour = 4_000_000_000)]
#[derive(Debug)]
struct Api {
    image: String,
    key: Secret,
}

#[derive(Clone, Copy, Serialize)]
struct Id(u32);

#[derive(Serialize)]
struct Ids(Vec<Id>);

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Sort {
    NewestFirst,
}

#[derive(Serialize)]
struct Network {
    vpc: Option<u8>,
}

impl Api {
    #[post("actions/{id}", json("type" = "resize", "image" = "{self.image}"))]
    fn resize(
        &self,
        id: u64,
        #[json("size")] size: &str,
        #[json("disk")] disk: Option<bool>,
    ) -> Call<()>;

    #[patch("droplets")]
    fn change(
        &self,
        #[json("a \"b\"")] text: &str,
        #[json("list")] list: Vec<Id>,
        #[json("network")] network: &Network,
        #[json("null")] null: serde_json::Value,
        #[json("sort")] sort: Sort,
    ) -> Call<()>;

    #[put("droplets")]
    fn none(&self, #[json("name")] name: Option<&str>) -> Call<()>;

    #[delete("droplets", json("empty" = "", "braces" = "{{}}"))]
    fn delete(&self) -> Call<()>;

    #[post("keys", json("own" = "{self.key}"))]
    fn secrets(&self, #[json("lent")] lent: &Secret, #[json("given")] given: Secret) -> Call<()>;

    #[post("maps")]
    fn map(&self, #[json("map")] map: &HashMap<(u8, u8), u8>) -> Call<()>;

    #[post(
        "patches",
        headers("Content-Type" = "application/merge-patch+json"),
        json("a" = "b")
    )]
    fn typed(&self) -> Call<()>;

    #[post("token", form("grant_type" = "client_credentials", "audience" = "{self.image}"))]
    fn token(
        &self,
        #[form("client_secret")] secret: &Secret,
        #[form("scope")] scope: &[&str],
        #[form("ttl")] ttl: Option<u32>,
    ) -> Call<()>;

    #[post("forms", form("own" = "{self.key}"))]
    fn form(&self, #[form("network")] network: &Network, #[form("sort")] sort: Sort) -> Call<()>;

    #[post("forms")]
    fn form_of_nothing(&self, #[form("name")] name: Option<&str>) -> Call<()>;

    #[get("lists")]
    fn lists(
        &self,
        #[query(comma)] ids: &[u32],
        #[query("tag[]", comma)] tags: &BTreeSet<&str>,
        #[query(space)] words: Vec<&str>,
        #[query(pipe)] sorts: [Sort; 2],
        #[query(comma)] newtype: &Ids,
        #[query("maybe", pipe)] maybe: Option<&[Id]>,
    ) -> Call<()>;

    #[get("lists")]
    fn no_list(&self, #[query(comma)] ids: &str) -> Call<()>;

    #[post("dates/{day}/{at}")]
    #[allow(clippy::too_many_arguments)]
    fn dates(
        &self,
        day: Date,
        at: Local,
        #[query] since: Timestamp,
        #[query] until: Option<Local>,
        #[query(comma)] days: &[Date],
        #[header("X-Day")] on: Date,
        #[json("starts_at")] starts: Timestamp,
        #[json("ends_at")] ends: Option<Local>,
        #[json("never_at")] never: Option<Timestamp>,
    ) -> Call<()>;
}

/// An instant as its clock on the wall shows it, an hour east of Greenwich.
#[derive(Clone, Copy)]
struct Local(Timestamp);

impl fmt::Display for Local {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let offset = Offset::constant(1);
        self.0.display_with_offset(offset).fmt(formatter)
    }
}

impl Serialize for Local {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn api() -> (Simulation, Server, Api) {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, |_| Reply::status(204));
    let api = Api::builder()
        .image("ubuntu \"24\"".to_owned())
        .key("k3y\"".into())
        .simulation(&simulation)
        .transport(server.clone())
        .build()
        .unwrap();
    (simulation, server, api)
}

/// What a call sends.
fn sent(call: impl FnOnce(&Api) -> Call<()>) -> Sent {
    let (simulation, server, api) = api();
    simulation.run(call(&api)).unwrap();
    server.requests().remove(0)
}

/// What the body of a call is, and as what it is sent.
fn body(call: impl FnOnce(&Api) -> Call<()>) -> (String, String) {
    let sent = sent(call);
    let types: Vec<_> = sent.headers.get_all("content-type").iter().collect();
    assert_eq!(types.len(), 1);
    let body = String::from_utf8(sent.body.to_vec()).unwrap();
    (body, types[0].to_str().unwrap().to_owned())
}

fn json(call: impl FnOnce(&Api) -> Call<()>) -> String {
    let (body, media_type) = body(call);
    assert_eq!(media_type, "application/json");
    body
}

fn form(call: impl FnOnce(&Api) -> Call<()>) -> String {
    let (body, media_type) = body(call);
    assert_eq!(media_type, "application/x-www-form-urlencoded");
    body
}

#[test]
fn fixed_fields_come_first_and_none_is_left_out() {
    assert_eq!(
        json(|api| api.resize(7, "s-1vcpu", None)),
        r#"{"type":"resize","image":"ubuntu \"24\"","size":"s-1vcpu"}"#
    );
    assert_eq!(
        json(|api| api.resize(7, "s", Some(false))),
        r#"{"type":"resize","image":"ubuntu \"24\"","size":"s","disk":false}"#
    );
}

#[test]
fn a_field_is_whatever_serializes_and_not_null() {
    let network = Network { vpc: None };
    assert_eq!(
        json(|api| api.change(
            "\n",
            vec![Id(1), Id(2)],
            &network,
            serde_json::Value::Null,
            Sort::NewestFirst
        )),
        r#"{"a \"b\"":"\n","list":[1,2],"network":{"vpc":null},"sort":"newest-first"}"#
    );
}

#[test]
fn an_object_without_fields_is_sent_all_the_same() {
    assert_eq!(json(|api| api.none(None)), "{}");
    assert_eq!(json(Api::delete), r#"{"empty":"","braces":"{}"}"#);
}

#[test]
fn a_declared_media_type_stands() {
    let (body, media_type) = body(Api::typed);
    assert_eq!(body, r#"{"a":"b"}"#);
    assert_eq!(media_type, "application/merge-patch+json");
}

#[test]
fn a_secret_field_is_sent_and_never_shown() {
    let (lent, given) = (Secret::new("l3nt"), Secret::new("g1ven"));
    assert_eq!(
        json(|api| api.secrets(&lent, given.clone())),
        r#"{"own":"k3y\"","lent":"l3nt","given":"g1ven"}"#
    );
    let simulation = Simulation::new();
    let server = Server::new(&simulation, |_| Reply::status(422));
    let api = Api::builder()
        .image(String::new())
        .key("k3y".into())
        .simulation(&simulation)
        .transport(server)
        .build()
        .unwrap();
    let call = api.secrets(&lent, given);
    let mut shown = format!("{call:?} {call:#?} {api:?}");
    shown.push_str(&everything_shown(&simulation.run(call).unwrap_err()));
    for secret in ["l3nt", "g1ven", "k3y"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn a_field_that_cannot_be_written_ends_the_call_before_it_is_sent() {
    let (simulation, server, api) = api();
    let map = HashMap::from([((1, 2), 3)]);
    let error = simulation.run(api.map(&map)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    assert!(
        error.to_string().contains("the field `map` of the body"),
        "{error}"
    );
    assert!(server.requests().is_empty());
}

#[test]
fn fields_of_a_form_are_as_parameters_of_a_query() {
    let secret = Secret::new("s=3");
    assert_eq!(
        form(|api| api.token(&secret, &["read", "write all"], None)),
        "grant_type=client_credentials&audience=ubuntu+%2224%22&client_secret=s%3D3\
         &scope=read&scope=write+all"
    );
    assert_eq!(
        form(|api| api.token(&secret, &[], Some(60))),
        "grant_type=client_credentials&audience=ubuntu+%2224%22&client_secret=s%3D3&ttl=60"
    );
    let network = Network { vpc: Some(7) };
    assert_eq!(
        form(|api| api.form(&network, Sort::NewestFirst)),
        "own=k3y%22&vpc=7&sort=newest-first"
    );
    assert_eq!(form(|api| api.form_of_nothing(None)), "");
}

#[test]
fn a_list_is_one_parameter_with_its_delimiter() {
    let (tags, newtype) = (BTreeSet::from(["b,c", "a"]), Ids(vec![Id(8), Id(9)]));
    let sorts = [Sort::NewestFirst; 2];
    let url = |api: &Api| {
        let words = vec!["x y", "z"];
        api.lists(&[1, 2, 3], &tags, words, sorts, &newtype, Some(&[Id(1)]))
    };
    assert_eq!(
        sent(url).url,
        "https://fields.test/lists?ids=1,2,3&tag%5B%5D=a,b%2Cc&words=x%20y%20z\
         &sorts=newest-first%7Cnewest-first&newtype=8,9&maybe=1"
    );
}

#[test]
fn a_list_that_is_empty_or_not_there_is_left_out() {
    let (tags, newtype) = (BTreeSet::new(), Ids(vec![]));
    let sorts = [Sort::NewestFirst; 2];
    assert_eq!(
        sent(|api| api.lists(&[], &tags, vec![], sorts, &newtype, None)).url,
        "https://fields.test/lists?sorts=newest-first%7Cnewest-first"
    );
}

#[test]
fn what_is_no_list_is_not_sent_as_one() {
    let (simulation, server, api) = api();
    let error = simulation.run(api.no_list("1,2")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    assert!(error.to_string().contains("`ids`"), "{error}");
    assert!(error.to_string().contains("as a list"), "{error}");
    assert!(server.requests().is_empty());
}

#[test]
fn dates_have_one_form_in_every_place_and_keep_their_plus() {
    let day: Date = "2026-11-25".parse().unwrap();
    let at: Timestamp = "2026-11-24T23:00:00Z".parse().unwrap();
    let sent = sent(|api| {
        let local = Local(at);
        let days = [day, "2026-12-01".parse().unwrap()];
        api.dates(
            day,
            local,
            at,
            Some(local),
            &days,
            day,
            at,
            Some(local),
            None,
        )
    });
    // RFC 3986 2.2: a `+` that is a plus is encoded, since a form reads it as a
    // space; so is the colon, which is allowed where it is.
    assert_eq!(
        sent.url,
        "https://fields.test/dates/2026-11-25/2026-11-25T00%3A00%3A00%2B01%3A00\
         ?since=2026-11-24T23%3A00%3A00Z&until=2026-11-25T00%3A00%3A00%2B01%3A00\
         &days=2026-11-25,2026-12-01"
    );
    assert_eq!(sent.headers["x-day"], "2026-11-25");
    assert_eq!(
        sent.body,
        r#"{"starts_at":"2026-11-24T23:00:00Z","ends_at":"2026-11-25T00:00:00+01:00"}"#
    );
}
