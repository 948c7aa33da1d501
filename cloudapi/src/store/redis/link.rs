//! One connection to one server of a Redis.
//!
//! The crate `redis` packs what is sent and reads what comes. Its own connections are
//! not used: their timeout starts anew with each piece that comes, without an end, and those
//! of a cluster send again what may have been done already.

use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs as _};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use redis::{Cmd, Parser, Value, cmd};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};

use super::failure::{self, Failure};
use super::options::Node;
use super::transfer::Transfer;
use crate::auth::Secret;

/// What a connection needs, whichever server it goes to.
pub(super) struct Dialling {
    pub(super) tls: Option<Arc<ClientConfig>>,
    pub(super) username: Option<String>,
    pub(super) password: Option<Secret>,
    pub(super) database: u32,
    pub(super) timeout: Duration,
}

/// So much is handed to the system at once: it tells of what it has taken when it has all.
const PIECE: usize = 64 << 10;

/// A socket whose reads and writes end with an exchange, however many there are.
struct Timed {
    socket: TcpStream,
    transfer: Transfer,
}

impl Timed {
    fn left(&self) -> io::Result<Duration> {
        let left = self.transfer.end().checked_duration_since(Instant::now());
        left.filter(|left| !left.is_zero())
            .ok_or_else(|| io::ErrorKind::TimedOut.into())
    }
}

/// What Unix says of a socket whose time is over, as Windows says it.
fn timed_out(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::WouldBlock => io::ErrorKind::TimedOut.into(),
        _ => error,
    }
}

impl Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.socket.set_read_timeout(Some(self.left()?))?;
        let read = self.socket.read(buffer).map_err(timed_out)?;
        self.transfer.has_received(read, Instant::now());
        Ok(read)
    }
}

impl Write for Timed {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.socket.set_write_timeout(Some(self.left()?))?;
        let piece = buffer.get(..PIECE).unwrap_or(buffer);
        let written = self.socket.write(piece).map_err(timed_out)?;
        self.transfer.has_sent(written, Instant::now());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.flush()
    }
}

enum Wire {
    Plain(Timed),
    Tls(Box<StreamOwned<ClientConnection, Timed>>),
}

impl Wire {
    fn timed(&mut self) -> &mut Timed {
        match self {
            Self::Plain(timed) => timed,
            Self::Tls(stream) => &mut stream.sock,
        }
    }
}

/// One connection. After a failure it is of no use any more, but for a read that took
/// too long.
pub(super) struct Link {
    wire: Wire,
    parser: Parser,
    node: Node,
}

impl Link {
    /// Connects, proves who it is and chooses the database.
    pub(super) fn dial(
        node: &Node,
        dialling: &Dialling,
        deadline: Instant,
    ) -> Result<Self, Failure> {
        let connected = connect(node, deadline).and_then(|socket| {
            // An answer is waited for after each write.
            socket.set_nodelay(true)?;
            let transfer = Transfer::new(deadline, dialling.timeout, Instant::now());
            Ok(Timed { socket, transfer })
        });
        let timed = connected.map_err(|error| failure::unreachable(node, &error))?;
        let wire = match &dialling.tls {
            None => Wire::Plain(timed),
            Some(config) => {
                let name = ServerName::try_from(node.host.clone())
                    .map_err(|error| failure::no_tls(node, &io::Error::other(error)))?;
                let session = ClientConnection::new(Arc::clone(config), name)
                    .map_err(|error| failure::no_tls(node, &io::Error::other(error)))?;
                let mut stream = StreamOwned::new(session, timed);
                while stream.conn.is_handshaking() {
                    let StreamOwned { conn, sock } = &mut stream;
                    conn.complete_io(sock)
                        .map_err(|error| failure::no_tls(node, &error))?;
                }
                Wire::Tls(Box::new(stream))
            }
        };
        let mut link = Self {
            wire,
            parser: Parser::new(),
            node: node.clone(),
        };
        link.greet(dialling)?;
        Ok(link)
    }

