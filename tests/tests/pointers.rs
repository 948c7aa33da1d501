//! Paths into an answer that are JSON Pointers (RFC 6901).

use cloudapi::prelude::*;
use cloudapi::testing::{Reply, Sent, Server, Simulation};
use serde::Deserialize;
use serde_json::json;

#[derive(Debug, Deserialize, PartialEq)]
struct Droplet {
    id: u64,
}

#[rest_api(baseurl = "https://pointers.test/")]
struct Api;

impl Api {
    #[get("odata", items = "/value", next = "/@odata.nextLink")]
    fn odata(&self) -> Pages<Droplet>;

    #[get("cursors", items = "/lists/0/a~1b", cursor("$after" = "/next.page/~0"))]
    fn cursors(&self) -> Pages<Droplet>;

    #[get("first", unwrap = "/droplets/0")]
    async fn first(&self) -> Result<Droplet>;

    #[get("context", unwrap = "@context")]
    async fn context(&self) -> Result<String>;
}

fn world(answer: impl FnMut(&Sent) -> Reply + Send + 'static) -> (Simulation, Server, Api) {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, answer);
    let api = Api::builder()
        .simulation(&simulation)
        .transport(server.clone())
        .build()
        .unwrap();
    (simulation, server, api)
}

fn urls(server: &Server) -> Vec<String> {
    server.requests().into_iter().map(|sent| sent.url).collect()
}

#[test]
fn pages_lead_on_by_a_key_with_a_dot() {
    let (simulation, server, api) = world(|sent| match sent.number {
        0 => Reply::json(&json!({
            "@odata.nextLink": "https://pointers.test/odata?$skip=1",
            "value": [{"id": 1}],
        })),
        _ => Reply::json(&json!({"value": [{"id": 2}]})),
    });
    let droplets = simulation.run(api.odata().collect_all()).unwrap();
    assert_eq!(droplets, [Droplet { id: 1 }, Droplet { id: 2 }]);
    assert_eq!(
        urls(&server),
        [
            "https://pointers.test/odata",
            "https://pointers.test/odata?$skip=1"
        ]
    );
}

#[test]
fn pages_lead_on_by_a_cursor_with_a_tilde() {
    let (simulation, server, api) = world(|sent| match sent.number {
        0 => Reply::json(&json!({"lists": [{"a/b": [{"id": 1}]}], "next.page": {"~": 7}})),
        _ => Reply::json(&json!({"lists": [{"a/b": [{"id": 2}]}]})),
    });
    let droplets = simulation.run(api.cursors().collect_all()).unwrap();
    assert_eq!(droplets.len(), 2);
    assert_eq!(
        urls(&server),
        [
            "https://pointers.test/cursors",
            "https://pointers.test/cursors?%24after=7"
        ]
    );
}

#[test]
fn an_element_of_a_list_is_taken() {
    let (simulation, _, api) = world(|sent| match sent.number {
        0 => Reply::json(&json!({"droplets": [{"id": 7}, {"id": 8}]})),
        1 => Reply::json(&json!({"droplets": []})),
        2 => Reply::json(&json!({"droplets": [{"id": "x"}]})),
        _ => Reply::json(&json!({"@context": "c"})),
    });
    simulation.run(async {
        assert_eq!(api.first().await.unwrap(), Droplet { id: 7 });
        let error = api.first().await.unwrap_err();
        assert!(
            error.to_string().contains("there is no `/droplets/0`"),
            "{error}"
        );
        let error = api.first().await.unwrap_err();
        assert_eq!(error.json_path(), Some("droplets[0].id"));
        assert_eq!(api.context().await.unwrap(), "c");
    });
}
