//! What goes wrong with a Redis, for people and for those who decide what follows.

use std::io;

use redis::{ErrorKind, RedisError, ServerErrorKind, Value};

use super::options::Node;
use crate::store::{StoreError, StoreErrorKind};

/// What follows from a failure, besides the error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// Nothing was sent.
    Unreachable,
    /// The connection is gone; what was sent may have been done.
    Broken,
    /// There was no answer in time; what was sent may be done yet.
    TimedOut,
    /// The server has not got the script. It has done nothing.
    NoScript,
    /// This server is a replica. It has done nothing.
    ReadOnly,
    /// Another server has the key. This one has done nothing.
    Moved(Option<Node>),
    /// Another server is just getting the key. This one has done nothing.
    Ask(Option<Node>),
    /// The server has refused for another reason.
    Refused,
}

#[derive(Debug)]
pub(super) struct Failure {
    pub(super) cause: Cause,
    pub(super) error: StoreError,
}

impl Failure {
    fn new(cause: Cause, kind: StoreErrorKind, message: String) -> Self {
        Self {
            cause,
            error: StoreError::new(kind, message),
        }
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        failure.error
    }
}

fn unavailable(cause: Cause, message: String) -> Failure {
    Failure::new(cause, StoreErrorKind::Unavailable, message)
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock
    )
}

pub(super) fn unreachable(node: &Node, error: &io::Error) -> Failure {
    let message = if is_timeout(error) {
        format!("the Redis at {node} cannot be reached: there was no connection in time")
    } else {
        format!("the Redis at {node} cannot be reached: {error}")
    };
    unavailable(Cause::Unreachable, message)
}

pub(super) fn no_tls(node: &Node, error: &io::Error) -> Failure {
    let is_certificate = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>())
        .is_some_and(|error| matches!(error, rustls::Error::InvalidCertificate(_)));
    if is_certificate {
        let message = format!(
            "the certificate of the Redis at {node} is not trusted: {error}; the file of whoever \
             signed it can be given as `ca_file`"
        );
        return Failure::new(Cause::Refused, StoreErrorKind::Refused, message);
    }
    let message = format!("there is no TLS with the Redis at {node}: {error}");
    unavailable(Cause::Unreachable, message)
}

pub(super) fn broken(node: &Node, error: &io::Error) -> Failure {
    if is_timeout(error) {
        return late(node);
    }
    let message = format!("the connection to the Redis at {node} broke: {error}");
    unavailable(Cause::Broken, message)
}

fn late(node: &Node) -> Failure {
    let message = format!("the Redis at {node} gave no answer in time");
    unavailable(Cause::TimedOut, message)
}

pub(super) fn unread(node: &Node, error: &RedisError) -> Failure {
    if error.is_timeout() {
        return late(node);
    }
    if error.kind() == ErrorKind::Parse && !error.is_connection_dropped() {
        // Where a connection ends within an answer, it is of this kind too.
        let message = format!("what came from {node} is no answer of a Redis, or breaks off");
        return unavailable(Cause::Broken, message);
    }
    let message = format!("the connection to the Redis at {node} broke: {error}");
    unavailable(Cause::Broken, message)
}

/// How a server tells that the user or the password is wrong. What it does not understand
/// it may repeat, so only words are looked for in that.
pub(super) fn check_auth(
    answer: Value,
    node: &Node,
    username: Option<&str>,
) -> Result<(), Failure> {
    let Value::ServerError(error) = &answer else {
        return Ok(());
    };
    let refused = |message| Failure::new(Cause::Refused, StoreErrorKind::Refused, message);
    let code = error.code().to_owned();
    let user = username.unwrap_or("default");
    if error.code() == "WRONGPASS" {
        return Err(refused(format!(
            "the Redis at {node} refuses the password of the user `{user}`, or the user"
        )));
    }
    if error
        .details()
        .unwrap_or_default()
        .contains("without any password")
    {
        return Err(refused(format!(
            "the Redis at {node} has no password for the user `{user}`; leave it out of the address"
        )));
    }
    let Err(failure) = checked(answer, node) else {
        return Ok(());
    };
    // It cannot do anything now.
    if failure.error.kind() == StoreErrorKind::Unavailable {
        let message =
            format!("the Redis at {node} cannot do it now: `AUTH` is answered with {code}");
        return Err(unavailable(failure.cause, message));
    }
    Err(refused(format!(
        "the Redis at {node} does not take `AUTH`, with which user and password are sent (what it \
         says is not shown, as it may repeat them); if it wants none, leave them out of the address"
    )))
}

/// An answer, unless the server refuses.
pub(super) fn checked(answer: Value, node: &Node) -> Result<Value, Failure> {
    match answer {
        Value::ServerError(error) => Err(refusal(&error.into(), node)),
        answer => Ok(answer),
    }
}

/// A server, as it stands in `MOVED 3999 host:port`. An empty host is the one asked.
fn redirected(error: &RedisError, asked: &Node) -> Option<Node> {
    let (address, _) = error.redirect_node()?;
    let (host, port) = address.rsplit_once(':')?;
    let host = host.trim_matches(['[', ']']);
    let host = if host.is_empty() { &asked.host } else { host };
    Some(Node {
        host: host.to_owned(),
        port: port.parse().ok()?,
    })
}

