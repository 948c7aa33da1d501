//! The command line.

use std::ffi::OsString;
use std::time::Duration;

pub(crate) const HELP: &str = "\
Lists, creates, deletes and tags what is in a DigitalOcean account.

Usage: cargo run --example digitalocean -- [OPTIONS] COMMAND

  list WHAT           prints a table of droplets, volumes, images, snapshots, sizes,
                      regions, tags, domains, keys, reserved-ips, projects or firewalls
  create NAME         creates a droplet and waits until it is active
    --size SLUG       default: s-1vcpu-1gb
    --image SLUG|ID   default: debian-13-x64
    --region SLUG     default: one that DigitalOcean chooses
    --wait SECONDS    how long it may take, default: 300
  delete ID           deletes a droplet
  bulk-tag TAG ID..   gives a tag to droplets, each by a call of its own

Options:
  --baseurl URL       asks the server at URL in place of DigitalOcean
  --lookalike         asks a look-alike on this machine
  --help              shows this

The environment variable DIGITALOCEAN_ACCESS_TOKEN holds the token that is sent.
The exit code is 0, 1 if something failed, or 2 if nothing was tried.
";

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Parsed {
    Arguments(Arguments),
    Help,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Arguments {
    pub(crate) baseurl: Option<String>,
    pub(crate) lookalike: bool,
    pub(crate) command: Command,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    List(List),
    Create(New),
    Delete(u64),
    BulkTag { tag: String, ids: Vec<u64> },
}

/// A droplet to create.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct New {
    pub(crate) name: String,
    pub(crate) size: String,
    pub(crate) image: String,
    pub(crate) region: Option<String>,
    pub(crate) wait: Duration,
}

/// What to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum List {
    Droplets,
    Volumes,
    Images,
    Snapshots,
    Sizes,
    Regions,
    Tags,
    Domains,
    Keys,
    ReservedIps,
    Projects,
    Firewalls,
}

/// What was given by name, and what remains.
#[derive(Default)]
struct Given {
    options: Vec<(String, String)>,
    lookalike: bool,
    words: Vec<String>,
}

const VALUED: [&str; 5] = ["--baseurl", "--size", "--image", "--region", "--wait"];

pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Parsed, String> {
    let mut given = Given::default();
    let mut arguments = arguments.into_iter().map(OsString::into_string);
    while let Some(argument) = arguments.next() {
        let argument = argument.map_err(|it| format!("{it:?} is not UTF-8"))?;
        let (name, value) = match argument.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (argument.as_str(), None),
        };
        match name {
            "--help" | "-h" => return Ok(Parsed::Help),
            "--lookalike" if value.is_none() => given.lookalike = true,
            _ if VALUED.contains(&name) => {
                let value = value.or_else(|| arguments.next().and_then(Result::ok));
                let value = value.filter(|value| !value.is_empty());
                let value = value.ok_or_else(|| format!("`{name}` needs a value"))?;
                given.options.push((name.to_owned(), value));
            }
            _ if name.starts_with('-') => return Err(format!("there is no option `{name}`")),
            _ => given.words.push(argument),
        }
    }
    let baseurl = given.take("--baseurl");
    if baseurl.as_ref().is_some_and(|url| !url.contains("://")) {
        return Err("`--baseurl` needs a URL, such as http://127.0.0.1:4010/".to_owned());
    }
    if baseurl.is_some() && given.lookalike {
        return Err("`--baseurl` and `--lookalike` exclude each other".to_owned());
    }
    let command = given.command()?;
    if let Some((name, _)) = given.options.first() {
        return Err(format!("`{name}` has no meaning here, or is given twice"));
    }
    Ok(Parsed::Arguments(Arguments {
        baseurl,
        lookalike: given.lookalike,
        command,
    }))
}

impl Given {
    fn take(&mut self, name: &str) -> Option<String> {
        let at = self.options.iter().position(|(given, _)| given == name)?;
        Some(self.options.remove(at).1)
    }

