//! What is done in the server at once: a script for each method that changes something,
//! and for reads that have to fit together.

use std::sync::LazyLock;

use redis::{Cmd, ToRedisArgs, cmd};

/// A script, which a server knows by its hash once it has had it.
pub(super) struct Script {
    source: String,
    hash: String,
}

impl Script {
    fn new(source: String) -> Self {
        let hash = redis::Script::new(&source).get_hash().to_owned();
        Self { source, hash }
    }
}

macro_rules! scripts {
    (
        $(of_none $whole:ident $whole_file:literal;)*
        $(of_scope $alone:ident $alone_file:literal;)*
        $(of_queue $name:ident $file:literal;)*
    ) => {
        $(pub(super) static $whole: LazyLock<Script> =
            LazyLock::new(|| Script::new(include_str!($whole_file).to_owned()));)*
        $(pub(super) static $alone: LazyLock<Script> =
            LazyLock::new(|| Script::new(concat!(include_str!("lua/clock.lua"), include_str!($alone_file)).to_owned()));)*
        $(pub(super) static $name: LazyLock<Script> = LazyLock::new(|| {
            Script::new(concat!(include_str!("lua/clock.lua"), include_str!("lua/queue.lua"), include_str!($file)).to_owned())
        });)*
    };
}

scripts! {
    of_none NUMBER "lua/number.lua";
    of_scope RESERVE "lua/reserve.lua";
    of_scope CLOSE "lua/close.lua";
    of_scope GATE "lua/gate.lua";
    of_queue PUT "lua/put.lua";
    of_queue CLAIM "lua/claim.lua";
    of_queue MARK "lua/mark.lua";
    of_queue HEARTBEAT "lua/heartbeat.lua";
    of_queue FINISH "lua/finish.lua";
    of_queue REQUEUE "lua/requeue.lua";
    of_queue RECLAIM "lua/reclaim.lua";
    of_queue JOB "lua/job.lua";
    of_queue LIST "lua/list.lua";
    of_queue COUNTS "lua/counts.lua";
    of_queue RETRY "lua/retry.lua";
    of_queue CANCEL "lua/cancel.lua";
    of_queue SETTLE "lua/settle.lua";
    of_queue PURGE "lua/purge.lua";
}

/// A command, and what else to know of it.
pub(super) struct Request {
    pub(super) command: Cmd,
    script: Option<&'static Script>,
}

impl Request {
    pub(super) fn plain(command: Cmd) -> Self {
        Self {
            command,
            script: None,
        }
    }

    pub(super) fn script(script: &'static Script, keys: &[impl ToRedisArgs]) -> Self {
        let mut command = cmd("EVALSHA");
        command.arg(&script.hash).arg(keys.len()).arg(keys);
        Self {
            command,
            script: Some(script),
        }
    }

    pub(super) fn is_script(&self) -> bool {
        self.script.is_some()
    }

    pub(super) fn arg(mut self, argument: impl ToRedisArgs) -> Self {
        self.command.arg(argument);
        self
    }

    /// About how many bytes are sent.
    pub(super) fn size(&self) -> u64 {
        let sizes = self.command.args_iter().map(|argument| match argument {
            redis::Arg::Simple(argument) => argument.len() as u64,
            _ => 0,
        });
        sizes.sum()
    }

    /// The same for a server that does not know the script, which it does from then on.
    pub(super) fn with_source(&self) -> Option<Cmd> {
        let script = self.script?;
        let mut command = cmd("EVAL");
        command.arg(&script.source);
        for argument in self.command.args_iter().skip(2) {
            if let redis::Arg::Simple(argument) = argument {
                command.arg(argument);
            }
        }
        Some(command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_sent_whole_with_the_same_arguments() {
        let request = Request::script(&GATE, &["key"])
            .arg("one")
            .arg(2)
            .arg(&b"\xff\0"[..]);
        let whole = request.with_source().unwrap();
        let arguments = |command: &Cmd| {
            let simple = command.args_iter().map(|argument| match argument {
                redis::Arg::Simple(argument) => argument.to_vec(),
                _ => unreachable!("no cursor is used"),
            });
            simple.collect::<Vec<_>>()
        };
        assert_eq!(arguments(&whole)[0], b"EVAL");
        assert_eq!(arguments(&whole)[1], GATE.source.as_bytes());
        assert_eq!(arguments(&whole)[2..], arguments(&request.command)[2..]);
        assert_eq!(arguments(&request.command).last().unwrap(), b"\xff\0");
    }
}
