//! How long `cargo check` takes for 300 declared endpoints, beside the same 300
//! by hand on reqwest: the crate alone, its dependencies built, without
//! incremental compilation.
//!
//! The two crates are written into cargo's directory for such things, and
//! checked in turn. What counts is the CPU time of cargo and rustc.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use benchmarks::{CpuTime, Report, Spread, Target, wanted};

const ENDPOINTS: usize = 300;
/// Each type is used by this many endpoints.
const PER_TYPE: usize = 10;
const SAMPLES: usize = 9;

const DECLARED: &str = "declared";
const BY_HAND: &str = "by_hand";
const TYPES: &str = "types";

fn types() -> String {
    let mut text = "use serde::{Deserialize, Serialize};\n".to_owned();
    for number in 0..ENDPOINTS / PER_TYPE {
        write!(
            text,
            "#[derive(Debug, Deserialize, Serialize)]\n\
             pub struct Thing{number} {{ pub id: u64, pub name: String, pub tags: Vec<String> }}\n"
        )
        .expect("a text takes more text");
    }
    text
}

fn declared() -> String {
    let mut text = types();
    text.push_str(
        "use cloudapi::prelude::*;\n\
         #[rest_api(baseurl = \"https://api.example.com/v2/\", bearer = \"{token}\")]\n\
         pub struct Api { token: Secret }\n\
         impl Api {\n",
    );
    for number in 0..ENDPOINTS {
        let thing = number / PER_TYPE;
        let endpoint = if number % 3 == 0 {
            format!(
                "#[post(\"things{number}/{{id}}\")] pub async fn thing{number}(\
                 &self, id: u64, #[query] page: u32, #[json] new: &Thing{thing}) \
                 -> Result<Thing{thing}>;\n"
            )
        } else {
            format!(
                "#[get(\"things{number}/{{id}}\")] pub async fn thing{number}(\
                 &self, id: u64, #[query] page: u32, #[query] tag: Option<&str>) \
                 -> Result<Thing{thing}>;\n"
            )
        };
        text.push_str(&endpoint);
    }
    text.push_str("}\n");
    text
}

fn by_hand() -> String {
    let mut text = types();
    text.push_str(
        "pub struct Api { pub client: reqwest::Client, pub baseurl: String, pub token: String }\n\
         impl Api {\n",
    );
    for number in 0..ENDPOINTS {
        let thing = number / PER_TYPE;
        let (verb, parameter, last) = if number % 3 == 0 {
            ("post", format!("new: &Thing{thing}"), ".json(new)")
        } else {
            (
                "get",
                "tag: Option<&str>".to_owned(),
                ".query(&[(\"tag\", tag)])",
            )
        };
        writeln!(
            text,
            "pub async fn thing{number}(&self, id: u64, page: u32, {parameter}) \
             -> reqwest::Result<Thing{thing}> {{ \
             self.client.{verb}(format!(\"{{}}things{number}/{{id}}\", self.baseurl))\
             .bearer_auth(&self.token).query(&[(\"page\", page)]){last}\
             .send().await?.error_for_status()?.json().await }}"
        )
        .expect("a text takes more text");
    }
    text.push_str("}\n");
    text
}

/// A workspace of the crates, with the lock file of this one.
fn write_crates(root: &Path, repository: &Path) -> std::io::Result<()> {
    let crates = [
        (
            DECLARED,
            declared(),
            format!(
                "cloudapi = {{ path = {:?} }}",
                repository.join("cloudapi").display().to_string()
            ),
        ),
        (
            BY_HAND,
            by_hand(),
            "reqwest = { version = \"0.13\", default-features = false, \
             features = [\"http2\", \"json\", \"query\"] }"
                .to_owned(),
        ),
        (TYPES, types(), String::new()),
    ];
    for (name, text, dependency) in crates {
        let sources = root.join(name).join("src");
        fs::create_dir_all(&sources)?;
        fs::write(sources.join("lib.rs"), text)?;
        fs::write(
            root.join(name).join("Cargo.toml"),
            format!(
                "[package]\nname = \"{name}\"\nedition = \"2024\"\n[dependencies]\n\
                 serde = {{ version = \"1\", features = [\"derive\"] }}\n{dependency}\n"
            ),
        )?;
    }
    fs::write(
        root.join("Cargo.toml"),
        format!(
            "[workspace]\nresolver = \"3\"\nmembers = [{DECLARED:?}, {BY_HAND:?}, {TYPES:?}]\n"
        ),
    )?;
    fs::copy(repository.join("Cargo.lock"), root.join("Cargo.lock"))?;
    Ok(())
}

fn check(root: &Path, name: &str) -> Result<f64, Box<dyn Error>> {
    // Cargo goes by the time at which a file was changed.
    let source = root.join(name).join("src/lib.rs");
    fs::write(&source, fs::read(&source)?)?;
    let start = CpuTime::of_children();
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["check", "--quiet", "--offline", "--package", name])
        .current_dir(root)
        .env("CARGO_INCREMENTAL", "0")
        .env("CARGO_TARGET_DIR", root.join("target"))
        .env_remove("RUSTFLAGS")
        .stdin(Stdio::null())
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok((CpuTime::of_children() - start).as_secs_f64())
}

fn measure() -> Result<(), Box<dyn Error>> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()?;
    let root = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("compile_time");
    write_crates(&root, &repository)?;
    let names = [DECLARED, BY_HAND, TYPES];
    for name in names {
        check(&root, name)?;
    }
    let mut samples = [const { Vec::new() }; 3];
    for _ in 0..SAMPLES {
        for (name, samples) in names.iter().zip(&mut samples) {
            samples.push(check(&root, name)?);
        }
    }

    let mut report = Report::new(&format!(
        "compile_time: `cargo check` of {ENDPOINTS} endpoints, {SAMPLES} samples in turn"
    ));
    let pairs = samples[0].iter().zip(&samples[1]);
    let ratio = Spread::of(pairs.map(|(declared, by_hand)| declared / by_hand));
    report.line(
        "CPU, declared / by hand on reqwest",
        ratio.median,
        &ratio.to_string(),
        Target::AtMost(1.2),
    );
    for (figure, samples) in ["declared", "by hand on reqwest", "the types alone"]
        .iter()
        .zip(samples)
    {
        let time = Spread::of(samples);
        report.line(
            &format!("CPU, {figure}"),
            time.median,
            &format!("{time} s"),
            Target::None,
        );
    }
    Ok(())
}

fn main() {
    if wanted()
        && let Err(error) = measure()
    {
        println!("\n### compile_time: SKIPPED, since cargo cannot check the crates\n\n{error}");
    }
}
