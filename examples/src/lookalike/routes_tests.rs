//! What each route answers, without a socket.

use http::Request;
use serde_json::Value;

use super::*;

const BASEURL: &str = "http://127.0.0.1:1/v2/";

fn account(droplets: usize) -> Account {
    Account::new(1, Droplets::new(droplets, 0))
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
        "/v2/databases",
        "/v2/volumes/1",
        "/v2/tags/none",
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
fn a_droplet_is_new_for_as_many_looks_as_it_boots() {
    let mut account = Account::new(1, Droplets::new(0, 2));
    let new = r#"{"name":"a","size":"s-1vcpu-1gb","image":"debian-13-x64"}"#;
    let (_, made) = ask(&mut account, "POST", "/v2/droplets", new);
    let path = format!("/v2/droplets/{}", made["droplet"]["id"]);
    let mut look = || ask(&mut account, "GET", &path, "").1["droplet"]["status"].clone();
    assert_eq!(
        [look(), look(), look(), look()],
        ["new", "new", "active", "active"]
    );
    let (_, list) = ask(&mut account, "GET", "/v2/droplets", "");
    assert_eq!(list["droplets"][0]["image"]["distribution"], "Debian");
}

#[test]
fn tags_are_made_given_and_taken() {
    let mut account = account(2);
    let (status, tag) = ask(&mut account, "POST", "/v2/tags", r#"{"name":"a:b"}"#);
    assert_eq!(
        (status, &tag["tag"]["resources"]["count"]),
        (201, &json!(0))
    );
    assert_eq!(
        ask(&mut account, "POST", "/v2/tags", r#"{"name":"a b"}"#).0,
        422
    );

    let both = r#"{"resources":[{"resource_id":"3164444","resource_type":"droplet"},
                                {"resource_id":3164445,"resource_type":"droplet"}]}"#;
    let one = r#"{"resources":[{"resource_id":"3164444","resource_type":"droplet"}]}"#;
    let none = r#"{"resources":[{"resource_id":"7","resource_type":"droplet"}]}"#;
    let image = r#"{"resources":[{"resource_id":"7","resource_type":"image"}]}"#;
    for (method, path, body, status) in [
        ("POST", "a%3Ab", both, 204),
        ("POST", "a:b", both, 204),
        ("DELETE", "a:b", one, 204),
        ("POST", "a:b", none, 404),
        ("POST", "a:b", image, 422),
        ("POST", "c", one, 404),
        ("PUT", "a:b", one, 405),
    ] {
        let path = format!("/v2/tags/{path}/resources");
        assert_eq!(
            ask(&mut account, method, &path, body).0,
            status,
            "{method} {path}"
        );
    }
    let (_, tag) = ask(&mut account, "GET", "/v2/tags/a:b", "");
    assert_eq!(tag["tag"]["resources"]["count"], 1);
    let (_, tagged) = ask(&mut account, "GET", "/v2/droplets?tag_name=a%3Ab", "");
    assert_eq!(tagged["droplets"][0]["id"], 3_164_445);
    assert_eq!(ask(&mut account, "DELETE", "/v2/tags/a:b", "").0, 204);
    let (_, tags) = ask(&mut account, "GET", "/v2/tags", "");
    assert_eq!(tags["meta"]["total"], 3);
}

#[test]
fn what_else_can_be_listed_has_its_name() {
    for (path, name, total) in [
        ("account/keys", "ssh_keys", 0),
        ("volumes", "volumes", 0),
        ("sizes", "sizes", 4),
        ("regions", "regions", 4),
        ("images", "images", 3),
    ] {
        let (_, list) = ask(&mut account(0), "GET", &format!("/v2/{path}"), "");
        assert_eq!(list[name].as_array().map(Vec::len), Some(total), "{path}");
    }
    assert_eq!(ask(&mut account(0), "POST", "/v2/volumes", "{}").0, 405);
}

#[test]
fn each_account_shows_itself() {
    let (status, body) = ask(&mut account(0), "GET", "/v2/account", "");
    assert_eq!(status, 200);
    assert_eq!(body["account"]["email"], "sammy-1@example.com");
}
