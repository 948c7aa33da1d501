//! One file, many processes, and what becomes of it when they are killed.
//!
//! The processes are this test's own program, which runs one of the tests that are
//! ignored otherwise.

#![cfg(unix)]

use std::collections::{HashMap, HashSet};
use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use cloudapi::store::{
    Finish, GRACE, Grant, JobId, JobState, NewJob, Reservation, SharedLimit, SqliteStore, Store,
    StoreError, StoreErrorKind,
};
use cloudapi::{Priority, Rate};
use tests::used::nearly_all_is_used;

const FILE: &str = "CLOUDAPI_TESTS_SQLITE";
const QUEUE: &str = "queue";
const LONG: Duration = Duration::from_secs(3_600);

/// The command for another process with the store.
fn program(child: &str, file: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command
        .args(["--exact", child, "--ignored", "--nocapture", "-q"])
        .env(FILE, file)
        .stdout(Stdio::piped());
    command
}

/// The store of a process that was started by [`program`].
fn store_of_child() -> SqliteStore {
    let file = std::env::var_os(FILE).expect("to be run by another test");
    let options = SqliteStore::options().busy_timeout(Duration::from_secs(60));
    options.open(file).expect("a store")
}

/// Says something at once, whatever happens next. It begins a line, whatever the test's
/// own output is.
fn say(words: &str) {
    let line = format!("\n> {words}\n");
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(line.as_bytes());
    let _ = stdout.flush();
}

/// A process, and what it says.
struct Heard {
    child: Child,
    said: Receiver<String>,
    words: Vec<String>,
}

impl Heard {
    fn start(mut command: Command) -> Self {
        let mut child = command.spawn().expect("a process");
        let stdout = BufReader::new(child.stdout.take().expect("its output"));
        let (say, said) = mpsc::channel();
        thread::spawn(move || {
            let lines = stdout.lines().map_while(Result::ok);
            for word in lines.filter_map(|line| line.strip_prefix("> ").map(str::to_owned)) {
                let _ = say.send(word);
            }
        });
        Self {
            child,
            said,
            words: Vec::new(),
        }
    }

    /// Waits until it is at work.
    fn has_begun(&mut self) {
        let word = self.said.recv().expect("a word");
        self.words.push(word);
    }

    fn kill(&mut self) {
        self.child.kill().expect("a process that can be killed");
    }

    /// All that it has said until it ended.
    fn end(mut self) -> Vec<String> {
        self.child.wait().expect("its end");
        self.words.extend(self.said);
        self.words
    }
}

#[track_caller]
fn is_whole(file: &Path) {
    let connection = rusqlite::Connection::open(file).expect("the database");
    for check in ["integrity_check", "foreign_key_check"] {
        let found = connection.query_row(&format!("PRAGMA {check}"), [], |row| row.get(0));
        let found: String = found.unwrap_or_else(|_| "ok".to_owned());
        assert_eq!(found, "ok", "{check}");
    }
}

// ---- A limit ----

/// 1,000 an hour, a thousand times as fast.
const CALLS: u32 = 1_000;
const WINDOW: Duration = Duration::from_millis(3_600);
const TIME: Duration = Duration::from_secs(6);

fn reserve(store: &SqliteStore) -> Duration {
    let limit = SharedLimit {
        name: "window".to_owned(),
        rate: Rate::new(CALLS, WINDOW),
    };
    let wanted = Reservation {
        gate: &[limit],
        endpoint: &[],
    };
    match store.reserve("scope", &wanted).expect("the store") {
        Grant::Slot { wait } => wait,
        later @ Grant::Later { .. } => panic!("{later:?}"),
    }
}

fn micros() -> u128 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.expect("a time after 1970").as_micros()
}

/// Starts an attempt at every slot that it gets, as an engine does.
#[test]
#[ignore = "another test runs it"]
fn starter() {
    let store = store_of_child();
    let since = Instant::now();
    while since.elapsed() < TIME {
        let before = Instant::now();
        let wait = reserve(&store);
        let due = Instant::now() + wait;
        say("reserved");
        thread::sleep(due.saturating_duration_since(Instant::now()));
        // Who comes later than the grace after it has lost the slot.
        let start = micros();
        if Instant::now() > before + wait + GRACE {
            say("late");
        } else {
            say(&format!("start {start}"));
        }
    }
}

