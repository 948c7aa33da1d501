//! Which server of a cluster has which slots.

use redis::Value;

use super::options::Node;

/// The first and the last slot of each range, and the master that has it.
#[derive(Default)]
pub(super) struct Ranges(Vec<(u16, u16, Node)>);

impl Ranges {
    /// What `CLUSTER SLOTS` says: first and last slot, then the master, then replicas.
    pub(super) fn read(answer: &Value, asked: &Node) -> Self {
        let Value::Array(ranges) = answer else {
            return Self::default();
        };
        let read = |range| read_range(range, asked);
        Self(ranges.iter().filter_map(read).collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Who has a slot.
    pub(super) fn find(&self, slot: u16) -> Option<&Node> {
        let mut ranges = self.0.iter();
        let range = ranges.find(|(first, last, _)| (*first..=*last).contains(&slot));
        range.map(|(_, _, node)| node)
    }

    /// The master of each range, so some of them several times.
    pub(super) fn masters(&self) -> impl Iterator<Item = &Node> {
        self.0.iter().map(|(_, _, node)| node)
    }
}

fn read_range(range: &Value, asked: &Node) -> Option<(u16, u16, Node)> {
    let number = |value: &Value| match value {
        Value::Int(number) => u16::try_from(*number).ok(),
        _ => None,
    };
    let Value::Array(range) = range else {
        return None;
    };
    let [first, last, Value::Array(master), ..] = &range[..] else {
        return None;
    };
    let host: Option<String> = match master.first()? {
        Value::BulkString(host) => String::from_utf8(host.clone()).ok(),
        Value::SimpleString(host) => Some(host.clone()),
        _ => None,
    };
    // A server that does not know how it is called is called as it was asked.
    let host = host.filter(|host| !host.is_empty() && host != "?");
    let node = Node {
        host: host.unwrap_or_else(|| asked.host.clone()),
        port: number(master.get(1)?)?,
    };
    Some((number(first)?, number(last)?, node))
}
