//! An HTTP/1.1 server on a loopback port that does everything a server should
//! not, as a script says, and remembers what it received.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;

/// A request as it came over the wire.
#[derive(Clone, Debug)]
pub struct Received {
    /// How many requests came before it.
    pub number: usize,
    /// How many connections came before its own.
    pub connection: usize,
    /// When its last byte was there.
    pub at: Instant,
    pub method: String,
    /// What stands between method and version.
    pub target: String,
    /// In their order, with their names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Received {
    /// The values of a header, in their order.
    pub fn header(&self, name: &str) -> Vec<&str> {
        let named = self.headers.iter().filter(|header| header.0 == name);
        named.map(|header| header.1.as_str()).collect()
    }

    /// The body as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("a body of text")
    }
}

/// What becomes of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// The next request is read from it.
    Serve,
    /// It is closed, as HTTP allows at any time.
    Close,
    /// It is reset.
    Reset,
    /// It stays open, and nothing more comes.
    Silence,
}

/// What is written in answer to a request.
#[derive(Clone, Debug)]
#[must_use]
pub struct Answer {
    bytes: Vec<u8>,
    /// So many bytes at a time, and the pause before each.
    pace: Option<(usize, Duration)>,
    /// A piece that is written again and again, and the pause before each.
    drip: Option<(Vec<u8>, Duration)>,
    then: Then,
}

impl Answer {
    /// These bytes, whatever they are.
    pub fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            bytes: bytes.into(),
            pace: None,
            drip: None,
            then: Then::Serve,
        }
    }

    /// A well-formed response.
    pub fn new(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let mut bytes = format!("HTTP/1.1 {status} As Scripted\r\n").into_bytes();
        for (name, value) in headers {
            bytes.extend(format!("{name}: {value}\r\n").into_bytes());
        }
        if status != 204 {
            bytes.extend(format!("content-length: {}\r\n", body.len()).into_bytes());
        }
        bytes.extend(b"\r\n");
        bytes.extend(body);
        Self::raw(bytes)
    }

    /// A well-formed response with a status and no body.
    pub fn status(status: u16) -> Self {
        Self::new(status, &[], "")
    }

    /// A well-formed `200` with this body.
    pub fn ok(body: impl AsRef<[u8]>) -> Self {
        Self::new(200, &[], body)
    }

    /// The same, so many bytes at a time with a pause before each.
    pub fn slowly(mut self, size: usize, every: Duration) -> Self {
        self.pace = Some((size, every));
        self
    }

    /// After the rest, this piece again and again, until the client has enough.
    pub fn dripping(mut self, piece: impl Into<Vec<u8>>, every: Duration) -> Self {
        self.drip = Some((piece.into(), every));
        self
    }

    /// What becomes of the connection then.
    pub fn then(mut self, then: Then) -> Self {
        self.then = then;
        self
    }
}

type Greeting = Box<dyn FnMut(usize) -> Then + Send>;
type Script = Box<dyn FnMut(&Received) -> Answer + Send>;

/// A port on which nobody listens yet: connections are refused, and nobody else
/// can take it.
#[derive(Debug)]
pub struct ClosedPort {
    socket: TcpSocket,
    address: SocketAddr,
}

impl ClosedPort {
    pub fn new() -> io::Result<Self> {
        Self::at((Ipv4Addr::LOCALHOST, 0).into())
    }

    /// Beside another one that is bound to the same address, or alone.
    fn at(address: SocketAddr) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        // Connections that ended a moment ago would keep the port, too.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        let address = socket.local_addr()?;
        Ok(Self { socket, address })
    }

    /// The base URL of what will be there.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Lets a server listen.
    pub fn open(
        self,
        greeting: impl FnMut(usize) -> Then + Send + 'static,
        script: impl FnMut(&Received) -> Answer + Send + 'static,
    ) -> FaultServer {
        let shared = Arc::new(Shared {
            greeting: Mutex::new(Box::new(greeting)),
            script: Mutex::new(Box::new(script)),
            received: Mutex::default(),
        });
        let (stop, stopped) = oneshot::channel();
        let (ready, listening) = mpsc::channel();
        let address = self.address;
        let kept = Self::at(address).expect("the port is this one's own");
        let server = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            crate::current_thread().block_on(async move {
                let listener = self.socket.listen(1_024).expect("a port of its own");
                ready.send(()).expect("somebody who waits for the server");
                tokio::select! {
                    () = accept(listener, server) => {}
                    _ = stopped => {}
                }
            });
        });
        listening.recv().expect("a server that listens");
        FaultServer {
            address,
            shared,
            kept: Some(kept),
            stop: Some(stop),
            thread: Some(thread),
        }
    }
}

/// A server that runs until it is dropped.
pub struct FaultServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    /// Keeps the port when the server no longer listens.
    kept: Option<ClosedPort>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

struct Shared {
    greeting: Mutex<Greeting>,
    script: Mutex<Script>,
    received: Mutex<Vec<Received>>,
}

impl FaultServer {
    /// Serves every connection, and answers each request as the script says.
    pub fn new(script: impl FnMut(&Received) -> Answer + Send + 'static) -> Self {
        Self::greeting(|_| Then::Serve, script)
    }

    /// Answers the requests with these, one after the other, and all further
    /// ones with the last.
    pub fn answering(answers: impl Into<Vec<Answer>>) -> Self {
        let answers = answers.into();
        let last = answers.len() - 1;
        Self::new(move |request| answers[request.number.min(last)].clone())
    }

