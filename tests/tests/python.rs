//! The Python package and this crate in the same scenarios, side by side: the table
//! in `python/README.md` is what comes out.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{env, fs};

use cloudapi::prelude::*;
use serde::Deserialize;
use tests::current_thread;
use tests::faults::{Answer, ClosedPort, FaultServer, Received};

const HERE: &str = env!("CARGO_MANIFEST_DIR");

/// With the settings that `scenarios.py` gives the other side.
#[rest_api(
    baseurl = "http://python.test/",
    callrateperhour = 180_000,
    geometric_delay_multiplier = 2,
    maximum_geometric_delay_multiplications = 2,
    maximum_failed_attempts = 1,
    request_timeout = "5s"
)]
#[derive(Clone)]
struct Api;

impl Api {
    #[get("{number}")]
    fn get(&self, number: usize) -> Call<String>;
    #[post("{number}")]
    fn post(&self, number: usize) -> Call<String>;
}

/// How the calls of a side ended.
#[derive(Debug, Deserialize)]
struct Ended {
    /// The numbers of the calls in the order in which they ended, each with the
    /// status of its answer, or 0.
    ended: Vec<(usize, u16)>,
    hung: usize,
    /// Whether a new client hangs as well.
    new_hangs: bool,
}

impl Ended {
    fn well(&self) -> usize {
        let well = |call: &&(usize, u16)| call.1 == 200;
        self.ended.iter().filter(well).count()
    }

    /// How many calls ended before that one.
    fn before(&self, number: usize) -> usize {
        let position = self.ended.iter().position(|call| call.0 == number);
        position.expect("it has ended")
    }
}

#[derive(Clone, Copy, Debug)]
struct Calls {
    verb: &'static str,
    count: usize,
    /// So many seconds all of them have together; they take two, if any.
    patience: u64,
}

impl Calls {
    const fn get(count: usize) -> Self {
        Self {
            verb: "get",
            count,
            patience: 60,
        }
    }

    const POST: Self = Self {
        verb: "post",
        ..Self::get(1)
    };
}

/// Who makes the calls.
enum Side {
    Python(PathBuf),
    Crate,
}

impl Side {
    fn make(&self, url: &str, calls: Calls) -> Ended {
        match self {
            Self::Python(python) => by_the_package(python, url, calls),
            Self::Crate => by_this_crate(url, calls),
        }
    }
}

