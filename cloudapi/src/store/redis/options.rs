//! Where a Redis is and how it is used: the address, read, and the other options.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use percent_encoding::percent_decode_str;

use super::RedisStore;
use crate::auth::Secret;
use crate::store::{StoreError, StoreErrorKind};

const PORT: u16 = 6379;

/// Longer than anybody waits, and short enough to be counted from now.
const LONGEST: Duration = Duration::from_secs(86_400);

const SCHEMES: &str = "`redis://`, `rediss://` (TLS), `redis+cluster://` or `rediss+cluster://`, \
                       or the same with `valkey`";

/// The options of a [`RedisStore`].
///
/// ```no_run
/// use std::time::Duration;
/// use cloudapi::Secret;
/// use cloudapi::store::RedisStore;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = RedisStore::options("rediss+cluster://bulk@10.0.0.1,10.0.0.2:7000")
///     .password(Secret::from_env("REDIS_PASSWORD")?)
///     .ca_file("/etc/redis/ca.pem")
///     .timeout(Duration::from_millis(500))
///     .prefix("bulk")
///     .connect()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "options do nothing before `connect`"]
pub struct RedisOptions {
    address: Secret,
    username: Option<String>,
    password: Option<Secret>,
    timeout: Duration,
    prefix: String,
    ca_file: Option<PathBuf>,
    replicas: u32,
    must_exist: bool,
}

impl fmt::Debug for RedisOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The address may have a password.
        formatter
            .debug_struct("RedisOptions")
            .field("timeout", &self.timeout)
            .field("prefix", &self.prefix)
            .field("ca_file", &self.ca_file)
            .field("replicas", &self.replicas)
            .finish_non_exhaustive()
    }
}

impl RedisOptions {
    pub(super) fn new(address: &str) -> Self {
        Self {
            address: Secret::new(address),
            username: None,
            password: None,
            timeout: Duration::from_secs(2),
            prefix: "cloudapi".to_owned(),
            ca_file: None,
            replicas: 0,
            must_exist: false,
        }
    }

    /// The user, instead of the one in the address. Without either it is `default`.
    pub fn username(mut self, username: impl Into<String>) -> Self {
        self.username = Some(username.into());
        self
    }

    /// The password, instead of the one in the address.
    pub fn password(mut self, password: impl Into<Secret>) -> Self {
        self.password = Some(password.into());
        self
    }

    /// How long to wait for a connection, and then while nothing is sent or received. Two
    /// seconds if not set, at least a millisecond, and a day at most.
    ///
    /// What is large may take longer as long as it moves: nothing waits for more than twice
    /// the timeout and the time that its size takes at 256 KiB a second. Where much was
    /// sent, up to 4 MiB of it may still be on their way at that rate before it stands still
    /// (16 seconds). Lists are asked for, and jobs purged, in parts, each of which has all of
    /// that time.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout.clamp(Duration::from_millis(1), LONGEST);
        self
    }

    /// With what all keys begin, `cloudapi` if not set: letters, digits and `._-:/`. Two
    /// prefixes are two stores.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// The certificates, in a PEM file, of which one has to have signed the server's.
    /// Without it those of the platform count. Only for `rediss://`.
    pub fn ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.ca_file = Some(path.into());
        self
    }

    /// On so many replicas a job has to be, besides the master, before [`put`] and
    /// [`mark_sent`] return; 0 if not set.
    ///
    /// If they are not so many within half the [`timeout`](Self::timeout), the error is
    /// [`Unavailable`](StoreErrorKind::Unavailable): the master has the job, and it may
    /// be put again with the same id. Redis gives no more than that: a replica that has
    /// it is most likely, and not certainly, the one that takes over.
    ///
    /// Where `mark_sent` fails so, the request does not leave, though the master has the job
    /// as sent. Its worker gives it back with an attempt counted that was none. If the worker
    /// ends before it has, a job that must not be repeated is
    /// [`Unknown`](crate::store::JobState::Unknown). What else becomes of a job waits for no
    /// replica: after a failover one that had ended may be sent once more if it may be
    /// repeated, and is unknown otherwise.
    ///
    /// [`put`]: crate::store::Store::put
    /// [`mark_sent`]: crate::store::Store::mark_sent
    pub fn replicas(mut self, replicas: u32) -> Self {
        self.replicas = replicas;
        self
    }

    /// Whether to fail where no store is, in place of making one.
    pub(in crate::store) const fn must_exist(mut self, must_exist: bool) -> Self {
        self.must_exist = must_exist;
        self
    }

    /// Connects, and looks whether it is a Redis that can be used.
    ///
    /// # Errors
    ///
    /// Of the kind [`Refused`](StoreErrorKind::Refused) if the address or an option
    /// makes no sense, or the password is wrong; [`Unusable`](StoreErrorKind::Unusable)
    /// if the server is older than 6.2 or a newer version of cloudapi keeps its jobs
    /// there; and [`Unavailable`](StoreErrorKind::Unavailable) if it cannot be reached.
    pub fn connect(self) -> Result<RedisStore, StoreError> {
        RedisStore::with(&self.read()?)
    }

    pub(super) fn read(self) -> Result<Settings, StoreError> {
        let is_fit = |c: char| c.is_ascii_alphanumeric() || "._-:/".contains(c);
        if self.prefix.is_empty() || !self.prefix.chars().all(is_fit) {
            return Err(refused(format!(
                "`{}` cannot be the prefix of the keys, which is of letters, digits and `._-:/`",
                self.prefix
            )));
        }
        let mut address = Address::read(self.address.expose())?;
        if self.username.is_some() {
            address.username = self.username;
        }
        if self.password.is_some() {
            address.password = self.password;
        }
        Ok(Settings {
            address,
            timeout: self.timeout,
            prefix: self.prefix,
            ca_file: self.ca_file,
            replicas: self.replicas,
            must_exist: self.must_exist,
        })
    }
}

