//! What each route answers, without a socket.

use http::Request;
use serde_json::Value;

use super::*;

const BASEURL: &str = "http://127.0.0.1:1/v2/";

fn account(droplets: usize) -> Account {
    Account {
        number: 1,
        droplets: Droplets::new(droplets),
    }
}

fn ask(account: &mut Account, method: &str, path: &str, body: &str) -> (u16, Value) {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(CONTENT_TYPE, "application/json")
        .body(())
        .unwrap();
    let (head, ()) = request.into_parts();
    let answer = answer(account, BASEURL, &head, body.as_bytes());
    let body = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
    (answer.status.as_u16(), body)
}

#[test]
fn the_list_has_links_to_its_other_pages() {
    let mut account = account(5);
    let (status, all) = ask(&mut account, "GET", "/v2/droplets", "");
    assert_eq!(status, 200);
    assert_eq!(all["droplets"].as_array().unwrap().len(), 5);
    assert_eq!(all["links"], json!({}));
    assert_eq!(all["meta"]["total"], 5);

    let (_, first) = ask(&mut account, "GET", "/v2/droplets?per_page=2", "");
    assert_eq!(first["droplets"].as_array().unwrap().len(), 2);
    let pages = &first["links"]["pages"];
    let next = "http://127.0.0.1:1/v2/droplets?page=2&per_page=2";
    assert_eq!(pages["next"], next);
    assert_eq!(pages["last"], next.replace("page=2&", "page=3&"));
    assert_eq!(pages["prev"], Value::Null);

    let (_, last) = ask(&mut account, "GET", "/v2/droplets?page=3&per_page=2", "");
    assert_eq!(last["droplets"].as_array().unwrap().len(), 1);
    assert_eq!(last["links"]["pages"]["next"], Value::Null);
    assert_eq!(last["links"]["pages"]["prev"], next);

    let far = "/v2/droplets?page=18446744073709551615&per_page=200";
    let (status, beyond) = ask(&mut account, "GET", far, "");
    assert_eq!((status, &beyond["droplets"]), (200, &json!([])));
}

#[test]
fn the_list_is_filtered_by_tag() {
    let mut account = account(5);
    let (_, tagged) = ask(
        &mut account,
        "GET",
        "/v2/droplets?tag_name=db&per_page=1",
        "",
    );
    assert_eq!(tagged["meta"]["total"], 2);
    let next = tagged["links"]["pages"]["next"].as_str().unwrap();
    assert!(next.ends_with("?page=2&per_page=1&tag_name=db"));
    let (_, prod) = ask(&mut account, "GET", "/v2/droplets?tag_name=env%3Aprod", "");
    assert_eq!(prod["meta"]["total"], 5);
}

#[test]
fn a_page_that_is_none_is_refused() {
    for query in [
        "page=0",
        "page=x",
        "page=-1",
        "per_page=0",
        "per_page=201",
        "per_page=",
    ] {
        let path = format!("/v2/droplets?{query}");
        let (status, body) = ask(&mut account(1), "GET", &path, "");
        assert_eq!(status, 422, "{query}");
        assert_eq!(body["id"], "unprocessable_entity");
    }
}

#[test]
fn a_droplet_is_created_shown_and_deleted() {
    let mut account = account(0);
    let new = r#"{"name":"a.b","size":"s-1vcpu-1gb","image":"debian","region":"ams","tags":["x"]}"#;
    let (status, made) = ask(&mut account, "POST", "/v2/droplets", new);
    assert_eq!(status, 202);
    let droplet = &made["droplet"];
    assert_eq!(droplet["status"], "new");
    assert_eq!(droplet["memory"], 1_024);
    assert_eq!(droplet["region"]["slug"], "ams3");
    assert_eq!(droplet["image"]["slug"], "debian");
    assert_eq!(droplet["tags"], json!(["x"]));

    let path = format!("/v2/droplets/{}", droplet["id"]);
    let (status, shown) = ask(&mut account, "GET", &path, "");
    assert_eq!(
        (status, &shown["droplet"]["status"]),
        (200, &json!("active"))
    );
    assert_eq!(ask(&mut account, "DELETE", &path, ""), (204, Value::Null));
    for method in ["GET", "DELETE"] {
        let (status, body) = ask(&mut account, method, &path, "");
        assert_eq!((status, &body["id"]), (404, &json!("not_found")));
    }
    let (_, again) = ask(&mut account, "POST", "/v2/droplets", new);
    assert_ne!(again["droplet"]["id"], made["droplet"]["id"]);
}

#[test]
fn a_droplet_that_cannot_be_is_refused() {
    for (body, status) in [
        ("", 400),
        ("{", 400),
        ("[]", 422),
        ("{}", 422),
        (r#"{"name":7}"#, 422),
        (r#"{"name":"a b","size":"s-1vcpu-1gb","image":"x"}"#, 422),
        (r#"{"name":"-a","size":"s-1vcpu-1gb","image":"x"}"#, 422),
        (r#"{"name":"a","image":"x"}"#, 422),
        (r#"{"name":"a","size":"huge","image":"x"}"#, 422),
        (r#"{"name":"a","size":"s-1vcpu-1gb"}"#, 422),
        (r#"{"name":"a","size":"s-1vcpu-1gb","image":[]}"#, 422),
        (
            r#"{"name":"a","size":"s-1vcpu-1gb","image":"x","region":"mars"}"#,
            422,
        ),
    ] {
        let mut account = account(0);
        let (got, answer) = ask(&mut account, "POST", "/v2/droplets", body);
        assert_eq!(got, status, "{body}");
        assert!(answer["message"].is_string(), "{body}");
        assert_eq!(account.droplets.tagged(None).count(), 0, "{body}");
    }
}

#[test]
fn what_is_not_there_is_not_found_and_other_methods_are_not_allowed() {
    for path in [
        "/",
        "/v2",
        "/v2/",
        "/v1/droplets",
        "/v2/droplets/",
        "/v2/droplets/x",
        "/v2/volumes",
        "/v2/droplets/1/actions",
        "/v2/droplets/99999999999999999999999",
        "/v2//droplets",
    ] {
        assert_eq!(ask(&mut account(1), "GET", path, "").0, 404, "{path}");
    }
    for (method, path) in [
        ("PUT", "/v2/droplets"),
        ("POST", "/v2/account"),
        ("PATCH", "/v2/droplets/3164444"),
        ("HEAD", "/v2/droplets"),
    ] {
        assert_eq!(
            ask(&mut account(1), method, path, "").0,
            405,
            "{method} {path}"
        );
    }
}

#[test]
fn each_account_shows_itself() {
    let (status, body) = ask(&mut account(0), "GET", "/v2/account", "");
    assert_eq!(status, 200);
    assert_eq!(body["account"]["email"], "sammy-1@example.com");
}
