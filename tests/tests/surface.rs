//! What a declaration can say beyond a path and a body, from outside and in
//! simulated time.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::testing::{Reply, Sent, Server, Simulation};
use cloudapi::{Bytes, FromResponse, Transport, http};
use serde::Deserialize;
use serde_json::json;

#[derive(Debug, Deserialize, PartialEq)]
struct Droplet {
    id: u64,
}

#[derive(Debug, Deserialize)]
struct Problem {
    id: String,
    message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({})", self.message, self.id)
    }
}

#[rest_api(
    baseurl = "https://surface.test/v2/",
    basic("{user}", "{password}"),
    query("api_key" = "{key}"),
    error = Problem,
)]
#[derive(Clone, Debug)]
struct Surface {
    user: String,
    password: Secret,
    key: Secret,
}

impl Surface {
    #[get("droplets/{id}", unwrap = "droplet")]
    async fn droplet(&self, id: u64) -> Result<Option<Droplet>>;

    #[get("account", unwrap = "account.email")]
    async fn email(&self) -> Result<String>;

    #[post("droplets", unwrap = "droplet", idempotency_key)]
    fn create(&self, #[json] name: &str) -> Call<Droplet>;

    #[get(
        "snapshots",
        query("resource_type" = "droplet", "owner" = "{self.user}"),
        headers("Accept" = "application/vnd.surface+json"),
        deadline = "1m"
    )]
    async fn snapshots(&self, #[query] page: u32) -> Result<()>;

    #[get("droplets", items = "droplets", next = "links.next")]
    fn droplets(&self, #[query] per_page: u32) -> Pages<Droplet>;

    #[delete("droplets/{id}")]
    async fn delete(&self, id: u64) -> Result<Response<Option<Droplet>>>;

    #[get("note")]
    async fn note(&self) -> Result<Option<String>>;

    #[get("actions/{id}", unwrap = "status")]
    fn action(&self, id: u64) -> Call<String>;

    #[get("droplets/{id}", unwrap = "droplet")]
    fn droplet_now(&self, id: u64) -> Result<Droplet>;
}

#[rest_api(extends = Surface, path = "volumes")]
#[derive(Clone, Debug)]
struct Volumes {
    region: String,
}

impl Volumes {
    #[get("")]
    async fn all(&self) -> Result<()>;

    #[get("{self.region}/{id}")]
    async fn volume(&self, id: &str) -> Result<()>;
}

#[rest_api(extends = Volumes, path = "deep/er/")]
struct Deeper;

impl Deeper {
    #[delete("{id}")]
    async fn delete(&self, id: u8) -> Result<()>;
}

fn world(
    answer: impl FnMut(&Sent) -> Reply + Send + 'static,
) -> Result<(Simulation, Server, Surface)> {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, answer);
    let surface = Surface::builder()
        .user("me".to_owned())
        .password("pa:ss".into())
        .key("k3y/".into())
        .simulation(&simulation)
        .transport(server.clone())
        .build()?;
    Ok((simulation, server, surface))
}

fn header<'a>(sent: &'a Sent, name: &str) -> Vec<&'a str> {
    let values = sent.headers.get_all(name).iter();
    values.map(|value| value.to_str().unwrap()).collect()
}

#[test]
fn a_part_of_the_answer_is_taken() -> Result<()> {
    let (simulation, _, surface) = world(|sent| match sent.number {
        0 => Reply::json(&json!({"meta": 1, "droplet": {"id": 7}})),
        1 => Reply::status(404),
        2 => Reply::json(&json!({"account": {"email": "a@b"}})),
        _ => Reply::json(&json!({"account": {"name": 1}})),
    })?;
    simulation.run(async {
        assert_eq!(surface.droplet(7).await?, Some(Droplet { id: 7 }));
        assert_eq!(surface.droplet(8).await?, None);
        assert_eq!(surface.email().await?, "a@b");
        let error = surface.email().await.unwrap_err();
        assert!(
            error.to_string().contains("there is no `account.email`"),
            "{error}"
        );
        Ok(())
    })
}

#[test]
fn an_answer_that_is_not_as_declared_says_where() -> Result<()> {
    let (simulation, _, surface) = world(|_| Reply::json(&json!({"droplet": {"id": "seven"}})))?;
    let error = simulation.run(surface.droplet(7)).unwrap_err();
    assert_eq!(error.json_path(), Some("droplet.id"));
    assert!(error.excerpt().unwrap().contains("\"seven\""));
    assert!(
        error.to_string().contains("at `droplet.id`: invalid type"),
        "{error}"
    );
    Ok(())
}

