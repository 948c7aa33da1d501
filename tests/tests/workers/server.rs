//! A server that counts, on a real socket.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::SystemTime;

/// What has come to one path.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    pub(super) requests: usize,
    /// Requests that were carried out: one for each key, where there is one.
    pub(super) effects: usize,
    pub(super) keys: HashSet<String>,
}

#[derive(Clone, Default)]
pub(super) struct Server {
    address: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    seen: HashMap<String, Seen>,
    arrivals: Vec<SystemTime>,
    requests: usize,
}

impl Server {
    /// One that fails each `failing`th request, after having carried it out; none, if 0.
    pub(super) fn start(failing: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("its address");
        let server = Self {
            address: format!("http://{address}/"),
            state: Arc::default(),
        };
        let state = Arc::clone(&server.state);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let state = Arc::clone(&state);
                thread::spawn(move || {
                    // The client may be killed at any moment.
                    let _ = serve(&stream, &state, failing);
                });
            }
        });
        server
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    pub(super) fn seen(&self, path: &str) -> Seen {
        lock(&self.state)
            .seen
            .get(path)
            .cloned()
            .unwrap_or_default()
    }

    pub(super) fn requests(&self) -> usize {
        lock(&self.state).requests
    }

    pub(super) fn arrivals(&self) -> Vec<SystemTime> {
        lock(&self.state).arrivals.clone()
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(stream: &TcpStream, state: &Mutex<State>, failing: usize) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let arrived = SystemTime::now();
        let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
        let (mut length, mut key) = (0, None);
        loop {
            let mut header = String::new();
            if reader.read_line(&mut header)? == 0 {
                return Ok(());
            }
            let Some((name, value)) = header.trim_end().split_once(':') else {
                break;
            };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse().unwrap_or(0),
                "idempotency-key" => key = Some(value.trim().to_owned()),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        // Only a request that is whole has come.
        let number = {
            let mut state = lock(state);
            state.requests += 1;
            state.arrivals.push(arrived);
            let seen = state.seen.entry(path).or_default();
            seen.requests += 1;
            let is_new = key.is_none_or(|key| seen.keys.insert(key));
            seen.effects += usize::from(is_new);
            state.requests
        };
        let fails = failing > 0 && number % failing == 0;
        let status = if fails { "500 Oops" } else { "200 OK" };
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\n{{}}");
        (&*stream).write_all(answer.as_bytes())?;
    }
}
