//! Where a redirect leads (RFC 9110 15.4).
//!
//! Each hop is an attempt of its own, which pays for a slot; this file only says
//! what it asks for.

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderName, Method, StatusCode};
use url::Url;

use crate::request::Request;
use crate::response::Response;

/// So many redirects in a row are followed, and no more.
const MAXIMUM: u8 = 10;

/// What is asked for in place of the request as it was made.
#[derive(Clone, Debug)]
pub(crate) struct Hop {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) has_body: bool,
    /// It has not left the server of the API, so credentials may go along. Once
    /// it has, they do not come back: another server does not decide what is
    /// done in our name.
    pub(crate) is_at_home: bool,
    number: u8,
}

impl Hop {
    /// The hop that a response asks for, after the request or another hop. `None`
    /// if it asks for none, or for one that is not to be followed.
    pub(crate) fn after(
        home: &Url,
        request: &Request,
        last: Option<&Self>,
        response: &Response<Bytes>,
    ) -> Option<Self> {
        let method = last.map_or(&request.method, |hop| &hop.method);
        let next_method = method_after(response.status(), method)?;
        let number = last.map_or(1, |hop| hop.number + 1);
        if number > MAXIMUM {
            return None;
        }
        let from = match last {
            Some(hop) => hop.url.clone(),
            None => Url::parse(request.url.as_str()).ok()?,
        };
        let mut locations = response.headers().get_all(LOCATION).iter();
        let location = std::str::from_utf8(locations.next()?.as_bytes()).ok()?;
        let mut url = from.join(location).ok()?;
        url.set_fragment(None);
        let is_safe = match url.scheme() {
            "https" => true,
            // What was encrypted stays so.
            "http" => from.scheme() == "http",
            _ => false,
        };
        if !is_safe || locations.next().is_some() {
            return None;
        }
        let has_body = last.is_none_or(|hop| hop.has_body) && next_method == *method;
        let is_at_home = last.is_none_or(|hop| hop.is_at_home) && url.origin() == home.origin();
        if has_body && request.options.secret_body && !is_at_home {
            return None;
        }
        let mut headers = last.map_or(&request.headers, |hop| &hop.headers).clone();
        if !has_body {
            for name in [CONTENT_TYPE, CONTENT_LENGTH, CONTENT_ENCODING] {
                headers.remove(name);
            }
        }
        if !is_at_home {
            headers = for_another_server(&headers);
        }
        Some(Self {
            method: next_method,
            url,
            headers,
            has_body,
            is_at_home,
            number,
        })
    }
}

/// The method that a redirect asks for; `None` if the status is not one of a
/// redirect.
fn method_after(status: StatusCode, method: &Method) -> Option<Method> {
    match status.as_u16() {
        // See other: look there.
        303 if *method == Method::HEAD => Some(Method::HEAD),
        303 => Some(Method::GET),
        // All clients of the Web take these two so (RFC 9110 15.4.2, 15.4.3).
        301 | 302 if *method == Method::POST => Some(Method::GET),
        301 | 302 | 307 | 308 => Some(method.clone()),
        _ => None,
    }
}

/// Whether a response to a request that must not be repeated says that it was carried
/// out, and where the answer is; or may say so.
pub(crate) const fn tells_where_to_look(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND | StatusCode::SEE_OTHER
    )
}

/// Whether a header is called like one that holds a secret.
#[cfg(feature = "store")]
pub(crate) fn is_called_a_secret(name: &HeaderName) -> bool {
    const WORDS: [&str; 14] = [
        "access-key",
        "api-key",
        "api_key",
        "apikey",
        "auth",
        "cookie",
        "credential",
        "functions-key",
        "password",
        "secret",
        "session",
        "signature",
        "subscription-key",
        "token",
    ];
    let name = name.as_str();
    WORDS.iter().any(|word| name.contains(word))
}

