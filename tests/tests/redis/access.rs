//! Users, passwords and TLS.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use cloudapi::Secret;
use cloudapi::store::conformance;
use cloudapi::store::{LogSync, OpenOptions, RedisStore, Store, StoreErrorKind};

use super::conformance::InRedis;
use super::servers::{Server, ask_at, free_port, job, limit, of};

/// The line in the documentation of the store.
fn documented_permissions() -> Vec<String> {
    let documentation = include_str!("../../../cloudapi/docs/redis.md");
    let mut lines = documentation.lines();
    let line = lines.find(|line| line.starts_with("ACL SETUSER bulk"));
    let words = line.expect("the line").split(' ').map(str::to_owned);
    words.collect()
}

#[test]
fn a_user_with_the_documented_permissions_can_do_all() {
    let Some(server) = Server::start(&[]) else {
        return;
    };
    server.ask::<()>(&documented_permissions().join(" "));
    let address = format!("redis://bulk:secret@127.0.0.1:{}/", server.port);
    let options = RedisStore::options(&address).timeout(Duration::from_secs(20));
    conformance::run(&InRedis(options.clone()));
    let store = options.connect().unwrap();
    // It need not be allowed to read the configuration.
    assert_eq!(store.persistence().unwrap().log_sync, LogSync::NotTold);
}

#[test]
fn what_a_user_may_not_do_is_told() {
    let Some(server) = Server::start(&[]) else {
        return;
    };
    server.ask::<()>("ACL SETUSER bulk on >secret ~other:* resetchannels +@all");
    let address = format!("redis://bulk:secret@127.0.0.1:{}/", server.port);
    let error = RedisStore::connect(&address).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Refused, "{error}");
    assert!(
        error.to_string().contains("does not let this user"),
        "{error}"
    );
    server.ask::<()>("ACL SETUSER bulk ~cloudapi:* -evalsha");
    let store = RedisStore::connect(&address).unwrap();
    let error = store.put(&job("queue")).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Refused, "{error}");
    // Within a script, too.
    server.ask::<()>("ACL SETUSER bulk +evalsha -hset");
    let wanted = [limit(1, Duration::from_secs(60))];
    let error = store.reserve("scope", &of(&wanted)).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Refused, "{error}");
}

#[test]
fn a_wrong_password_is_told_and_not_shown() {
    let Some(server) = Server::start(&["--requirepass", "correct-horse"]) else {
        return;
    };
    let at = format!("127.0.0.1:{}", server.port);
    for (address, told) in [
        (
            format!("redis://:hunter2@{at}"),
            "refuses the password of the user `default`",
        ),
        (
            format!("redis://nobody:hunter2@{at}"),
            "refuses the password of the user `nobody`",
        ),
        (format!("redis://{at}"), "wants a password"),
    ] {
        let error = RedisStore::connect(&address).unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Refused, "{error}");
        assert!(error.to_string().contains(told), "{error}");
        assert!(
            !format!("{error}{error:?}").contains("hunter2"),
            "{error:?}"
        );
    }
    let store = RedisStore::options(&format!("redis://{at}"))
        .password(Secret::new("correct-horse"))
        .connect()
        .unwrap();
    for shown in [store.name(), format!("{store:?}")] {
        assert!(shown.contains(&at) && !shown.contains("horse"), "{shown}");
    }
}

#[test]
fn a_password_that_is_not_wanted_is_told() {
    let Some(server) = Server::start(&[]) else {
        return;
    };
    let address = format!("redis://:hunter2@127.0.0.1:{}", server.port);
    let error = RedisStore::connect(&address).unwrap_err();
    assert!(error.to_string().contains("leave it out"), "{error}");
    assert!(!error.to_string().contains("hunter2"), "{error}");
}