fn by_the_package(python: &Path, url: &str, calls: Calls) -> Ended {
    let output = Command::new(python)
        .arg(Path::new(HERE).join("python/scenarios.py"))
        .args([url, calls.verb, &calls.count.to_string()])
        .arg(calls.patience.to_string())
        .output()
        .expect("the interpreter runs");
    let problem = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{problem}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn by_this_crate(url: &str, calls: Calls) -> Ended {
    let api = Api::builder().baseurl(url).build().unwrap();
    let ended = Arc::new(Mutex::new(Vec::new()));
    current_thread().block_on(async {
        let tasks: Vec<_> = (0..calls.count)
            .map(|number| {
                let call = match calls.verb {
                    "get" => api.get(number),
                    _ => api.post(number),
                };
                let ended = Arc::clone(&ended);
                tokio::spawn(async move {
                    let status = match call.await {
                        Ok(_) => 200,
                        Err(error) => error.status().map_or(0, |status| status.as_u16()),
                    };
                    ended.lock().unwrap().push((number, status));
                })
            })
            .collect();
        for task in tasks {
            let patience = Duration::from_secs(calls.patience);
            let task = tokio::time::timeout(patience, task).await;
            task.expect("no call of ours hangs").unwrap();
        }
    });
    let ended = std::mem::take(&mut *ended.lock().unwrap());
    Ended {
        ended,
        // See above.
        hung: 0,
        new_hangs: false,
    }
}

/// What both sides came to: what was counted, and the two counts.
type Line = (&'static str, &'static str, [String; 2]);

struct Table {
    sides: [Side; 2],
    lines: Vec<Line>,
}

impl Table {
    /// Runs a scenario on both sides, each with a server of its own.
    fn run<const N: usize>(
        &mut self,
        scenario: &'static str,
        counted: [&'static str; N],
        run: impl Fn(&Side) -> [String; N],
    ) {
        let [python, own] = [run(&self.sides[0]), run(&self.sides[1])];
        let pairs = python.into_iter().zip(own);
        let lines = counted.into_iter().zip(pairs);
        self.lines
            .extend(lines.map(|(what, (python, own))| (scenario, what, [python, own])));
    }

    fn text(&self) -> String {
        let mut text = String::from(
            "| scenario | what is counted | Python package | this crate |\n| --- | --- | --- | --- |\n",
        );
        let mut last = "";
        for (scenario, counted, [python, own]) in &self.lines {
            let shown = if *scenario == last { "" } else { scenario };
            last = scenario;
            text.push_str(&format!("| {shown} | {counted} | {python} | {own} |\n"));
        }
        text
    }
}

fn number_of(request: &Received) -> usize {
    request.target.trim_start_matches('/').parse().unwrap()
}

fn numbers(server: &FaultServer) -> Vec<usize> {
    server.received().iter().map(number_of).collect()
}

fn yes(what: bool) -> String {
    String::from(if what { "yes" } else { "no" })
}

fn steady(side: &Side) -> [String; 3] {
    let server = FaultServer::answering([Answer::ok("fine")]);
    let ended = side.make(&server.url(), Calls::get(30));
    let numbers = numbers(&server);
    [
        numbers.len().to_string(),
        yes(numbers.is_sorted()),
        ended.well().to_string(),
    ]
}

fn one_of_ten_fails(side: &Side) -> [String; 3] {
    let server = FaultServer::new(|request| match number_of(request) {
        0 => Answer::status(500),
        _ => Answer::ok("fine"),
    });
    let ended = side.make(&server.url(), Calls::get(10));
    let numbers = numbers(&server);
    let failing = numbers.iter().filter(|number| **number == 0).count();
    [
        failing.to_string(),
        ended.before(0).to_string(),
        ended.well().to_string(),
    ]
}

fn refused(side: &Side) -> [String; 3] {
    let port = ClosedPort::new().unwrap();
    let calls = Calls {
        patience: 4,
        ..Calls::get(3)
    };
    let ended = side.make(&port.url(), calls);
    [
        ended.ended.len().to_string(),
        ended.hung.to_string(),
        yes(ended.new_hangs),
    ]
}

fn throttled(side: &Side) -> [String; 2] {
    let wait = Duration::from_secs(2);
    let server = FaultServer::answering([
        Answer::new(429, &[("Retry-After", "2")], ""),
        Answer::ok("fine"),
    ]);
    let ended = side.make(&server.url(), Calls::get(2));
    let received = server.received();
    // The moments at which requests were read, the first a little late.
    let waited = received[1].at - received[0].at + Duration::from_millis(100);
    [yes(waited >= wait), ended.well().to_string()]
}

fn a_post_fails(side: &Side) -> [String; 2] {
    let server = FaultServer::answering([Answer::status(500)]);
    let ended = side.make(&server.url(), Calls::POST);
    [numbers(&server).len().to_string(), ended.well().to_string()]
}

fn a_post_that_recovers(side: &Side) -> [String; 1] {
    let mut answers = vec![Answer::status(500); 5];
    answers.push(Answer::ok("fine"));
    let server = FaultServer::answering(answers);
    side.make(&server.url(), Calls::POST);
    [numbers(&server).len().to_string()]
}

#[test]
fn the_table_beside_the_python_package_is_what_comes_out() {
    let Some(python) = python_with_the_package() else {
        return;
    };
    let mut table = Table {
        sides: [Side::Python(python), Side::Crate],
        lines: Vec::new(),
    };
    table.run(
        "30 GETs of a server that is well",
        [
            "requests",
            "in the order of the calls",
            "calls that end well",
        ],
        steady,
    );
    table.run(
        "10 GETs, of which the first always gets 500",
        [
            "requests of the failing call",
            "good calls that end before it",
            "calls that end well",
        ],
        one_of_ten_fails,
    );
    table.run(
        "3 GETs where connections are refused",
        ["calls that end", "calls that hang", "a new client hangs"],
        refused,
    );
    table.run(
        "2 GETs, of which the first gets 429 and `Retry-After: 2`",
        ["the 2 seconds are waited", "calls that end well"],
        throttled,
    );
    table.run(
        "a POST that always gets 500",
        ["POSTs that the server received", "calls that end well"],
        a_post_fails,
    );
    table.run(
        "a POST that gets 500 five times, then 200",
        ["POSTs that the server received"],
        a_post_that_recovers,
    );
    let text = table.text();
    println!("{text}");
    compare(&text);
}

/// `CLOUDAPI_BLESS=1` writes the table down.
fn compare(table: &str) {
    let path = Path::new(HERE).join("python/README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once("<!-- table -->\n").unwrap();
    let (written, after) = rest.split_once("<!-- end -->").unwrap();
    if env::var_os("CLOUDAPI_BLESS").is_some() {
        let readme = format!("{before}<!-- table -->\n{table}<!-- end -->{after}");
        fs::write(path, readme).unwrap();
        return;
    }
    assert_eq!(table, written, "python/README.md tells something else");
}

/// An interpreter that has the package, which is installed if it is not there.
/// `None` if that is not possible here; in CI (`CI=true`) it has to be.
fn python_with_the_package() -> Option<PathBuf> {
    let venv = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python");
    let python = venv.join("bin/python");
    let problem = match install(&venv, &python) {
        Ok(()) => return Some(python),
        Err(problem) => problem,
    };
    let in_ci = env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(!in_ci, "the Python package cannot be had: {problem}");
    println!("######## SKIPPED: the Python package cannot be had: {problem}");
    None
}

fn install(venv: &Path, python: &Path) -> Result<(), String> {
    let requirements = Path::new(HERE).join("python/requirements.txt");
    let stamp = venv.join("installed");
    let wanted = fs::read(&requirements).map_err(|error| error.to_string())?;
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    let run = |command: &mut Command| match command.output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        Err(error) => Err(error.to_string()),
    };
    run(Command::new("python3").args(["-m", "venv"]).arg(venv))?;
    let pip = ["-m", "pip", "install", "--quiet", "--timeout", "30", "-r"];
    run(Command::new(python).args(pip).arg(requirements))?;
    fs::write(stamp, wanted).map_err(|error| error.to_string())
}