    /// Does with each connection as `greeting` says of its number before
    /// anything is read from it.
    pub fn greeting(
        greeting: impl FnMut(usize) -> Then + Send + 'static,
        script: impl FnMut(&Received) -> Answer + Send + 'static,
    ) -> Self {
        ClosedPort::new()
            .expect("a free port")
            .open(greeting, script)
    }

    /// The base URL.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// All requests that came whole, in their order.
    pub fn received(&self) -> Vec<Received> {
        lock(&self.shared.received).clone()
    }

    /// How many requests came whole.
    pub fn count(&self) -> usize {
        lock(&self.shared.received).len()
    }

    /// Ends the server in the middle of whatever it does, as `kill -9` would:
    /// its connections break, and new ones are refused. Returns what it received.
    pub fn kill(mut self) -> (ClosedPort, Vec<Received>) {
        self.end();
        let port = self.kept.take().expect("it is taken only here");
        (port, std::mem::take(&mut lock(&self.shared.received)))
    }

    fn end(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let result = thread.join();
            if !thread::panicking() {
                result.expect("a script that does not panic");
            }
        }
    }
}

impl Drop for FaultServer {
    fn drop(&mut self) {
        self.end();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = tokio::task::JoinSet::new();
    for number in 0.. {
        let Ok((stream, _)) = listener.accept().await else {
            return;
        };
        let then = (lock(&shared.greeting))(number);
        let connection = Connection {
            number,
            stream,
            read: Vec::new(),
            shared: Arc::clone(&shared),
        };
        // What goes wrong with a connection is the client's business.
        connections.spawn(async move { drop(connection.run(then).await) });
        while connections.try_join_next().is_some() {}
    }
}

struct Connection {
    number: usize,
    stream: TcpStream,
    /// What has been read and not yet used.
    read: Vec<u8>,
    shared: Arc<Shared>,
}

impl Connection {
    async fn run(mut self, mut then: Then) -> io::Result<()> {
        while then == Then::Serve {
            let Some(request) = self.request().await? else {
                return Ok(());
            };
            let answer = self.answer(request);
            match answer.pace {
                None => self.stream.write_all(&answer.bytes).await?,
                Some((size, every)) => {
                    for piece in answer.bytes.chunks(size) {
                        tokio::time::sleep(every).await;
                        self.stream.write_all(piece).await?;
                    }
                }
            }
            if let Some((piece, every)) = answer.drip {
                loop {
                    tokio::time::sleep(every).await;
                    self.stream.write_all(&piece).await?;
                }
            }
            then = answer.then;
        }
        match then {
            Then::Reset => return self.stream.set_zero_linger(),
            Then::Close => self.stream.shutdown().await?,
            Then::Serve | Then::Silence => {}
        }
        // Until the client goes: closing a socket with something unread in it
        // would reset it.
        while self.more().await? {}
        Ok(())
    }

    fn answer(&self, mut request: Received) -> Answer {
        let mut received = lock(&self.shared.received);
        request.number = received.len();
        let answer = (lock(&self.shared.script))(&request);
        received.push(request);
        answer
    }

    /// The next request, or `None` if the client has no more.
    async fn request(&mut self) -> io::Result<Option<Received>> {
        let head = loop {
            if let Some(end) = find(&self.read, b"\r\n\r\n") {
                let head: Vec<u8> = self.read.drain(..end + 4).collect();
                break String::from_utf8(head).map_err(io::Error::other)?;
            }
            if !self.more().await? {
                return Ok(None);
            }
        };
        let mut lines = head.trim_end().split("\r\n");
        let mut start = lines.next().unwrap_or_default().split(' ');
        let (method, target) = (start.next().unwrap_or(""), start.next().unwrap_or(""));
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let is_chunked = headers
            .iter()
            .any(|(name, coding)| name == "transfer-encoding" && coding == "chunked");
        let body = match is_chunked {
            true => self.chunks().await?,
            false => self.bytes(&headers).await?,
        };
        let Some(body) = body else { return Ok(None) };
        Ok(Some(Received {
            number: 0,
            connection: self.number,
            at: Instant::now(),
            method: method.to_owned(),
            target: target.to_owned(),
            headers,
            body,
        }))
    }

    /// A body of a length that was said before; `None` if it does not come whole.
    async fn bytes(&mut self, headers: &[(String, String)]) -> io::Result<Option<Vec<u8>>> {
        let length = headers
            .iter()
            .find(|(name, _)| name == "content-length")
            .map_or(Ok(0), |(_, length)| length.parse())
            .map_err(io::Error::other)?;
        while self.read.len() < length {
            if !self.more().await? {
                return Ok(None);
            }
        }
        Ok(Some(self.read.drain(..length).collect()))
    }

    /// A body in chunks (RFC 9112 7.1), without trailers.
    async fn chunks(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut body = Vec::new();
        loop {
            let Some(end) = find(&self.read, b"\r\n") else {
                if !self.more().await? {
                    return Ok(None);
                }
                continue;
            };
            let size = String::from_utf8_lossy(&self.read[..end]).into_owned();
            let size = usize::from_str_radix(&size, 16).map_err(io::Error::other)?;
            while self.read.len() < end + 2 + size + 2 {
                if !self.more().await? {
                    return Ok(None);
                }
            }
            body.extend(&self.read[end + 2..end + 2 + size]);
            self.read.drain(..end + 2 + size + 2);
            if size == 0 {
                return Ok(Some(body));
            }
        }
    }

    /// Reads some more; false at the end.
    async fn more(&mut self) -> io::Result<bool> {
        Ok(self.stream.read_buf(&mut self.read).await? > 0)
    }
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}