    fn command(&mut self) -> Result<Command, String> {
        let words = std::mem::take(&mut self.words);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words[..] {
            ["list", what] => list(what).map(Command::List),
            ["create", name] => Ok(Command::Create(self.new_droplet(name)?)),
            ["delete", id] => number(id).map(Command::Delete),
            ["bulk-tag", tag, ref ids @ ..] if !ids.is_empty() => Ok(Command::BulkTag {
                tag: tag.to_owned(),
                ids: ids.iter().map(|id| number(id)).collect::<Result<_, _>>()?,
            }),
            [] => Err("there is no command".to_owned()),
            _ => Err(format!(
                "`{}` is not a command as it should be",
                words.join(" ")
            )),
        }
    }

    fn new_droplet(&mut self, name: &str) -> Result<New, String> {
        let mut or = |name, default: &str| self.take(name).unwrap_or_else(|| default.to_owned());
        let (size, image) = (or("--size", "s-1vcpu-1gb"), or("--image", "debian-13-x64"));
        let wait = Duration::from_secs(number(&or("--wait", "300"))?);
        Ok(New {
            name: name.to_owned(),
            size,
            image,
            region: self.take("--region"),
            wait,
        })
    }
}

fn number(text: &str) -> Result<u64, String> {
    text.parse()
        .map_err(|_| format!("`{text}` is not a number"))
}

fn list(what: &str) -> Result<List, String> {
    Ok(match what {
        "droplets" => List::Droplets,
        "volumes" => List::Volumes,
        "images" => List::Images,
        "snapshots" => List::Snapshots,
        "sizes" => List::Sizes,
        "regions" => List::Regions,
        "tags" => List::Tags,
        "domains" => List::Domains,
        "keys" => List::Keys,
        "reserved-ips" => List::ReservedIps,
        "projects" => List::Projects,
        "firewalls" => List::Firewalls,
        _ => return Err(format!("there is no list of `{what}`")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Result<Parsed, String> {
        parse(line.split_whitespace().map(OsString::from))
    }

    fn command(line: &str) -> Command {
        match of(line) {
            Ok(Parsed::Arguments(arguments)) => arguments.command,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn commands_are_understood() {
        assert_eq!(
            command("list reserved-ips"),
            Command::List(List::ReservedIps)
        );
        assert_eq!(command("delete 7"), Command::Delete(7));
        let (tag, ids) = ("web".to_owned(), vec![1, 2]);
        assert_eq!(
            command("bulk-tag web 1 --lookalike 2"),
            Command::BulkTag { tag, ids }
        );
        let new = New {
            name: "a".to_owned(),
            size: "s".to_owned(),
            image: "debian-13-x64".to_owned(),
            region: Some("nyc3".to_owned()),
            wait: Duration::from_secs(9),
        };
        let line = "create a --size=s --region nyc3 --wait 9";
        assert_eq!(command(line), Command::Create(new));
        assert_eq!(of("list --help"), Ok(Parsed::Help));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (line, problem) in [
            ("", "no command"),
            ("lost", "`lost` is not a command"),
            ("list", "`list` is not a command"),
            ("list all", "no list of `all`"),
            ("delete x", "`x` is not a number"),
            ("bulk-tag web", "not a command"),
            ("bulk-tag web 1 b", "`b` is not a number"),
            ("create a --size", "`--size` needs a value"),
            ("create a --size= --image b", "`--size` needs a value"),
            (
                "create a --wait 1 --wait 2",
                "`--wait` has no meaning here, or is given twice",
            ),
            ("list tags --size s", "`--size` has no meaning here"),
            ("list tags --fast", "no option `--fast`"),
            ("list tags --lookalike=1", "no option `--lookalike`"),
            ("list tags --baseurl h", "needs a URL"),
            (
                "list tags --baseurl http://h/ --lookalike",
                "exclude each other",
            ),
        ] {
            let error = of(line).unwrap_err();
            assert!(error.contains(problem), "{line}: {error}");
        }
    }
}
