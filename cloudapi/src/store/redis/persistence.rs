//! What survives of what a Redis has been told.

use std::fmt;

use redis::{Value, cmd};

use super::nodes::Nodes;
use super::record;
use super::scripts::Request;
use crate::store::StoreError;

/// When a Redis hands its log to the disk (`appendfsync`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LogSync {
    /// Before it answers: nothing that was answered is lost.
    Always,
    /// Every second: a power failure loses a second or two. So does a kill while the
    /// disk is busy, for what waits for it is not yet with the system.
    EverySecond,
    /// When the system likes to: a power failure loses half a minute or so.
    Never,
    /// It does not say: `CONFIG` is not allowed.
    NotTold,
}

/// What survives of what a Redis has been told. Of a cluster, what survives for sure: the
/// weakest of its servers counts.
///
/// As a text it is a sentence for a log, which says what is missing and what to set.
///
/// ```no_run
/// use cloudapi::store::RedisStore;
///
/// # fn main() -> Result<(), cloudapi::store::StoreError> {
/// let store = RedisStore::connect("redis://127.0.0.1/")?;
/// let persistence = store.persistence()?;
/// if !persistence.survives_power_loss() {
///     eprintln!("{persistence}");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Persistence {
    /// It keeps a log (`appendonly yes`). Without one a restart loses what has come
    /// since the last snapshot, or all.
    pub has_log: bool,
    /// When the log is on the disk.
    pub log_sync: LogSync,
    /// The log is written without errors (`aof_last_write_status`).
    pub log_is_well: bool,
    /// What happens when memory is full (`maxmemory-policy`). With anything but
    /// `noeviction` jobs are thrown away, unless there is no maximum.
    pub eviction: String,
    /// The maximum of its memory in bytes (`maxmemory`); 0 is none.
    pub maximum_memory: u64,
    /// How many replicas are connected.
    pub replicas: u32,
}

impl Persistence {
    /// Nothing is lost when the machine fails: the log is on the disk before the answer,
    /// and jobs are not thrown away.
    #[must_use]
    pub fn survives_power_loss(&self) -> bool {
        self.survives_restart() && self.log_sync == LogSync::Always
    }

    /// Nothing is lost when the server is stopped and started.
    #[must_use]
    pub fn survives_restart(&self) -> bool {
        self.has_log && self.log_is_well && !self.evicts()
    }

    /// Jobs are thrown away when memory is full.
    #[must_use]
    pub fn evicts(&self) -> bool {
        self.maximum_memory > 0 && self.eviction != "noeviction"
    }

    fn weaker(&self, other: &Self) -> Self {
        let (first, second) = if self.evicts() {
            (self, other)
        } else {
            (other, self)
        };
        Self {
            has_log: first.has_log && second.has_log,
            log_sync: first.log_sync.max(second.log_sync),
            log_is_well: first.log_is_well && second.log_is_well,
            eviction: first.eviction.clone(),
            maximum_memory: first.maximum_memory,
            replicas: first.replicas.min(second.replicas),
        }
    }
}

impl fmt::Display for Persistence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut says = Vec::new();
        if !self.has_log {
            says.push("a restart loses jobs and limits (set `appendonly yes`)".to_owned());
        } else if !self.log_is_well {
            says.push("its log cannot be written (see the log of the Redis)".to_owned());
        } else {
            says.push(match self.log_sync {
                LogSync::Always => "nothing is lost when the machine fails".to_owned(),
                LogSync::EverySecond => "a power failure or a kill loses up to two seconds \
                                         (`appendfsync always` loses nothing)"
                    .to_owned(),
                LogSync::Never => "a power failure loses up to half a minute (set `appendfsync \
                                   always`)"
                    .to_owned(),
                LogSync::NotTold => {
                    "it does not tell when its log is on the disk (`appendfsync`)".to_owned()
                }
            });
        }
        if self.evicts() {
            says.push(format!(
                "when memory is full, jobs are thrown away by `{}` (set `maxmemory-policy \
                 noeviction`)",
                self.eviction
            ));
        }
        match self.replicas {
            0 => says.push("there is no replica".to_owned()),
            1 => says.push("there is 1 replica".to_owned()),
            count => says.push(format!("there are {count} replicas")),
        }
        write!(formatter, "of this Redis: {}", says.join("; "))
    }
}

