//! The base URL of an API.

use url::Url;

/// Says what is wrong with a base URL, and what to do about it.
pub(crate) fn problem(text: &str) -> Option<(String, &'static str)> {
    const EXAMPLE: &str = "write it like `https://api.example.com/v1/`";
    let problem = |what: &str, help| Some((String::from(what), help));
    if text.contains(|character: char| character.is_whitespace() || character.is_control()) {
        return problem("the base URL contains white space", "take it out");
    }
    if text.contains(['{', '}']) {
        return problem(
            "the base URL contains a brace, but it has no placeholders",
            "give another base URL when the client is built: `builder().baseurl(..)`",
        );
    }
    let url = match Url::parse(text) {
        Ok(url) => url,
        Err(url::ParseError::RelativeUrlWithoutBase) => {
            return problem("the base URL has no scheme", EXAMPLE);
        }
        Err(error) => return Some((format!("the base URL is not a URL: {error}"), EXAMPLE)),
    };
    let scheme = url.scheme();
    if !matches!(scheme, "http" | "https") {
        return Some((
            format!("the base URL has the scheme `{scheme}`, which is not HTTP"),
            EXAMPLE,
        ));
    }
    // The parser forgives what may be a slip: `https:host`, `https:/host`, `\`.
    if !text[scheme.len()..].starts_with("://") || text.contains('\\') {
        return problem(
            "the base URL does not begin with `http://` or `https://`",
            EXAMPLE,
        );
    }
    if !url.username().is_empty() || url.password().is_some() {
        return problem(
            "the base URL holds credentials, which would be a part of the source",
            "take them from fields: `basic(\"{user}\", \"{password}\")` or `bearer = \"{token}\"`",
        );
    }
    if url.query().is_some() {
        return problem(
            "the base URL has a query",
            "send it with every request by the key `query(\"name\" = \"value\")`, or make it a \
             parameter of the endpoints, `#[query] name: &str`",
        );
    }
    if url.fragment().is_some() {
        return problem(
            "the base URL has a fragment, which is never sent",
            "take it out",
        );
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_urls_are_fine() {
        for url in [
            "https://api.digitalocean.com/v2/",
            "https://api.digitalocean.com/v2",
            "http://localhost:8080",
            "HTTPS://[::1]/",
            "https://api.example.com/a%20b/",
        ] {
            assert_eq!(problem(url), None, "{url}");
        }
    }

    #[test]
    fn everything_else_says_why() {
        for (url, why) in [
            ("", "no scheme"),
            ("api.example.com/v1/", "no scheme"),
            ("/v1/", "no scheme"),
            ("ftp://example.com/", "`ftp`"),
            ("localhost:8080/", "`localhost`"),
            ("https://", "not a URL"),
            ("https://exa mple.com/", "white space"),
            (" https://example.com/", "white space"),
            ("https://{region}.example.com/", "brace"),
            ("https:example.com/", "does not begin"),
            ("https:\\\\example.com/", "does not begin"),
            ("https://user@example.com/", "credentials"),
            ("https://:secret@example.com/", "credentials"),
            ("https://example.com/?key=1", "query"),
            ("https://example.com/?", "query"),
            ("https://example.com/#top", "fragment"),
        ] {
            let (message, _) = problem(url).unwrap_or_default();
            assert!(message.contains(why), "{url}: {message}");
        }
    }
}