    fn greet(&mut self, dialling: &Dialling) -> Result<(), Failure> {
        if let Some(password) = &dialling.password {
            let mut auth = cmd("AUTH");
            if let Some(username) = &dialling.username {
                auth.arg(username);
            }
            auth.arg(password.expose());
            let answer = self.ask(&auth)?;
            failure::check_auth(answer, &self.node, dialling.username.as_deref())?;
        }
        if dialling.database != 0 {
            let mut select = cmd("SELECT");
            select.arg(dialling.database);
            let answer = self.ask(&select)?;
            failure::checked(answer, &self.node)?;
        }
        Ok(())
    }

    /// Whether nothing has come since the last answer, nor the end: of a server that has
    /// gone while nobody asked, that is known before anything is sent.
    pub(super) fn is_quiet(&mut self) -> bool {
        let socket = &self.wire.timed().socket;
        if socket.set_nonblocking(true).is_err() {
            return false;
        }
        let peeked = socket.peek(&mut [0]);
        let is_quiet = peeked.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock);
        socket.set_nonblocking(false).is_ok() && is_quiet
    }

    /// A second handle of the socket, to shut it down from another thread.
    pub(super) fn socket(&mut self) -> io::Result<TcpStream> {
        self.wire.timed().socket.try_clone()
    }

    /// What is sent and received from now on has to have ended then, but for the time of
    /// its size, and stands still for no longer than `timeout`.
    pub(super) fn begin(&mut self, end: Instant, timeout: Duration) {
        self.wire.timed().transfer = Transfer::new(end, timeout, Instant::now());
    }

    pub(super) fn ask(&mut self, command: &Cmd) -> Result<Value, Failure> {
        self.send(&command.get_packed_command())?;
        self.receive()
    }

    pub(super) fn send(&mut self, packed: &[u8]) -> Result<(), Failure> {
        self.wire.timed().transfer.is_to_send(packed.len());
        let written = match &mut self.wire {
            Wire::Plain(timed) => timed.write_all(packed),
            Wire::Tls(stream) => stream.write_all(packed).and_then(|()| stream.flush()),
        };
        written.map_err(|error| failure::broken(&self.node, &error))
    }

    /// The next answer, which may say that the server refuses.
    pub(super) fn receive(&mut self) -> Result<Value, Failure> {
        let parsed = match &mut self.wire {
            Wire::Plain(timed) => self.parser.parse_value(timed),
            Wire::Tls(stream) => self.parser.parse_value(&mut **stream),
        };
        parsed.map_err(|error| failure::unread(&self.node, &error))
    }
}

/// Tries one address after the other, each for a fair part of the time.
fn connect(node: &Node, deadline: Instant) -> io::Result<TcpStream> {
    let addresses = resolve(node, deadline)?;
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    let count = addresses.len();
    for (tried, address) in addresses.iter().enumerate() {
        let left = deadline.saturating_duration_since(Instant::now());
        let part = left / u32::try_from(count - tried).unwrap_or(u32::MAX);
        if part.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        match TcpStream::connect_timeout(address, part) {
            Ok(socket) => return Ok(socket),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// The resolver of the platform knows no timeout, so another thread waits for it.
fn resolve(node: &Node, deadline: Instant) -> io::Result<Vec<SocketAddr>> {
    if let Ok(address) = node.host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, node.port)]);
    }
    let (sender, receiver) = mpsc::sync_channel(1);
    let wanted = (node.host.clone(), node.port);
    thread::Builder::new()
        .name("cloudapi-redis-resolver".to_owned())
        .spawn(move || {
            let resolved = wanted.to_socket_addrs().map(Iterator::collect);
            let _ = sender.send(resolved);
        })?;
    let left = deadline.saturating_duration_since(Instant::now());
    receiver.recv_timeout(left).unwrap_or_else(|_| {
        Err(io::Error::new(
            io::ErrorKind::TimedOut,
            "the name took too long",
        ))
    })
}