/// The options, read.
pub(super) struct Settings {
    pub(super) address: Address,
    pub(super) timeout: Duration,
    pub(super) prefix: String,
    pub(super) ca_file: Option<PathBuf>,
    pub(super) replicas: u32,
    pub(super) must_exist: bool,
}

/// A server of a Redis.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Node {
    pub(super) host: String,
    pub(super) port: u16,
}

impl fmt::Display for Node {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(formatter, "[{}]:{}", self.host, self.port)
        } else {
            write!(formatter, "{}:{}", self.host, self.port)
        }
    }
}

impl Node {
    /// `host`, `host:port`, `[::1]:port`.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (host, rest) = rest.split_once(']')?;
                (host, rest.strip_prefix(':'))
            }
            None => match text.rsplit_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (text, None),
            },
        };
        let port = match port {
            Some(port) => port.parse().ok()?,
            None => PORT,
        };
        let host = host.to_owned();
        (!host.is_empty()).then_some(Self { host, port })
    }
}

pub(super) struct Address {
    pub(super) nodes: Vec<Node>,
    pub(super) is_cluster: bool,
    pub(super) is_tls: bool,
    pub(super) username: Option<String>,
    pub(super) password: Option<Secret>,
    pub(super) database: u32,
}

fn refused(message: String) -> StoreError {
    StoreError::new(StoreErrorKind::Refused, message)
}

fn decoded(text: &str) -> Result<String, StoreError> {
    let decoded = percent_decode_str(text).decode_utf8();
    // The text may be a password, so it is not shown.
    decoded.map(Into::into).map_err(|_| {
        refused("the user or password in the address of the Redis is not UTF-8".to_owned())
    })
}

