//! Forms of several parts, read back by another implementation.

use std::io::Write as _;
use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::testing::{Reply, Sent, Server, Simulation};
use cloudapi::{Body, BoxError, ErrorKind, Multipart, Part, RequestBody};
use futures_util::stream;
use proptest::prelude::*;
use serde::{Serialize, Serializer};

#[rest_api(baseurl = "https://forms.test/", headers("Content-Type" = "text/plain"))]
struct Api;

impl Api {
    #[post("forms", idempotent)]
    fn form(&self, #[multipart] form: Multipart) -> Call<()>;
    #[put("forms")]
    fn form_lent(&self, #[multipart] form: &Multipart) -> Call<()>;
    #[post("parts")]
    fn parts(
        &self,
        #[part] file: &Part,
        #[part("per page")] n: u32,
        #[part] note: Option<&str>,
        #[part] more: Option<Part>,
        #[part] key: &Secret,
        #[part] other: Option<&Secret>,
    ) -> Call<()>;
    #[post("parts")]
    fn maybe(&self, #[part] note: Option<&str>) -> Call<()>;
    #[post("forms")]
    fn sent_on(&self, #[body] body: RequestBody) -> Call<()>;
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

/// A part as the server reads it.
#[derive(Debug, PartialEq)]
struct Field {
    name: String,
    file_name: Option<String>,
    media_type: Option<String>,
    content: Vec<u8>,
}

impl Field {
    fn text(name: &str, content: &str) -> Self {
        Self {
            name: name.to_owned(),
            file_name: None,
            media_type: None,
            content: content.into(),
        }
    }

    fn named(mut self, file_name: &str) -> Self {
        self.file_name = Some(file_name.to_owned());
        self
    }

    fn of_type(mut self, media_type: &str) -> Self {
        self.media_type = Some(media_type.to_owned());
        self
    }
}

fn fields(sent: &Sent) -> Vec<Field> {
    let mut types = sent.headers.get_all("content-type").iter();
    let boundary = multer::parse_boundary(types.next().unwrap().to_str().unwrap()).unwrap();
    assert!(types.next().is_none());
    assert!(boundary.len() <= 70, "RFC 2046 5.1.1");
    let body = stream::iter([Ok::<_, std::io::Error>(sent.body.clone())]);
    let mut form = multer::Multipart::new(body, boundary);
    let mut fields = Vec::new();
    tests::current_thread().block_on(async {
        while let Some(field) = form.next_field().await.unwrap() {
            fields.push(Field {
                name: field.name().unwrap().to_owned(),
                file_name: field.file_name().map(str::to_owned),
                media_type: field.content_type().map(ToString::to_string),
                content: field.bytes().await.unwrap().into(),
            });
        }
    });
    fields
}

fn sent(form: Multipart) -> Sent {
    let (simulation, server, api) = world(|_| Reply::status(204));
    simulation.run(api.form(form)).unwrap();
    server.requests().remove(0)
}

#[test]
fn each_kind_of_part_arrives() {
    let mut file = tempfile::Builder::new()
        .prefix("image")
        .suffix(".iso")
        .tempfile()
        .unwrap();
    file.write_all(b"\r\n--\x00\xff").unwrap();
    let name = file.path().file_name().unwrap().to_str().unwrap();
    let made = Part::from_factory(async || Ok::<_, BoxError>(Body::from("made")));
    let form = Multipart::new()
        .text("name", "ä\r\n\"b\"")
        .part("bytes", Part::bytes(&b"\x00\x01"[..]).file_name("a.bin"))
        .part("json", Part::json(&["a"]))
        .part("file", Part::file(file.path()))
        .part(
            "renamed",
            Part::file(file.path())
                .file_name("b.iso")
                .media_type("image/x-iso"),
        )
        .part("made", made)
        .part("body", Part::from(RequestBody::from("text")))
        .text("name", "");
    let octets = "application/octet-stream";
    let content = b"\r\n--\x00\xff";
    let file = |name| Field {
        content: content.into(),
        ..Field::text(name, "")
    };
    assert_eq!(
        fields(&sent(form)),
        [
            Field::text("name", "ä\r\n\"b\""),
            Field::text("bytes", "\x00\x01")
                .named("a.bin")
                .of_type(octets),
            Field::text("json", r#"["a"]"#).of_type("application/json"),
            file("file").named(name).of_type(octets),
            file("renamed").named("b.iso").of_type("image/x-iso"),
            Field::text("made", "made").of_type(octets),
            Field::text("body", "text").of_type("text/plain; charset=utf-8"),
            Field::text("name", ""),
        ]
    );
}

/// To the byte, for those who read forms less well than multer does.
#[test]
fn the_bytes_are_those_of_rfc_7578() {
    let form = Multipart::new().text("a", "b").part(
        "c\"\r\nx: y",
        Part::text("d").file_name("ü\"\n.txt").media_type("text/x"),
    );
    let sent = sent(form);
    let media_type = sent.headers["content-type"].to_str().unwrap();
    let boundary = media_type
        .strip_prefix("multipart/form-data; boundary=")
        .unwrap();
    let expected = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n\
         --{boundary}\r\nContent-Disposition: form-data; name=\"c%22%0D%0Ax: y\"; \
         filename=\"ü%22%0A.txt\"\r\nContent-Type: text/x\r\n\r\nd\r\n--{boundary}--\r\n"
    );
    assert_eq!(sent.body, expected);
}

#[test]
fn every_attempt_sends_the_same_bytes_and_every_call_others() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&[7; 200_000]).unwrap();
    let form = Multipart::new()
        .text("a", "b")
        .part("file", Part::file(file.path()));
    let (simulation, server, api) =
        world(|sent| Reply::status(if sent.number % 3 < 2 { 500 } else { 204 }));
    simulation.run(async {
        api.form_lent(&form).await.unwrap();
        api.form(form.clone()).await.unwrap();
    });
    let sent = server.requests();
    assert_eq!(sent.len(), 6);
    let type_of = |sent: &Sent| sent.headers["content-type"].clone();
    for attempt in [1, 2, 4, 5] {
        let first = &sent[attempt / 3 * 3];
        assert!(sent[attempt].body == first.body);
        assert_eq!(type_of(&sent[attempt]), type_of(first));
    }
    assert_ne!(
        type_of(&sent[0]),
        type_of(&sent[3]),
        "nobody can know a boundary beforehand"
    );
    assert_eq!(fields(&sent[0]), fields(&sent[3]));
}

#[test]
fn parts_are_declared_one_by_one() {
    let (simulation, server, api) = world(|_| Reply::status(204));
    let (file, key) = (Part::bytes("image").file_name("a.iso"), Secret::new("k3y"));
    simulation.run(async {
        api.parts(&file, 7, Some("n"), None, &key, Some(&key))
            .await
            .unwrap();
        api.parts(&file, 8, None, Some(Part::json(&1)), &key, None)
            .await
            .unwrap();
        api.maybe(None).await.unwrap();
        api.maybe(Some("a")).await.unwrap();
    });
    let sent = server.requests();
    let image = || {
        Field::text("file", "image")
            .named("a.iso")
            .of_type("application/octet-stream")
    };
    assert_eq!(
        fields(&sent[0]),
        [
            image(),
            Field::text("per page", "7"),
            Field::text("note", "n"),
            Field::text("key", "k3y"),
            Field::text("other", "k3y"),
        ]
    );
    assert_eq!(
        fields(&sent[1]),
        [
            image(),
            Field::text("per page", "8"),
            Field::text("more", "1").of_type("application/json"),
            Field::text("key", "k3y"),
        ]
    );
    assert_eq!(fields(&sent[2]), []);
    assert_eq!(fields(&sent[3]), [Field::text("note", "a")]);
}

struct Unwritable;

impl Serialize for Unwritable {
    fn serialize<S: Serializer>(&self, _: S) -> std::result::Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("it has no form"))
    }
}

#[test]
fn a_part_that_cannot_be_sent_is_named() {
    for (part, why) in [
        (
            Part::json(&Unwritable),
            "the part `b` cannot be written as JSON: it has no form",
        ),
        (
            Part::text("a").media_type("a/b\r\nX-Evil: 1"),
            "the part `b` has a media type",
        ),
        (
            Part::file("no/such/file"),
            "the file `no/such/file` cannot be opened",
        ),
    ] {
        let (simulation, server, api) = world(|_| Reply::status(204));
        let form = Multipart::new().text("a", "a").part("b", part);
        let error = simulation.run(api.form(form)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request, "{error}");
        assert!(error.to_string().contains(why), "{error}");
        assert!(server.requests().is_empty());
        assert_eq!(simulation.now(), Duration::ZERO);
    }
}

#[test]
fn nothing_shows_what_is_in_a_form() {
    let form = Multipart::new().text("password", "s3cret");
    assert!(!format!("{form:?}").contains("s3cret"));
    assert!(format!("{form:?}").contains("6 bytes"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the names and texts: none escapes its part.
    #[test]
    fn what_is_sent_is_what_arrives(parts: Vec<(String, Option<String>, Vec<u8>)>) {
        let mut form = Multipart::new();
        for (name, file_name, content) in &parts {
            let mut part = Part::bytes(content.clone());
            if let Some(file_name) = file_name {
                part = part.file_name(file_name);
            }
            form = form.part(name, part);
        }
        let sent = sent(form);
        let boundary = sent.headers["content-type"].to_str().unwrap();
        let boundary = boundary.split_once("boundary=").unwrap().1;
        let between = format!("--{boundary}");
        let text = String::from_utf8_lossy(&sent.body);
        prop_assert_eq!(text.matches(&between).count(), parts.len() + 1);
        let mut rest = &sent.body[..];
        for (name, file_name, content) in &parts {
            let escaped = |name: &str| {
                name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
            };
            let mut head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"", escaped(name));
            if let Some(file_name) = file_name {
                head.push_str(&format!("; filename=\"{}\"", escaped(file_name)));
            }
            head.push_str("\r\nContent-Type: application/octet-stream\r\n\r\n");
            for piece in [head.as_bytes(), content, b"\r\n"] {
                rest = rest.strip_prefix(piece).expect("the parts as they were given");
            }
        }
        let end = format!("--{boundary}--\r\n");
        prop_assert_eq!(rest, end.as_bytes());
    }
}