#[test]
fn the_vendors_own_error_is_read_and_told() -> Result<()> {
    let (simulation, _, surface) = world(|sent| {
        let body = json!({"id": "unprocessable_entity", "message": "the name is taken"});
        match sent.number {
            0 => Reply::json(&body)
                .with_status(422)
                .header("X-Request-Id", "r-1"),
            _ => Reply::text("<html>").with_status(422),
        }
    })?;
    let error = simulation.run(surface.create("web")).unwrap_err();
    let problem: &Problem = error.details().unwrap();
    assert_eq!(problem.id, "unprocessable_entity");
    assert_eq!(error.request_id(), Some("r-1"));
    assert!(error.details::<String>().is_none());
    let expected = "422 Unprocessable Entity: the name is taken (unprocessable_entity)";
    assert!(error.to_string().contains(expected), "{error}");
    let error = simulation.run(surface.create("web")).unwrap_err();
    assert!(error.details::<Problem>().is_none());
    assert_eq!(error.response().unwrap().value(), "<html>");
    Ok(())
}

#[test]
fn credentials_go_with_every_request_and_are_not_shown() -> Result<()> {
    let (simulation, server, surface) = world(|sent| match sent.number {
        0 => Reply::json(&json!({
            "droplets": [{"id": 1}], "links": {"next": "https://surface.test/v2/droplets?page=2"},
        })),
        _ => Reply::status(400),
    })?;
    let error = simulation
        .run(surface.droplets(1).collect_all())
        .unwrap_err();
    let sent = server.requests();
    // RFC 7617 2: `user:password` in base64.
    assert_eq!(header(&sent[0], "authorization"), ["Basic bWU6cGE6c3M="]);
    assert_eq!(header(&sent[1], "authorization"), ["Basic bWU6cGE6c3M="]);
    assert_eq!(
        sent[0].url,
        "https://surface.test/v2/droplets?per_page=1&api_key=k3y%2F"
    );
    assert_eq!(
        sent[1].url,
        "https://surface.test/v2/droplets?page=2&api_key=k3y%2F"
    );
    for shown in [error.to_string(), format!("{error:?} {surface:?}")] {
        assert!(
            !shown.contains("k3y") && !shown.contains("pa:ss"),
            "{shown}"
        );
    }
    Ok(())
}

#[test]
fn an_idempotency_key_is_made_once_for_a_call_and_lets_it_be_repeated() -> Result<()> {
    let (simulation, server, surface) = world(|sent| match sent.number % 2 {
        0 => Reply::status(500),
        _ => Reply::json(&json!({"droplet": {"id": 1}})).with_status(202),
    })?;
    simulation.run(async {
        surface.create("a").await?;
        surface.create("b").await?;
        surface.create("c").idempotency_key("mine").await?;
        Ok::<_, cloudapi::Error>(())
    })?;
    let sent = server.requests();
    let keys: Vec<_> = sent
        .iter()
        .map(|sent| header(sent, "idempotency-key").join(","))
        .collect();
    assert_eq!(keys[0], keys[1]);
    assert_eq!(keys[2], keys[3]);
    assert_ne!(keys[0], keys[2]);
    assert_eq!(keys[0].len(), 36);
    assert_eq!(&keys[4..], ["mine", "mine"]);
    Ok(())
}

#[test]
fn fixed_queries_headers_and_a_deadline_belong_to_the_endpoint() -> Result<()> {
    let (simulation, server, surface) = world(|_| Reply::status(500))?;
    let error = simulation.run(surface.snapshots(3)).unwrap_err();
    let sent = &server.requests()[0];
    assert_eq!(
        sent.url,
        "https://surface.test/v2/snapshots?resource_type=droplet&owner=me&page=3&api_key=k3y%2F"
    );
    assert_eq!(header(sent, "accept"), ["application/vnd.surface+json"]);
    assert_eq!(error.kind(), ErrorKind::Deadline);
    // The retries at 20 and 60 s are in time, the one at 140 s is not.
    assert_eq!(server.requests().len(), 3);
    Ok(())
}

#[test]
fn a_part_of_an_api_shares_all_but_the_path() -> Result<()> {
    let (simulation, server, surface) = world(|_| Reply::status(204))?;
    let volumes = Volumes::new(&surface, "nyc 1".to_owned());
    let deeper = Deeper::new(&volumes);
    simulation.run(async {
        volumes.volume("a/b").await?;
        deeper.delete(3).await?;
        volumes.all().await
    })?;
    let sent = server.requests();
    assert_eq!(
        sent[0].url,
        "https://surface.test/v2/volumes/nyc%201/a%2Fb?api_key=k3y%2F"
    );
    assert_eq!(
        sent[1].url,
        "https://surface.test/v2/volumes/deep/er/3?api_key=k3y%2F"
    );
    assert_eq!(sent[1].at, Duration::from_secs(10), "one gate");
    assert_eq!(
        sent[2].url,
        "https://surface.test/v2/volumes?api_key=k3y%2F"
    );
    assert_eq!(header(&sent[1], "authorization").len(), 1);
    Ok(())
}