pub(super) fn read(nodes: &Nodes) -> Result<Persistence, StoreError> {
    let infos = nodes.ask_masters(|| Request::plain(cmd("INFO")))?;
    let configured = || Request::plain(cmd("CONFIG")).arg("GET").arg("appendfsync");
    let syncs = nodes.ask_masters(configured)?;
    let mut weakest: Option<Persistence> = None;
    for (info, sync) in infos.into_iter().zip(syncs) {
        // Managed ones allow no CONFIG.
        let sync = sync.map_or(LogSync::NotTold, read_sync);
        let one = read_info(&record::text(info?)?, sync);
        weakest = Some(match weakest {
            Some(other) => one.weaker(&other),
            None => one,
        });
    }
    Ok(weakest.unwrap_or_else(|| read_info("", LogSync::NotTold)))
}

fn read_sync(answer: Value) -> LogSync {
    let last = record::list(answer).ok().and_then(|mut pair| pair.pop());
    match last.and_then(|value| record::text(value).ok()).as_deref() {
        Some("always") => LogSync::Always,
        Some("everysec") => LogSync::EverySecond,
        Some("no") => LogSync::Never,
        _ => LogSync::NotTold,
    }
}

/// A line `name:value` of `INFO`.
pub(super) fn field<'a>(info: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = info.lines();
    lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
}

fn read_info(info: &str, log_sync: LogSync) -> Persistence {
    let number = |name| {
        field(info, name)
            .and_then(|text| text.parse().ok())
            .unwrap_or(0)
    };
    Persistence {
        has_log: field(info, "aof_enabled") == Some("1"),
        log_sync,
        log_is_well: field(info, "aof_last_write_status") != Some("err"),
        eviction: field(info, "maxmemory_policy")
            .unwrap_or("not told")
            .to_owned(),
        maximum_memory: number("maxmemory"),
        replicas: u32::try_from(number("connected_slaves")).unwrap_or(u32::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(log: u8, policy: &str, memory: u64) -> String {
        format!(
            "# Persistence\r\naof_enabled:{log}\r\naof_last_write_status:ok\r\n# Memory\r\n\
             maxmemory:{memory}\r\nmaxmemory_policy:{policy}\r\n# Replication\r\n\
             connected_slaves:2\r\n"
        )
    }

    #[test]
    fn what_survives_is_told_with_what_to_set() {
        let best = read_info(&info(1, "noeviction", 0), LogSync::Always);
        assert!(best.survives_power_loss());
        assert_eq!(
            best.to_string(),
            "of this Redis: nothing is lost when the machine fails; there are 2 replicas"
        );
        let usual = read_info(&info(1, "noeviction", 0), LogSync::EverySecond);
        assert!(usual.survives_restart() && !usual.survives_power_loss());
        assert!(usual.to_string().contains("`appendfsync always`"));
        let none = read_info(&info(0, "noeviction", 0), LogSync::EverySecond);
        assert!(!none.survives_restart());
        assert!(none.to_string().contains("`appendonly yes`"));
        let evicting = read_info(&info(1, "allkeys-lru", 1 << 20), LogSync::Always);
        assert!(!evicting.survives_restart());
        assert!(evicting.to_string().contains("maxmemory-policy noeviction"));
        // Without a maximum nothing is thrown away, whatever the policy.
        assert!(read_info(&info(1, "allkeys-lru", 0), LogSync::Always).survives_power_loss());
    }

    #[test]
    fn of_a_cluster_the_weakest_counts() {
        let best = || read_info(&info(1, "noeviction", 0), LogSync::Always);
        let evicting = || read_info(&info(1, "allkeys-lru", 1 << 20), LogSync::Always);
        let late = || read_info(&info(1, "noeviction", 0), LogSync::EverySecond);
        assert!(best().weaker(&evicting()).evicts());
        assert!(evicting().weaker(&best()).evicts());
        assert_eq!(best().weaker(&late()), late());
    }
}
