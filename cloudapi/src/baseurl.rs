//! The base URL in the one form that names a gate.

use url::Url;

use crate::error::Error;

/// The base URL in its one form, which names the scope: lower case where case
/// does not count, without the default port, and with a slash at the end.
pub(crate) fn normalised(baseurl: &str) -> Result<Url, Error> {
    let problem = |what: &str| {
        Error::settings(format!(
            "the base URL `{}` {what}; it should look like `https://api.example.com/v2/`",
            without_credentials(baseurl)
        ))
    };
    let mut url = Url::parse(baseurl).map_err(|error| problem(&format!("is not one: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(problem("is neither http nor https"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(problem(
            "holds a user name or password; give those with `headers` or `bearer`",
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(problem("has a query or a fragment"));
    }
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

/// A base URL as it may be shown when it may be anything.
fn without_credentials(baseurl: &str) -> String {
    match (baseurl.find("://"), baseurl.rfind('@')) {
        (Some(scheme), Some(at)) if scheme + 3 < at => {
            format!("{}***{}", &baseurl[..scheme + 3], &baseurl[at..])
        }
        (None, Some(at)) => format!("***{}", &baseurl[at..]),
        _ => baseurl.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_has_one_form() {
        for url in [
            "https://API.example.com/v2",
            "https://api.example.com/v2/",
            "HTTPS://api.example.com:443/v2",
            "https://api.example.com/v1/../v2/",
        ] {
            assert_eq!(
                normalised(url).unwrap().as_str(),
                "https://api.example.com/v2/",
                "{url}"
            );
        }
        assert_eq!(normalised("http://h").unwrap().as_str(), "http://h/");
        assert_ne!(
            normalised("http://h").unwrap(),
            normalised("https://h").unwrap()
        );
    }

    #[test]
    fn a_base_url_that_is_none_is_refused_without_showing_a_password() {
        for url in [
            "",
            "api.example.com",
            "ftp://h/",
            "https://",
            "https://h/?a=1",
            "https://h/#a",
            "https://me:s3cret@h/",
            "https://me:s3cret@h:99999/",
            "me:s3cret@h",
        ] {
            let error = normalised(url).unwrap_err().to_string();
            assert!(error.contains("https://api.example.com/v2/"), "{error}");
            assert!(!error.contains("s3cret"), "{error}");
        }
    }
}