#[test]
fn who_only_looks_makes_no_store() {
    let Some(server) = Server::start(&[]) else {
        return;
    };
    let address = format!("redis://127.0.0.1:{}/", server.port);
    let look = OpenOptions::new().must_exist();
    let bulk = look.clone().prefix("bulk");
    for look in [&look, &bulk] {
        let error = look.open(&address).unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Unusable, "{error}");
        assert!(error.to_string().contains("has no store"), "{error}");
    }
    assert_eq!(server.ask::<u64>("DBSIZE"), 0);
    let store = RedisStore::options(&address).prefix("bulk");
    store.connect().unwrap().put(&job("queue")).unwrap();
    let store = bulk.open(&address).unwrap();
    assert_eq!(store.counts(None).unwrap().total(), 1);
    look.open(&address).unwrap_err();
    look.prefix("bulk")
        .open(&format!("{address}1"))
        .unwrap_err();
    assert_eq!(server.ask::<u64>("EXISTS cloudapi:format"), 0);
}

fn openssl(folder: &Path, arguments: &str) {
    let output = Command::new("openssl")
        .args(arguments.split(' '))
        .current_dir(folder)
        .output()
        .expect("openssl");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {arguments}: {error}");
}

/// `ca.pem`, and `server.pem` and `server.key` for 127.0.0.1.
fn certificates(folder: &Path) {
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    openssl(
        folder,
        &format!("req -x509 {key} -keyout ca.key -out ca.pem -days 2 -subj /CN=ca"),
    );
    openssl(
        folder,
        &format!("req {key} -keyout server.key -out server.csr -subj /CN=server"),
    );
    let extensions = "subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n";
    std::fs::write(folder.join("extensions"), extensions).expect("a file");
    openssl(
        folder,
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
         -out server.pem -extfile extensions",
    );
}

#[test]
fn tls_is_spoken_with_whom_one_trusts() {
    if tests::contract::server("CLOUDAPI_REDIS_SERVER").is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    certificates(folder.path());
    let ca = folder.path().join("ca.pem");
    let kept = ca.with_file_name("kept.pem");
    std::fs::copy(&ca, &kept).unwrap();
    let plain_port = free_port();
    let plain_text = plain_port.to_string();
    let options = [
        "--tls-port",
        "PORT",
        "--port",
        &plain_text,
        "--tls-cert-file",
        "server.pem",
        "--tls-key-file",
        "server.key",
        "--tls-ca-cert-file",
        "ca.pem",
        "--tls-auth-clients",
        "no",
    ];
    let server = Server::start_in(folder, &options).unwrap();
    let address = format!("rediss://127.0.0.1:{}/", server.port);
    let options = RedisStore::options(&address).timeout(Duration::from_secs(20));
    let store = options.clone().ca_file(&kept).connect().unwrap();
    let mut new = job("queue");
    new.request = vec![7; 1 << 20];
    store.put(&new).unwrap();
    for _ in 0..20 {
        assert_eq!(store.job(new.id).unwrap().unwrap().new, new);
    }
    // One connection did for all of it.
    let clients: String = ask_at(&format!("redis://127.0.0.1:{plain_port}/"), "INFO stats");
    let connections = clients
        .lines()
        .find_map(|line| line.strip_prefix("total_connections_received:"));
    let connections: u32 = connections.unwrap().trim().parse().unwrap();
    assert!(connections < 8, "there were {connections} connections");

    let error = options.clone().connect().unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Refused, "{error}");
    assert!(error.to_string().contains("`ca_file`"), "{error}");
    let error = options
        .clone()
        .ca_file("/no/such/file")
        .connect()
        .unwrap_err();
    assert!(error.to_string().contains("/no/such/file"), "{error}");
    let key = kept.with_file_name("server.key");
    let error = options.ca_file(key).connect().unwrap_err();
    assert!(error.to_string().contains("no certificate"), "{error}");
    // Who speaks no TLS is not left hanging.
    let plain = RedisStore::options(&format!("redis://127.0.0.1:{}/", server.port));
    let error = plain.timeout(Duration::from_secs(2)).connect().unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error}");
}
