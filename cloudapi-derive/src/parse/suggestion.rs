//! What a key that nobody knows may be meant as.

use crate::diagnostics::{Diagnostic, listed, nearest};

/// Words of other libraries, too far from ours to be found by their letters.
const ALIASES: &[(&str, &[&str])] = &[
    (
        "baseurl",
        &[
            "address", "base", "endpoint", "host", "server", "uri", "url",
        ],
    ),
    ("bearer", &["auth", "bearer_token", "token"]),
    (
        "callrateperhour",
        &["rate", "rate_limit", "ratelimit", "throttle"],
    ),
    ("callrateperminute", &["rpm"]),
    ("callratepersecond", &["qps", "rps"]),
    ("geometric_delay_multiplier", &["backoff", "multiplier"]),
    ("headers", &["user_agent"]),
    ("idempotency_key", &["idempotence_key"]),
    (
        "maximum_geometric_delay_multiplications",
        &["max_attempts", "max_retries", "maximum_retries"],
    ),
    ("maximum_in_flight", &["concurrency", "parallelism"]),
    ("query", &["parameters", "params"]),
];

/// The known key that is meant, if one certainly enough is.
pub(super) fn meant<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let aliases = ALIASES.iter();
    let mut of_others = aliases.filter(|(_, aliases)| aliases.contains(&name));
    let alias = of_others.find_map(|(key, _)| known.iter().find(|known| *known == key));
    alias.copied().or_else(|| nearest(name, known))
}

/// Suggests what is meant, what has the word in it, or lists all.
pub(super) fn suggest(diagnostic: Diagnostic, name: &str, known: &[&str]) -> Diagnostic {
    if let Some(meant) = meant(name, known) {
        return diagnostic.help(format_args!("did you mean `{meant}`?"));
    }
    let word = format!("_{name}_");
    let have_it = known.iter().copied();
    let have_it: Vec<_> = have_it
        .filter(|known| format!("_{known}_").contains(&word))
        .collect();
    match have_it[..] {
        [] => diagnostic.suggest(name, known),
        _ => diagnostic.help(format_args!("did you mean {}?", listed(&have_it, "or"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: &[&str] = &[
        "baseurl",
        "callrateperhour",
        "connect_timeout",
        "crate",
        "request_timeout",
        "retry",
    ];

    #[test]
    fn words_of_other_libraries_are_known() {
        assert_eq!(meant("url", KEYS), Some("baseurl"));
        assert_eq!(meant("base_url", KEYS), Some("baseurl"));
        assert_eq!(meant("rate", KEYS), Some("callrateperhour"));
        assert_eq!(meant("url", &["crate"]), None);
        assert_eq!(meant("retires", KEYS), Some("retry"));
    }

    #[test]
    fn a_word_finds_all_keys_that_have_it() {
        let message = |name| {
            let diagnostic = suggest(Diagnostic::on_attribute("unknown"), name, KEYS);
            diagnostic.message().to_owned()
        };
        let message_of_timeout = message("timeout");
        assert!(
            message_of_timeout.ends_with("did you mean `connect_timeout` or `request_timeout`?"),
            "{message_of_timeout}"
        );
        let message_of_colour = message("colour");
        assert!(
            message_of_colour.contains("help: there is `baseurl`"),
            "{message_of_colour}"
        );
    }

    #[test]
    fn no_word_stands_for_two_keys() {
        let mut words: Vec<_> = ALIASES.iter().flat_map(|(_, words)| *words).collect();
        let all = words.len();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), all);
    }
}