impl Address {
    /// Nothing of what stands before an `@` is in an error: it may be a password.
    fn read(text: &str) -> Result<Self, StoreError> {
        let Some((scheme, rest)) = text.split_once("://") else {
            return Err(refused(format!(
                "the address of a Redis begins with {SCHEMES}"
            )));
        };
        let (is_cluster, is_tls) = match scheme {
            "redis" | "valkey" => (false, false),
            "rediss" | "valkeys" => (false, true),
            "redis+cluster" | "valkey+cluster" => (true, false),
            "rediss+cluster" | "valkeys+cluster" => (true, true),
            _ => {
                return Err(refused(format!(
                    "`{scheme}://` is no Redis; its address begins with {SCHEMES}"
                )));
            }
        };
        let (user, place) = match rest.rsplit_once('@') {
            Some((user, place)) => (Some(user), place),
            None => (None, rest),
        };
        let (mut username, mut password) = (None, None);
        if let Some(user) = user {
            let (name, secret) = match user.split_once(':') {
                Some((name, secret)) => (name, Some(secret)),
                None => (user, None),
            };
            username = Some(decoded(name)?).filter(|name| !name.is_empty());
            password = secret.map(decoded).transpose()?.map(Secret::new);
        }
        let (hosts, path) = place.split_once('/').unwrap_or((place, ""));
        let nodes: Option<Vec<_>> = hosts
            .split(',')
            .map(|host| Node::read(host.trim()))
            .collect();
        let nodes = nodes.ok_or_else(|| {
            // Where the host was forgotten, what looks like a port is a password.
            let names: Vec<_> = hosts
                .split(',')
                .filter_map(|host| host.split(':').next())
                .collect();
            refused(format!(
                "the server `{}` is not given as `host` or `host:port`, with a number for the port",
                names.join(",")
            ))
        })?;
        let database = match path {
            "" => 0,
            path => path.parse().map_err(|_| {
                refused(format!(
                    "what stands behind {hosts} is not the number of a database, as in \
                     `redis://host:6379/0`"
                ))
            })?,
        };
        if is_cluster && database != 0 {
            return Err(refused(format!(
                "a cluster has the database 0 only, and {hosts} is to be asked for {database}"
            )));
        }
        Ok(Self {
            nodes,
            is_cluster,
            is_tls,
            username,
            password,
            database,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(address: &str) -> Result<Address, StoreError> {
        RedisOptions::new(address).read().map(|read| read.address)
    }

    fn nodes(address: &str) -> Vec<String> {
        let address = read(address).unwrap();
        address.nodes.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn addresses_are_read() {
        let address = read("redis://bulk:p%40ss:w@example.com/3").unwrap();
        assert_eq!(address.username.as_deref(), Some("bulk"));
        assert_eq!(address.password.as_ref().unwrap().expose(), "p@ss:w");
        assert_eq!(address.database, 3);
        assert!(!address.is_tls && !address.is_cluster);
        assert_eq!(nodes("redis://example.com"), ["example.com:6379"]);
        assert_eq!(nodes("valkeys://:secret@[::1]:7000/"), ["[::1]:7000"]);
        assert_eq!(
            nodes("redis+cluster://a,b:1, c/"),
            ["a:6379", "b:1", "c:6379"]
        );
        assert!(read("rediss+cluster://a").unwrap().is_tls);
        assert!(read("redis://:secret@a").unwrap().username.is_none());
    }

    #[test]
    fn what_is_wrong_with_an_address_is_told_without_the_password() {
        for (address, told) in [
            ("example.com", "begins with `redis://`"),
            ("http://u:hunter2@example.com", "`http://` is no Redis"),
            ("redis://u:hunter2", "`u` is not given as"),
            ("redis://u:hunter2@", "`` is not given as"),
            ("redis://u:hunter2@a:port", "`a` is not given as"),
            ("redis://u:hunter2@b,a:99999", "`b,a` is not given as"),
            ("redis://a/0?password=hunter2", "behind a is not the number"),
            ("redis://u:hunter2%ff@a", "not UTF-8"),
            ("redis+cluster://u:hunter2@a/1", "the database 0 only"),
        ] {
            let error = read(address).err().expect(address);
            assert!(error.to_string().contains(told), "{address}: {error}");
            assert!(
                !format!("{error}{error:?}").contains("hunter2"),
                "{error:?}"
            );
            assert_eq!(error.kind(), StoreErrorKind::Refused);
        }
    }

    #[test]
    fn options_show_no_password() {
        let options = RedisOptions::new("redis://u:hunter2@a").password(Secret::new("hunter3"));
        assert!(!format!("{options:?}").contains("hunter"));
    }

    #[test]
    fn a_prefix_with_braces_would_break_the_keys_of_a_cluster() {
        for prefix in ["", "{a}", "a b", "a*"] {
            let error = RedisOptions::new("redis://a").prefix(prefix).read();
            assert!(
                error.err().unwrap().to_string().contains("prefix"),
                "{prefix}"
            );
        }
    }
}