/// The share of the slots that were used by eight processes, two of which were killed.
fn share_used() -> f64 {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("calls.db");
    let store = SqliteStore::open(&file).expect("a store");
    let (begin, first) = (Instant::now(), reserve(&store));
    assert_eq!(first, Duration::ZERO);
    let mut starters: Vec<_> = (0..8)
        .map(|_| Heard::start(program("starter", &file)))
        .collect();
    starters.iter_mut().for_each(Heard::has_begun);
    thread::sleep(TIME / 3);
    starters[2].kill();
    starters[5].kill();
    let mut starts = Vec::new();
    for (number, starter) in starters.into_iter().enumerate() {
        let words = starter.end();
        let count = |word| words.iter().filter(|words| words.starts_with(word)).count();
        let lost = count("reserved") - count("start") - count("late");
        let most = if matches!(number, 2 | 5) { 1 } else { 0 };
        assert!(lost <= most, "number {number} has lost {lost}");
        let times = words
            .iter()
            .filter_map(|words| words.strip_prefix("start "));
        starts.extend(times.map(|time| time.parse::<u128>().expect("a time")));
    }
    let end = begin.elapsed() + reserve(&store);
    starts.sort_unstable();
    for some in starts.windows(CALLS as usize + 1) {
        let took = some[CALLS as usize] - some[0];
        assert!(
            took >= WINDOW.as_micros(),
            "{} attempts started within {took} us",
            CALLS + 1
        );
    }
    // The first and the last are the test's own, and it takes a while until all run.
    let running = Duration::from_micros((starts[starts.len() - 1] - starts[0]) as u64);
    let slots =
        running.min(end).as_secs_f64() / ((WINDOW + GRACE).as_secs_f64() / f64::from(CALLS));
    (starts.len() - 1) as f64 / slots
}

#[test]
fn eight_processes_keep_one_limit_and_use_it() {
    nearly_all_is_used(share_used);
}

// ---- A queue ----

fn new_job(number: u64) -> NewJob {
    NewJob {
        id: JobId::random(),
        queue: QUEUE.to_owned(),
        endpoint: "Example::create".to_owned(),
        summary: "POST droplets".to_owned(),
        request: vec![number as u8; number as usize * 97 % 9_000],
        repeatable: number.is_multiple_of(2),
        priority: Priority::Normal,
        deadline: None,
    }
}

fn answer(id: JobId) -> Vec<u8> {
    format!("the answer to {id}").into_bytes()
}

/// Puts, claims, sends and finishes, and says what has been done as soon as it is.
#[test]
#[ignore = "another test runs it"]
fn worker() {
    let store = store_of_child();
    let worker = format!("worker {}", std::process::id());
    for number in 1.. {
        let job = new_job(number);
        store.put(&job).expect("the store");
        say(&format!("put {}", job.id));
        let Some(claimed) = store.claim(QUEUE, &worker, LONG).expect("the store") else {
            continue;
        };
        let (id, lease) = (claimed.job.new.id, claimed.lease);
        say(&format!("claimed {id}"));
        store.mark_sent(&lease).expect("the store");
        say(&format!("sent {id}"));
        if number.is_multiple_of(3) {
            store.heartbeat(&lease, LONG).expect("the store");
        }
        let finish = Finish {
            state: JobState::Done,
            result: Some(answer(id)),
            reason: None,
        };
        store.finish(&lease, &finish).expect("the store");
        say(&format!("finished {id}"));
    }
}

/// How far each job has come, as far as anybody was told. Nothing is done twice.
#[derive(Default)]
struct Told {
    all: HashSet<String>,
    reached: HashMap<JobId, JobState>,
}

impl Told {
    fn note(&mut self, words: Vec<String>) {
        for words in words {
            let (word, id) = words.split_once(' ').expect("a word and an id");
            // The last line may have been cut short.
            let Ok(id) = id.parse::<JobId>() else {
                continue;
            };
            let state = match word {
                "put" => JobState::Waiting,
                "claimed" => JobState::Claimed,
                "sent" => JobState::Sent,
                _ => JobState::Done,
            };
            assert!(!self.all.contains(&words), "{words} twice");
            self.all.insert(words);
            let reached = self.reached.entry(id).or_insert(state);
            *reached = state.max(*reached);
        }
    }
}

