//! Servers of a test's own.

use std::fs::File;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use cloudapi::Priority;
use cloudapi::store::{JobId, NewJob, RedisOptions, RedisStore, Reservation, SharedLimit};
use redis::{FromRedisValue, Value};
use tempfile::TempDir;
use tests::contract;

/// So long a server may take to start, and whatever is waited for here to come about.
const PATIENCE: Duration = Duration::from_secs(60);

/// So many ports are tried.
const ATTEMPTS: u32 = 20;

/// What was answered is still there when the server was killed. With less than `always` it
/// may not be: while an earlier part of the log is on its way to a busy disk, Redis keeps
/// what comes in its own memory, for up to two seconds.
pub const LOG: [&str; 4] = ["--appendonly", "yes", "--appendfsync", "always"];

/// A server, which ends with the test.
pub struct Server {
    program: PathBuf,
    folder: TempDir,
    arguments: Vec<String>,
    pub port: u16,
    child: Option<Child>,
}

pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}

impl Server {
    /// Starts one with these options, or says that it cannot be done here.
    pub fn start(options: &[&str]) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        Self::start_in(folder, options)
    }

    pub fn start_in(folder: TempDir, options: &[&str]) -> Option<Self> {
        let program = PathBuf::from(contract::server("CLOUDAPI_REDIS_SERVER")?);
        let arguments: Vec<_> = options.iter().map(|&option| option.to_owned()).collect();
        let mut server = Self {
            port: 0,
            child: None,
            program,
            folder,
            arguments,
        };
        // Somebody else may take the port before the server does.
        let has_started = (0..ATTEMPTS).any(|_| server.has_started());
        assert!(has_started, "it does not start: {}", server.said());
        Some(server)
    }

    /// What it has printed.
    fn said(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).expect("a log")
    }

    fn has_started(&mut self) -> bool {
        // A cluster has a second port, 10,000 above.
        let port = std::iter::repeat_with(free_port).find(|port| *port < 50_000);
        self.port = port.expect("a low port");
        self.start_again()
    }

    pub fn address(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    pub fn store(&self) -> RedisStore {
        self.options().connect().expect("a store")
    }

    pub fn options(&self) -> RedisOptions {
        // The machine may be busy; tests of the timeout have their own.
        RedisStore::options(&self.address()).timeout(Duration::from_secs(20))
    }

    fn answers(&self) -> bool {
        if self.is_tls() {
            return std::net::TcpStream::connect(("127.0.0.1", self.port)).is_ok();
        }
        let client = redis::Client::open(self.address()).expect("an address");
        let ping = client
            .get_connection()
            .and_then(|mut connection| redis::cmd("PING").query::<Value>(&mut connection));
        // One that wants a password answers too.
        ping.is_ok() || ping.is_err_and(|error| error.code() == Some("NOAUTH"))
    }

    fn is_tls(&self) -> bool {
        self.arguments
            .iter()
            .any(|argument| argument == "--tls-port")
    }

    /// Asks it something as its administrator.
    pub fn ask<T: FromRedisValue>(&self, command: &str) -> T {
        ask_at(&self.address(), command)
    }

    fn signal(&self, signal: &str) {
        let id = self.child.as_ref().expect("a process").id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status();
        assert!(sent.expect("kill").success());
    }

    pub fn pause(&self) {
        self.signal("-STOP");
    }

    pub fn resume(&self) {
        self.signal("-CONT");
    }

    /// As a power failure ends it, but for what the system has not written yet.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("to kill the server");
            child.wait().expect("its end");
        }
    }

    /// Starts it at its port, if that is free.
    pub fn start_again(&mut self) -> bool {
        let port = self.port.to_string();
        let mut command = Command::new(&self.program);
        command
            .args(["--bind", "127.0.0.1", "--save", "", "--dir"])
            .arg(self.folder.path());
        for argument in &self.arguments {
            command.arg(if argument == "PORT" { &port } else { argument });
        }
        if !self.is_tls() {
            command.args(["--port", &port]);
        }
        let log = File::create(self.folder.path().join("log")).expect("a log");
        command.stderr(log.try_clone().expect("a log")).stdout(log);
        self.child = Some(command.spawn().expect("to start the server"));
        let mut has_ended = false;
        until("the server answers", || {
            let child = self.child.as_mut().expect("a process");
            has_ended = child.try_wait().expect("its state").is_some();
            has_ended || self.answers()
        });
        !has_ended
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

pub fn ask_at<T: FromRedisValue>(address: &str, command: &str) -> T {
    let client = redis::Client::open(address).expect("an address");
    let mut connection = client.get_connection().expect("a connection");
    let mut words = command.split(' ');
    let mut asked = redis::cmd(words.next().expect("a command"));
    for word in words {
        asked.arg(word);
    }
    let answer = asked.query(&mut connection);
    answer.unwrap_or_else(|error| panic!("`{command}`: {error}"))
}

/// Waits for what comes about for certain.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < end, "in vain: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

pub fn job(queue: &str) -> NewJob {
    NewJob {
        id: JobId::random(),
        queue: queue.to_owned(),
        endpoint: "Example::create".to_owned(),
        summary: "POST droplets".to_owned(),
        request: b"a request".to_vec(),
        repeatable: false,
        priority: Priority::Normal,
        deadline: None,
    }
}

pub fn limit(calls: u32, per: Duration) -> SharedLimit {
    SharedLimit {
        name: "gate".to_owned(),
        rate: cloudapi::Rate::new(calls, per),
    }
}

pub fn of(gate: &[SharedLimit]) -> Reservation<'_> {
    Reservation {
        gate,
        endpoint: &[],
    }
}