#[test]
fn a_blocking_endpoint_runs_in_simulated_time_too() -> Result<()> {
    let (simulation, _, surface) = world(|sent| match sent.number {
        0 => Reply::status(500),
        _ => Reply::json(&json!({"droplet": {"id": 7}})),
    })?;
    assert_eq!(surface.droplet_now(7)?, Droplet { id: 7 });
    assert_eq!(simulation.now(), Duration::from_secs(20));
    Ok(())
}

#[test]
fn a_call_is_made_until_it_is_done_and_pays_for_each_time() -> Result<()> {
    let (simulation, server, surface) = world(|sent| match sent.number {
        0 => Reply::status(500),
        1..4 => Reply::json(&json!({"status": "new"})),
        _ => Reply::json(&json!({"status": "active"})),
    })?;
    let (every, within) = (Duration::from_secs(4), Duration::from_secs(3_600));
    let active = surface
        .action(1)
        .until(every, within, |status| status == "active");
    assert_eq!(simulation.run(active)?, "active");
    let times: Vec<u64> = server
        .requests()
        .iter()
        .map(|sent| sent.at.as_secs())
        .collect();
    // One slot each ten seconds, whatever is asked for.
    assert_eq!(times, [0, 20, 30, 40, 50]);
    Ok(())
}

#[test]
fn what_does_not_get_done_in_time_ends_with_an_error() -> Result<()> {
    let (simulation, server, surface) = world(|_| Reply::json(&json!({"status": "new"})))?;
    let (every, within) = (Duration::from_secs(25), Duration::from_secs(60));
    let active = surface
        .action(1)
        .until(every, within, |status| status == "active");
    let error = simulation.run(active).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Deadline);
    assert!(error.to_string().contains("asked 3 times"), "{error}");
    assert_eq!(server.requests().len(), 3);
    assert_eq!(
        simulation.now(),
        Duration::from_secs(50),
        "it did not wait in vain"
    );
    Ok(())
}

#[test]
fn where_nothing_is_there_an_option_is_none() -> Result<()> {
    let statuses = [404, 200, 202, 204, 205];
    let (simulation, _, surface) =
        world(move |sent| Reply::text("").with_status(statuses[sent.number / 2]))?;
    for status in statuses {
        // The part that is wanted is not there either.
        assert_eq!(simulation.run(surface.droplet(7))?, None, "{status}");
        let deleted = simulation.run(surface.delete(7))?;
        assert_eq!(deleted.status().as_u16(), status);
        assert_eq!(deleted.into_value(), None);
    }
    // An empty text is one.
    let (simulation, _, surface) =
        world(|sent| Reply::text("").with_status([200, 204][sent.number]))?;
    assert_eq!(simulation.run(surface.note())?.as_deref(), Some(""));
    assert_eq!(simulation.run(surface.note())?, None);
    // What is there has to be what was declared.
    let (simulation, _, surface) = world(|sent| Reply::text(["null", " ", "{}"][sent.number]))?;
    assert_eq!(simulation.run(surface.delete(7))?.into_value(), None);
    for _ in 0..2 {
        let error = simulation.run(surface.delete(7)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
    }
    Ok(())
}

#[test]
fn clients_share_a_transport() -> Result<()> {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, |_| Reply::text("fine"));
    let shared: Arc<dyn Transport> = Arc::new(server.clone());
    for transport in [Arc::clone(&shared), shared] {
        let surface = Surface::builder()
            .user("me".to_owned())
            .password("pa:ss".into())
            .key("k3y/".into())
            .simulation(&simulation)
            .transport(transport)
            .build()?;
        assert_eq!(simulation.run(surface.note())?.as_deref(), Some("fine"));
    }
    assert_eq!(server.requests().len(), 2);
    Ok(())
}

#[test]
fn a_response_is_made_for_a_test_of_what_reads_it() {
    let made = http::Response::builder().status(201).header("X-A", "b");
    let response: Response<Bytes> = made.body("text").unwrap().into();
    assert_eq!((response.status().as_u16(), response.attempts()), (201, 1));
    assert_eq!(response.headers()["x-a"], "b");
    assert_eq!(String::from_response(&response).unwrap(), "text");
    let response = Response::from(http::Response::new(vec![1_u8, 2]));
    assert_eq!(Bytes::from_response(&response).unwrap(), &[1, 2][..]);
}

#[test]
fn a_secret_is_read_from_a_file() {
    let path = std::env::temp_dir().join(format!("cloudapi-secret-{}", std::process::id()));
    std::fs::write(&path, " t0ken\n").unwrap();
    assert_eq!(Secret::from_file(&path).unwrap().expose(), "t0ken");
    std::fs::write(&path, "\n").unwrap();
    let error = Secret::from_file(&path).unwrap_err();
    assert!(error.to_string().contains("is empty"), "{error}");
    std::fs::remove_file(&path).unwrap();
    assert_eq!(
        Secret::from_file(&path).unwrap_err().kind(),
        ErrorKind::Settings
    );
}