#[test]
fn what_was_acknowledged_survives_kill_9() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("calls.db");
    let store = SqliteStore::open(&file).expect("a store");
    let mut told = Told::default();
    // Whole workers are killed far more often, in `workers/kills.rs`.
    for round in 0..10_u64 {
        let mut workers: Vec<_> = (0..2)
            .map(|_| Heard::start(program("worker", &file)))
            .collect();
        workers.iter_mut().for_each(Heard::has_begun);
        // At moments that have nothing to do with what they are doing.
        thread::sleep(Duration::from_micros(round * 7_919 % 60_000));
        workers[0].kill();
        thread::sleep(Duration::from_micros(round * 3_571 % 11_000));
        workers[1].kill();
        for worker in workers {
            told.note(worker.end());
        }
        is_whole(&file);
        for (id, reached) in &told.reached {
            let job = store.job(*id).expect("the store");
            let job = job.unwrap_or_else(|| panic!("{id} was {reached}, and is gone"));
            assert!(
                job.state >= *reached,
                "{id} was {reached}, and is {}",
                job.state
            );
            if job.state == JobState::Done {
                assert_eq!(job.result, Some(answer(*id)));
            }
        }
    }
    let done = told
        .reached
        .values()
        .filter(|state| **state == JobState::Done);
    assert!(done.count() > 30, "hardly anything was done");
    // What nobody was told of, but was put, is there too and is whole.
    let counts = store.counts(Some(QUEUE)).expect("the store");
    assert!(counts.total() >= told.reached.len() as u64);
    // Each process has left one at most that it had.
    assert!(counts.of(JobState::Claimed) + counts.of(JobState::Sent) <= 60);
}

/// Whether this process has the lock of one who uses the database, as the system tells it.
#[cfg(target_os = "linux")]
fn is_locked(file: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;

    /// Where all who use a database have a lock for reading.
    const SHARED: &str = "1073741826";
    let process = std::process::id().to_string();
    let inode = std::fs::metadata(file).expect("the file").ino();
    let locks = std::fs::read_to_string("/proc/locks").expect("the locks");
    // `1: POSIX  ADVISORY  READ 4711 fd:00:123456 1073741826 1073742335`
    locks.lines().any(|line| {
        let words: Vec<_> = line.split_whitespace().collect();
        words.len() == 8
            && words[4] == process
            && words[5].rsplit(':').next() == Some(&inode.to_string())
            && words[6] == SHARED
    })
}

/// All locks on a file are lost when it is closed, by whatever handle. SQLite of today sees
/// by the file beside it that it is in use all the same; that of the shell that somebody
/// looks into it with may not, and takes the log away.
#[cfg(target_os = "linux")]
#[test]
fn a_second_handle_takes_no_lock_from_the_first() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("calls.db");
    let store = SqliteStore::open(&file).expect("a store");
    assert!(is_locked(&file));
    let second = SqliteStore::open(&file).expect("a second handle");
    assert!(is_locked(&file), "opening it took the lock");
    drop(second);
    assert!(is_locked(&file), "closing it took the lock");
    store.put(&new_job(1)).expect("room");
    drop(store);
    assert!(!is_locked(&file));
}

// ---- A disk that is full ----

/// Puts until there is no room for more.
#[test]
#[ignore = "another test runs it"]
fn putter() {
    let store = store_of_child();
    for number in 1..10_000 {
        let job = new_job(number);
        match store.put(&job) {
            Ok(()) => say(&format!("put {}", job.id)),
            Err(error) => {
                assert_eq!(error.kind(), StoreErrorKind::Full, "{error}");
                // Again and again, and what is there can be looked at.
                let again = store.put(&new_job(number)).expect_err("no room");
                assert_eq!(again.kind(), StoreErrorKind::Full, "{again}");
                say(&format!(
                    "full {}",
                    store.counts(None).expect("the store").total()
                ));
                return;
            }
        }
    }
}

