//! The command line of an example, which is nearly none.

use std::ffi::OsString;
use std::process;

/// The URL that follows `--baseurl`, if it is there. It shows `help` and ends
/// the program where that is called for: after `--help`, and, with code 2, after
/// anything it does not know.
#[must_use]
pub fn baseurl_or_exit(help: &str) -> Option<String> {
    match parse(std::env::args_os().skip(1)) {
        Ok(Given::Baseurl(url)) => Some(url),
        Ok(Given::Nothing) => None,
        Ok(Given::Help) => {
            print!("{help}");
            process::exit(0)
        }
        Err(problem) => {
            eprint!("error: {problem}\n\n{help}");
            process::exit(2)
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Given {
    Nothing,
    Baseurl(String),
    Help,
}

fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Given, String> {
    let mut given = Given::Nothing;
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        let text = argument.to_string_lossy();
        let url = match &*text {
            "--help" | "-h" => return Ok(Given::Help),
            "--baseurl" => arguments.next().and_then(|url| url.into_string().ok()),
            _ => match text.strip_prefix("--baseurl=") {
                Some(url) => Some(url.to_owned()),
                None => return Err(format!("unknown argument `{text}`")),
            },
        };
        match url {
            Some(url) if url.contains("://") => given = Given::Baseurl(url),
            _ => return Err("`--baseurl` needs a URL, such as http://127.0.0.1:4010/".to_owned()),
        }
    }
    Ok(given)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(arguments: &[&str]) -> Result<Given, String> {
        parse(arguments.iter().map(OsString::from))
    }

    #[test]
    fn what_is_known_is_taken() {
        let url = || Ok(Given::Baseurl("http://h/".to_owned()));
        assert_eq!(of(&[]), Ok(Given::Nothing));
        assert_eq!(of(&["--baseurl", "http://h/"]), url());
        assert_eq!(of(&["--baseurl=http://h/"]), url());
        assert_eq!(
            of(&["--baseurl", "http://g/", "--baseurl=http://h/"]),
            url()
        );
        assert_eq!(of(&["-h"]), Ok(Given::Help));
        assert_eq!(of(&["--baseurl", "http://h/", "--help"]), Ok(Given::Help));
    }

    #[test]
    fn what_is_not_known_is_named() {
        assert_eq!(of(&["--fast"]), Err("unknown argument `--fast`".to_owned()));
        assert_eq!(of(&["7"]), Err("unknown argument `7`".to_owned()));
        for arguments in [
            &["--baseurl"][..],
            &["--baseurl", "--help"],
            &["--baseurl="],
        ] {
            assert!(
                of(arguments).unwrap_err().contains("needs a URL"),
                "{arguments:?}"
            );
        }
    }
}
