//! Secrets that may be left out of a request, and such as an answer brings.

use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::testing::{Reply, Sent, Server, Simulation};
use cloudapi::{BoxError, Credential};
use serde::Deserialize;
use serde_json::{Value, json};
use tests::everything_shown;

#[derive(Clone, Debug, Deserialize)]
struct Token {
    access_token: Secret,
    refresh_token: Option<Secret>,
    expires_in: u64,
}

#[rest_api(baseurl = "https://secret-values.test/")]
#[derive(Clone, Debug)]
struct Api;

impl Api {
    #[get("things")]
    fn given(&self, #[query] key: Option<Secret>, #[query] page: u8) -> Call<String>;

    #[get("things")]
    fn lent(&self, #[query] key: Option<&Secret>, #[query] page: u8) -> Call<String>;

    #[get("things")]
    fn of_a_field(&self, #[query] key: &Option<Secret>, #[query] page: u8) -> Call<String>;

    #[post("json")]
    fn json(&self, #[json("key")] key: Option<&Secret>, #[json("id")] id: u8) -> Call<String>;

    #[post("form")]
    fn form(&self, #[form("key")] key: Option<Secret>, #[form("id")] id: u8) -> Call<String>;

    #[post("token")]
    fn token(&self) -> Call<Token>;

    #[post("token", unwrap = "access_token")]
    fn access(&self) -> Call<Secret>;
}

fn world(answer: impl FnMut(&Sent) -> Reply + Send + 'static) -> (Simulation, Server, Api) {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, answer);
    let api = Api::builder()
        .simulation(&simulation)
        .transport(server.clone())
        .build();
    (simulation, server, api.unwrap())
}

/// What was sent, and all that is shown of a call that fails.
fn sent(call: impl Fn(&Api) -> Call<String>) -> (Sent, String) {
    let (simulation, server, api) = world(|_| Reply::status(404));
    let shown = format!("{:?}", call(&api));
    let error = simulation.run(call(&api)).unwrap_err();
    let sent = server.requests().pop().unwrap();
    (sent, shown + &everything_shown(&error))
}

#[test]
fn an_optional_secret_is_a_query_parameter_that_is_not_shown_or_left_out() {
    let key = Some(Secret::new("s3cr3t+"));
    for call in [
        &|api: &Api| api.given(key.clone(), 1) as Call<String>,
        &|api: &Api| api.lent(key.as_ref(), 1),
        &|api: &Api| api.of_a_field(&key, 1),
    ] as [&dyn Fn(&Api) -> Call<String>; 3]
    {
        let (sent, shown) = sent(call);
        assert_eq!(
            sent.url,
            "https://secret-values.test/things?key=s3cr3t%2B&page=1"
        );
        assert!(shown.contains("things?***&page=1"), "{shown}");
        assert!(!shown.contains("s3cr3t"), "{shown}");
    }
    for call in [
        &|api: &Api| api.given(None, 1) as Call<String>,
        &|api: &Api| api.lent(None, 1),
        &|api: &Api| api.of_a_field(&None, 1),
    ] as [&dyn Fn(&Api) -> Call<String>; 3]
    {
        assert_eq!(sent(call).0.url, "https://secret-values.test/things?page=1");
    }
}

#[test]
fn an_optional_secret_is_a_field_of_the_body_or_left_out() {
    let key = Secret::new("s3cr3t");
    let (object, shown) = sent(|api| api.json(Some(&key), 1));
    assert_eq!(object.body, r#"{"key":"s3cr3t","id":1}"#);
    let (form, form_shown) = sent(|api| api.form(Some(key.clone()), 1));
    assert_eq!(form.body, "key=s3cr3t&id=1");
    let shown = shown + &form_shown;
    assert!(!shown.contains("s3cr3t"), "{shown}");
    assert_eq!(sent(|api| api.json(None, 1)).0.body, r#"{"id":1}"#);
    assert_eq!(sent(|api| api.form(None, 1)).0.body, "id=1");
}

#[test]
fn the_token_of_an_answer_is_a_secret() {
    let (simulation, _, api) = world(|sent| {
        let mut token = json!({"access_token": "s3cr3t", "expires_in": 3600});
        if sent.number == 0 {
            token["refresh_token"] = "r3fr3sh".into();
        }
        Reply::json(&token)
    });
    let token = simulation.run(api.token()).unwrap();
    assert_eq!(token.access_token.expose(), "s3cr3t");
    assert_eq!(token.refresh_token.as_ref().unwrap().expose(), "r3fr3sh");
    assert_eq!(
        format!("{token:?}"),
        "Token { access_token: Secret(..), refresh_token: Some(Secret(..)), expires_in: 3600 }"
    );
    assert!(simulation.run(api.token()).unwrap().refresh_token.is_none());
    assert_eq!(simulation.run(api.access()).unwrap().expose(), "s3cr3t");
}

#[test]
fn the_token_of_an_answer_is_a_credential() {
    let (simulation, server, login) =
        world(|_| Reply::json(&json!({"access_token": "s3cr3t", "expires_in": 3600})));
    let api = Api::builder()
        .simulation(&simulation)
        .transport(server.clone())
        .baseurl("https://secret-values.test/v2/")
        .credentials(move || {
            let login = login.clone();
            async move {
                let token = login.token().await?;
                let lasts = Duration::from_secs(token.expires_in);
                Ok::<_, BoxError>(Credential::bearer(token.access_token).valid_for(lasts))
            }
        })
        .build()
        .unwrap();
    simulation.run(api.form(None, 1)).unwrap();
    let sent = server.requests().pop().unwrap();
    assert_eq!(sent.headers["authorization"], "Bearer s3cr3t");
}

#[test]
fn what_is_no_text_is_no_secret_and_is_not_shown_in_the_error() {
    for wrong in [
        json!(987_654_321),
        json!(-987_654_321),
        json!(98.7654321),
        json!(true),
        json!(["987654321"]),
        json!({"a": 987_654_321}),
        Value::Null,
    ] {
        let body = json!({"access_token": wrong, "expires_in": 1});
        let (simulation, _, api) = world(move |_| Reply::json(&body));
        for error in [
            simulation.run(api.token()).unwrap_err(),
            simulation.run(api.access()).unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Decode);
            assert_eq!(error.json_path(), Some("access_token"));
            let shown = everything_shown(&error);
            assert!(shown.contains("expected a secret as a text"), "{shown}");
            assert!(!shown.contains("7654"), "{shown}");
        }
    }
}