#[test]
fn a_full_disk_is_told_and_loses_nothing() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("calls.db");
    drop(SqliteStore::open(&file).expect("a store"));
    // A file that may not grow is as good as a full disk, and takes no mount.
    let putter = program("putter", &file);
    let mut limited = Command::new("sh");
    limited
        .args(["-c", "trap '' XFSZ; ulimit -f 600; exec \"$0\" \"$@\""])
        .arg(putter.get_program())
        .args(putter.get_args())
        .env(FILE, &file)
        .stdout(Stdio::piped());
    let words = Heard::start(limited).end();
    let put: Vec<_> = words
        .iter()
        .filter_map(|words| words.strip_prefix("put "))
        .collect();
    let full = words.iter().find_map(|words| words.strip_prefix("full "));
    assert_eq!(full, Some(put.len().to_string().as_str()), "{words:?}");
    assert!(put.len() > 5);

    is_whole(&file);
    let store = SqliteStore::open(&file).expect("a store");
    for id in &put {
        let id = id.parse().expect("an id");
        let job = store.job(id).expect("the store").expect("what was put");
        assert_eq!(job.state, JobState::Waiting);
    }
    store.put(&new_job(1)).expect("there is room again");
}

/// A disk of two megabytes, which only root can have.
struct Disk(tempfile::TempDir);

impl Disk {
    fn new() -> Option<Self> {
        let directory = tempfile::tempdir().expect("a directory");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"]);
        let mounted = mount.arg(directory.path()).stderr(Stdio::null()).status();
        if mounted.is_ok_and(|status| status.success()) {
            return Some(Self(directory));
        }
        eprintln!("NOT TESTED: a disk that is full, since only root can mount one");
        None
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg("-l").arg(self.0.path()).status();
        assert!(unmounted.is_ok_and(|status| status.success()) || thread::panicking());
    }
}

/// Another file takes the room, and gives it back.
#[test]
fn a_disk_without_room_is_told_and_loses_nothing() {
    let Some(disk) = Disk::new() else {
        return;
    };
    let file = disk.0.path().join("calls.db");
    let store = SqliteStore::open(&file).expect("a store");
    let first = new_job(3);
    store.put(&first).expect("room");
    let lease = store.claim(QUEUE, "worker", LONG).expect("room");
    let lease = lease.expect("the job").lease;
    let ballast = disk.0.path().join("ballast");
    let filled = std::fs::write(&ballast, vec![7; 1 << 20]);
    filled.expect("room for a megabyte");
    let words = Heard::start(program("putter", &file)).end();
    let put: Vec<_> = words
        .iter()
        .filter_map(|words| words.strip_prefix("put "))
        .collect();
    let full = words.iter().find_map(|words| words.strip_prefix("full "));
    let count = (put.len() + 1).to_string();
    assert_eq!(full, Some(count.as_str()), "{words:?}");
    assert!(put.len() > 5);

    // Up to the last byte: what is smaller than a job may have had room.
    let more = OpenOptions::new().append(true).open(&ballast);
    let mut more = more.expect("the ballast");
    while more.write_all(&[7; 512]).is_ok() {}
    drop(more);
    let beats = (0..10_000).take_while(|_| store.heartbeat(&lease, LONG).is_ok());
    assert!(beats.count() < 10_000, "the log grows without room");
    // Nothing is sent that cannot be noted, and nothing is forgotten.
    let full = |what: &str, result: Result<(), StoreError>| {
        let error = result.expect_err(what);
        assert_eq!(error.kind(), StoreErrorKind::Full, "{what}: {error}");
        assert!(error.to_string().contains("no room"), "{error}");
    };
    full("mark_sent", store.mark_sent(&lease));
    full("claim", store.claim(QUEUE, "worker", LONG).map(drop));
    let state = |id| store.job(id).expect("the store").map(|job| job.state);
    assert_eq!(state(first.id), Some(JobState::Claimed));
    for id in &put {
        let id = id.parse().expect("an id");
        assert_eq!(state(id), Some(JobState::Waiting));
    }

    std::fs::remove_file(&ballast).expect("the ballast");
    store.mark_sent(&lease).expect("there is room again");
    store.put(&new_job(1)).expect("there is room again");
    assert_eq!(
        store.counts(None).expect("the store").total(),
        put.len() as u64 + 2
    );
    drop(store);
    is_whole(&file);
}
