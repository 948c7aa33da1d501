//! Eight processes share a limit, and two of them are killed.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use cloudapi::store::{GRACE, Grant, RedisStore, Store};
use tests::contract::{server, unique};
use tests::used::nearly_all_is_used;

use super::servers::{limit, of};

const CALLS: u32 = 1_000;
const WINDOW: Duration = Duration::from_millis(3_600);
const RUN: Duration = Duration::from_secs(9);
const PLACE: &str = "CLOUDAPI_TESTS_REDIS_PROCESS";

fn micros() -> u128 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.expect("a time after 1970").as_micros()
}

/// What each of the processes does; as a test it does nothing.
#[test]
fn one_of_the_processes() {
    let Ok(place) = std::env::var(PLACE) else {
        return;
    };
    let (prefix, address) = place.split_once(' ').unwrap();
    let options = RedisStore::options(address).prefix(prefix);
    let store = options.timeout(Duration::from_secs(20)).connect().unwrap();
    let gate = [limit(CALLS, WINDOW)];
    let mut stdout = std::io::stdout();
    let end = Instant::now() + RUN;
    while Instant::now() < end {
        let Grant::Slot { wait } = store.reserve("scope", &of(&gate)).unwrap() else {
            panic!("a gate that is open gives slots");
        };
        let due = Instant::now() + wait;
        writeln!(stdout, "\ngot 0").unwrap();
        std::thread::sleep(wait);
        let word = if due.elapsed() > GRACE {
            "late"
        } else {
            "used"
        };
        writeln!(stdout, "\n{word} {}", micros()).unwrap();
        stdout.flush().unwrap();
    }
}

struct Process(Child);

impl Process {
    fn start(place: &str) -> Self {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["processes::one_of_the_processes", "--exact", "--nocapture"])
            .env(PLACE, place)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        Self(child.unwrap())
    }

    /// How many slots it got and was late for, and when it used the others.
    fn told(mut self) -> Told {
        let stdout = self.0.stdout.take().unwrap();
        let mut told = Told::default();
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            match line.split_once(' ') {
                Some(("got", _)) => told.got += 1,
                Some(("late", _)) => told.late += 1,
                Some(("used", at)) => told.used.extend(at.parse::<u128>()),
                _ => {}
            }
        }
        let _ = self.0.wait();
        told
    }
}

#[derive(Default)]
struct Told {
    got: usize,
    late: usize,
    used: Vec<u128>,
}

#[test]
fn eight_processes_use_a_limit_and_none_of_its_windows_has_more() {
    let Some(address) = server("CLOUDAPI_REDIS") else {
        return;
    };
    nearly_all_is_used(|| share_that_is_used(&address));
}

fn share_that_is_used(address: &str) -> f64 {
    let place = format!("{} {address}", unique("processes"));
    let mut processes: Vec<_> = (0..8).map(|_| Process::start(&place)).collect();
    std::thread::sleep(RUN / 2);
    for killed in &mut processes[..2] {
        killed.0.kill().unwrap();
    }
    let told: Vec<_> = processes.into_iter().map(Process::told).collect();
    for killed in &told[..2] {
        let lost = killed.got - killed.used.len() - killed.late;
        assert!(lost <= 1, "a process that is killed lost {lost} slots");
    }
    let mut used: Vec<_> = told.into_iter().flat_map(|told| told.used).collect();
    used.sort_unstable();
    let most = CALLS as usize;
    for some in used.windows(most + 1) {
        let took = some[most] - some[0];
        assert!(
            took >= WINDOW.as_micros(),
            "{} attempts started within {took} µs",
            most + 1
        );
    }
    // The start and the end of the run are not all of theirs.
    if used.len() < 1_000 {
        return 0.0;
    }
    let (first, last) = (used[100], used[used.len() - 100]);
    let count = used.iter().filter(|at| (first..last).contains(at)).count();
    let of_all = (last - first) as f64 / WINDOW.as_micros() as f64 * f64::from(CALLS);
    count as f64 / of_all
}