fn refusal(error: &RedisError, node: &Node) -> Failure {
    let code = error.code().unwrap_or_default();
    let detail = error.detail().unwrap_or_default();
    // Redis before 7 puts what went wrong within a script behind a text of its own.
    let says = |word: &str| code == word || detail.split([' ', ':', '-']).any(|part| part == word);
    let one_of = |words: &[&str]| words.iter().any(|word| says(word));
    let told = format!("{code} {detail}");
    let told = told.trim();
    if error.kind() == ErrorKind::Server(ServerErrorKind::Moved) {
        let message = format!("the Redis at {node} has handed keys over: {told}");
        return unavailable(Cause::Moved(redirected(error, node)), message);
    }
    if error.kind() == ErrorKind::Server(ServerErrorKind::Ask) {
        let message = format!("the Redis at {node} hands keys over: {told}");
        return unavailable(Cause::Ask(redirected(error, node)), message);
    }
    if code == "NOSCRIPT" {
        let message = format!("the Redis at {node} forgets scripts at once: {told}");
        return unavailable(Cause::NoScript, message);
    }
    if says("READONLY") {
        let message = format!("the Redis at {node} is a replica now, and takes nothing: {told}");
        return unavailable(Cause::ReadOnly, message);
    }
    if says("OOM") {
        let message = format!(
            "the Redis at {node} has no memory left (`maxmemory`); what it has is kept, and there \
             is room again once jobs are purged: {told}"
        );
        return Failure::new(Cause::Refused, StoreErrorKind::Full, message);
    }
    if one_of(&[
        "LOADING",
        "MASTERDOWN",
        "CLUSTERDOWN",
        "TRYAGAIN",
        "BUSY",
        "NOREPLICAS",
        "MISCONF",
        "UNBLOCKED",
    ]) || detail.contains("max number of clients")
        || detail.contains("attempted to access a non local key")
    {
        let message = format!("the Redis at {node} cannot do it now: {told}");
        return unavailable(Cause::Refused, message);
    }
    // As Redis 7.0 says it, and as Valkey does.
    let in_script = detail.contains("The user executing the script can't")
        || detail.contains("ACL failure in script");
    if in_script || one_of(&["NOPERM", "NOAUTH", "WRONGPASS", "DENIED"]) {
        let message = if says("NOAUTH") {
            format!(
                "the Redis at {node} wants a password, as in `redis://user:password@host`: {told}"
            )
        } else {
            format!(
                "the Redis at {node} does not let this user do it (the documentation of the store \
                 has what it needs): {told}"
            )
        };
        return Failure::new(Cause::Refused, StoreErrorKind::Refused, message);
    }
    if detail.contains("DB index") || detail.to_ascii_lowercase().contains("unknown command") {
        let message = format!("the Redis at {node} does not have what is needed: {told}");
        return Failure::new(Cause::Refused, StoreErrorKind::Refused, message);
    }
    let message = format!(
        "what the Redis at {node} has under our keys is not ours, or damaged (another `prefix` \
         keeps out of it): {told}"
    );
    Failure::new(Cause::Refused, StoreErrorKind::Unusable, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(told: &str) -> Failure {
        let node = Node::read("a:7").unwrap();
        let answer = redis::Parser::new().parse_value(format!("-{told}\r\n").as_bytes());
        checked(answer.unwrap(), &node).unwrap_err()
    }

    #[test]
    fn what_a_server_says_is_understood_in_all_its_versions() {
        use StoreErrorKind::{Full, Refused, Unavailable, Unusable};

        for (told, kind) in [
            (
                "OOM command not allowed when used memory > 'maxmemory'. script: 0a, on @user_script:7.",
                Full,
            ),
            (
                "ERR Error running script (call to f_0a): @user_script:7: -OOM command not allowed when used memory > 'maxmemory'.",
                Full,
            ),
            (
                "WRONGTYPE Operation against a key holding the wrong kind of value script: 0a, on @user_script:7.",
                Unusable,
            ),
            (
                "ERR user_script:7: attempt to perform arithmetic on a nil value",
                Unusable,
            ),
            (
                "LOADING Redis is loading the dataset in memory",
                Unavailable,
            ),
            (
                "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
                Unavailable,
            ),
            ("CLUSTERDOWN The cluster is down", Unavailable),
            (
                "TRYAGAIN Multiple keys request during rehashing of slot",
                Unavailable,
            ),
            ("BUSY Redis is busy running a script.", Unavailable),
            ("ERR max number of clients reached", Unavailable),
            (
                "ERR Script attempted to access a non local key in a cluster node script: 0a",
                Unavailable,
            ),
            (
                "NOPERM User x has no permissions to run the 'evalsha' command",
                Refused,
            ),
            ("NOAUTH Authentication required.", Refused),
            ("ERR DB index is out of range", Refused),
            (
                "ERR unknown command 'EVALSHA', with args beginning with: ",
                Refused,
            ),
            (
                "ERR The user executing the script can't run this command or subcommand script: 0a",
                Refused,
            ),
            (
                "ERR ACL failure in script: User x has no permissions to run the 'hset' command \
                 script: on @user_script:81.",
                Refused,
            ),
        ] {
            let failure = refused(told);
            assert_eq!(failure.error.kind(), kind, "{told}");
            assert_eq!(failure.cause, Cause::Refused, "{told}");
        }
        assert_eq!(
            refused("NOSCRIPT No matching script.").cause,
            Cause::NoScript
        );
        let read_only = "READONLY You can't write against a read only replica. script: 0a";
        assert_eq!(refused(read_only).cause, Cause::ReadOnly);
        let in_script = "ERR Error running script (call to f_0a): @user_script:7: -READONLY You";
        assert_eq!(refused(in_script).cause, Cause::ReadOnly);
    }

    #[test]
    fn a_server_that_hands_over_says_to_whom() {
        let to = |text| Some(Node::read(text).unwrap());
        assert_eq!(refused("MOVED 3999 b:8").cause, Cause::Moved(to("b:8")));
        assert_eq!(refused("ASK 3999 b:8").cause, Cause::Ask(to("b:8")));
        // It does not know how it is called.
        assert_eq!(refused("MOVED 3999 :8").cause, Cause::Moved(to("a:8")));
    }
}