/// What may be sent to another server: what speaks of the content and of how it is
/// wanted, which every server understands. The rest was meant for the API, whatever it is
/// called.
fn for_another_server(headers: &HeaderMap) -> HeaderMap {
    let is_meant_for_all = |name: &HeaderName| {
        let name = name.as_str();
        ["accept", "content-", "if-"]
            .iter()
            .any(|start| name.starts_with(start))
            || ["idempotency-key", "prefer", "range", "user-agent"].contains(&name)
    };
    headers
        .iter()
        .filter(|(name, value)| !value.is_sensitive() && is_meant_for_all(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use http::header::AUTHORIZATION;
    use http::{HeaderValue, Version};

    use super::*;
    use crate::body::Source;
    use crate::request::Options;
    use crate::url_text::UrlText;

    fn request(method: Method) -> Request {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let mut key = HeaderValue::from_static("s3cret");
        key.set_sensitive(true);
        headers.insert("x-key", key);
        headers.insert(AUTHORIZATION, HeaderValue::from_static("plain"));
        headers.insert("x-trace", HeaderValue::from_static("7"));
        Request {
            template: crate::endpoint::Template {
                endpoint: const { &crate::endpoint::Endpoint::new("GET", "") },
                prefix: None,
            },
            method,
            url: UrlText::new("https://api.example.com/v2/a", 0),
            headers,
            body: Source::Bytes(Bytes::from_static(b"{}")),
            options: Options::default(),
        }
    }

    fn response(status: u16, location: &str) -> Response<Bytes> {
        let mut headers = HeaderMap::new();
        headers.insert(LOCATION, HeaderValue::from_str(location).unwrap());
        let status = StatusCode::from_u16(status).unwrap();
        Response::new(status, Version::HTTP_11, headers, Bytes::new())
    }

    fn hop(method: Method, status: u16, location: &str) -> Option<Hop> {
        let home = Url::parse("https://api.example.com/v2/").unwrap();
        Hop::after(&home, &request(method), None, &response(status, location))
    }

    #[test]
    fn method_and_body_are_those_of_rfc_9110() {
        for (method, status, expected) in [
            (Method::GET, 301, Some((Method::GET, true))),
            (Method::POST, 301, Some((Method::GET, false))),
            (Method::POST, 302, Some((Method::GET, false))),
            (Method::PUT, 302, Some((Method::PUT, true))),
            (Method::POST, 303, Some((Method::GET, false))),
            (Method::DELETE, 303, Some((Method::GET, false))),
            (Method::HEAD, 303, Some((Method::HEAD, true))),
            (Method::POST, 307, Some((Method::POST, true))),
            (Method::PATCH, 308, Some((Method::PATCH, true))),
            (Method::GET, 300, None),
            (Method::GET, 304, None),
            (Method::GET, 200, None),
        ] {
            let hop = hop(method.clone(), status, "b");
            let found = hop.map(|hop| (hop.method, hop.has_body));
            assert_eq!(found, expected, "{method} {status}");
        }
    }

    #[test]
    fn credentials_stay_with_their_server() {
        for (location, url, is_at_home) in [
            ("b?c#d", "https://api.example.com/v2/b?c", true),
            (
                "https://API.example.com:443/",
                "https://api.example.com/",
                true,
            ),
            (
                "//other.example.com/x",
                "https://other.example.com/x",
                false,
            ),
            (
                "https://api.example.com:8443/",
                "https://api.example.com:8443/",
                false,
            ),
        ] {
            let hop = hop(Method::POST, 307, location).unwrap();
            assert_eq!(hop.url.as_str(), url);
            assert_eq!(hop.is_at_home, is_at_home, "{location}");
            assert_eq!(hop.headers.contains_key("x-key"), is_at_home);
            assert_eq!(hop.headers.contains_key(AUTHORIZATION), is_at_home);
            assert_eq!(hop.headers.contains_key("x-trace"), is_at_home);
            assert!(hop.headers.contains_key(CONTENT_TYPE));
        }
        let looked_at = hop(Method::POST, 303, "b").unwrap();
        assert!(!looked_at.headers.contains_key(CONTENT_TYPE));
    }

    #[cfg(feature = "store")]
    #[test]
    fn what_is_called_like_a_credential_is_one() {
        for name in [
            "x-auth-token",
            "x-api-key",
            "apikey",
            "ocp-apim-subscription-key",
            "x-functions-key",
            "cookie",
            "proxy-authorization",
            "x-vault-token",
            "x-signature",
        ] {
            assert!(is_called_a_secret(&HeaderName::from_static(name)), "{name}");
        }
        for name in ["idempotency-key", "accept", "x-partition-key", "x-trace"] {
            let name = HeaderName::from_static(name);
            assert!(!is_called_a_secret(&name), "{name}");
        }
    }

    /// Whatever a secret is called, it was given for the API.
    #[test]
    fn another_server_is_told_what_all_understand() {
        let names = [
            "accept",
            "accept-language",
            "content-type",
            "range",
            "if-none-match",
            "idempotency-key",
            "user-agent",
            "x-account",
            "x-key",
        ];
        let headers: HeaderMap = names
            .iter()
            .map(|name| (HeaderName::from_static(name), HeaderValue::from_static("v")))
            .collect();
        let told: Vec<_> = for_another_server(&headers)
            .keys()
            .map(ToString::to_string)
            .collect();
        assert_eq!(told, names[..7]);
    }

    #[test]
    fn a_body_with_a_secret_in_it_stays_at_home() {
        let home = Url::parse("https://api.example.com/v2/").unwrap();
        let mut request = request(Method::POST);
        request.options.secret_body = true;
        let after = |status, location| {
            Hop::after(&home, &request, None, &response(status, location)).map(|hop| hop.has_body)
        };
        assert_eq!(after(307, "https://evil.example.com/"), None);
        assert_eq!(after(307, "/elsewhere"), Some(true));
        assert_eq!(after(303, "https://other.example.com/"), Some(false));
    }

    #[test]
    fn credentials_do_not_come_back_from_another_server() {
        let home = Url::parse("https://api.example.com/v2/").unwrap();
        let request = request(Method::GET);
        let away = response(302, "https://evil.example.com/");
        let back = response(302, "https://api.example.com/v2/delete-all");
        let there = Hop::after(&home, &request, None, &away);
        let here = Hop::after(&home, &request, there.as_ref(), &back).unwrap();
        assert_eq!(here.url.path(), "/v2/delete-all");
        assert!(!here.is_at_home);
        assert!(!here.headers.contains_key(AUTHORIZATION));
    }

    #[test]
    fn what_leads_nowhere_good_is_not_followed() {
        for location in [
            "http://api.example.com/",
            "ftp://h/",
            "file:///etc/passwd",
            "https://",
        ] {
            assert!(hop(Method::GET, 302, location).is_none(), "{location}");
        }
        let home = Url::parse("https://api.example.com/v2/").unwrap();
        let request = request(Method::GET);
        let mut headers = response(302, "a").headers().clone();
        headers.append(LOCATION, HeaderValue::from_static("b"));
        let two = Response::new(StatusCode::FOUND, Version::HTTP_11, headers, Bytes::new());
        assert!(Hop::after(&home, &request, None, &two).is_none());
    }

    #[test]
    fn ten_hops_are_followed_and_no_more() {
        let home = Url::parse("https://api.example.com/v2/").unwrap();
        let request = request(Method::GET);
        let mut last = None;
        for _ in 0..10 {
            last = Hop::after(&home, &request, last.as_ref(), &response(302, "b"));
            assert!(last.is_some());
        }
        assert!(Hop::after(&home, &request, last.as_ref(), &response(302, "b")).is_none());
    }
}
