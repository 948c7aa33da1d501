//! GitHub's own document, which Prism plays: lists by the Link header, whose
//! examples lead to GitHub itself, and errors in GitHub's words.

use std::fmt;
use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::{AttemptOutcome, Error};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tests::contract::{server, unique};

#[rest_api(
    baseurl = "https://api.github.com/",
    callrateperhour = 5000,
    bearer = "{token}",
    headers(
        "Accept" = "application/vnd.github+json",
        "X-GitHub-Api-Version" = "2022-11-28"
    ),
    scope = "{token}",
    error = GitHubError
)]
#[derive(Clone, Debug)]
struct GitHub {
    token: Secret,
}

impl GitHub {
    #[get("user")]
    async fn me(&self) -> Result<User>;

    #[get("users/{name}/repos", items, next = link)]
    fn repositories(&self, name: &str, #[query] per_page: u32) -> Pages<Repository>;

    #[get("search/repositories", items = "items", page = "page")]
    fn search(&self, #[query] q: &str) -> Pages<Repository>;

    #[get("search/repositories", unwrap = "total_count")]
    async fn count(&self, #[query] q: &str) -> Result<u64>;

    #[get("meta", unwrap = "ssh_key_fingerprints")]
    async fn fingerprints(&self) -> Result<Value>;

    #[get("zen", headers("Accept" = "text/plain"))]
    async fn zen(&self) -> Result<String>;
}

#[rest_api(extends = GitHub, path = "repos")]
#[derive(Clone, Debug)]
struct OneRepository {
    owner: String,
    name: String,
}

impl OneRepository {
    #[get("{self.owner}/{self.name}")]
    fn get(&self) -> Call<Option<Repository>>;

    #[get("{self.owner}/{self.name}/issues", items, next = link)]
    fn issues(&self, #[query] labels: &str, #[query] state: State) -> Pages<Issue>;

    #[post("{self.owner}/{self.name}/issues")]
    fn open(&self, #[json] new: &NewIssue<'_>) -> Call<Response<Issue>>;

    #[patch("{self.owner}/{self.name}/issues/{number}", idempotent)]
    async fn close(&self, number: u64, #[json] state: &Closed) -> Result<Issue>;

    #[put("{self.owner}/{self.name}/subscription")]
    async fn subscribe(&self, #[json] to: &Subscription) -> Result<Value>;

    #[delete("{self.owner}/{self.name}/subscription")]
    async fn unsubscribe(&self) -> Result<()>;
}

#[derive(Debug, Deserialize)]
struct GitHubError {
    message: String,
}

impl fmt::Display for GitHubError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

#[derive(Debug, Deserialize)]
struct User {
    login: String,
}

#[derive(Debug, Deserialize)]
struct Repository {
    id: u64,
    full_name: String,
    owner: User,
}

#[derive(Debug, Deserialize)]
struct Issue {
    number: u64,
    title: String,
    user: Option<User>,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Open,
    Closed,
}

#[derive(Debug, Serialize)]
struct NewIssue<'a> {
    title: &'a str,
    body: &'a str,
    labels: &'a [&'a str],
}

#[derive(Debug, Serialize)]
struct Closed {
    state: State,
    state_reason: &'static str,
}

#[derive(Debug, Serialize)]
struct Subscription {
    subscribed: bool,
}

fn github(name: &str) -> Option<GitHub> {
    let client = GitHub::builder()
        .token(unique(name).into())
        .baseurl(server("CLOUDAPI_GITHUB")?)
        .callrateperhour(4_000_000_000)
        .maximum_delay(Duration::from_millis(1))
        .build();
    Some(client.unwrap())
}

fn hello_world(github: &GitHub) -> OneRepository {
    OneRepository::new(github, "octocat".to_owned(), "Hello-World".to_owned())
}

/// The credentials do not go where they do not belong, and nothing was asked for
/// there.
#[track_caller]
fn assert_refused(error: &Error) {
    assert_eq!(error.kind(), ErrorKind::Pages, "{error}");
    assert!(!error.is_retryable());
    let shown = error.to_string();
    assert!(shown.contains("https://api.github.com"), "{shown}");
    assert!(shown.contains("another server"), "{shown}");
    // It came with a page that was all right.
    assert_eq!(error.status().unwrap(), 200);
}

#[tokio::test]
async fn a_link_to_another_host_is_refused_after_the_items_before_it() {
    let Some(github) = github("link") else { return };
    let mut repositories = github.repositories("octocat", 100);
    let first = repositories.next().await.unwrap().unwrap();
    assert_eq!(first.id, 1_296_269);
    assert_eq!(first.full_name, "octocat/Hello-World");
    assert_refused(&repositories.next().await.unwrap().unwrap_err());
    assert!(
        repositories.next().await.is_none(),
        "an error ends the list"
    );

    let issues = hello_world(&github).issues("bug,ui", State::Open);
    assert_refused(&issues.collect_all().await.unwrap_err());
    // Who wants no more does not hear of it.
    let one = github.repositories("octocat", 1).limit(1);
    assert_eq!(one.collect_all().await.unwrap().len(), 1);

    let mut pages = github.repositories("octocat", 100).pages();
    let page = pages.next().await.unwrap().unwrap();
    assert_eq!(page.value()[0].owner.login, "octocat");
    assert!(page.headers().contains_key("link"));
    assert_refused(&pages.next().await.unwrap().unwrap_err());
}

/// A server that says the same on each page does not hold us for ever, since we
/// stop where we want to.
#[tokio::test]
async fn numbered_pages_go_on_for_as_long_as_there_are_items() {
    let Some(github) = github("search") else {
        return;
    };
    assert_eq!(github.count("cloud api").await.unwrap(), 40);
    let mut pages = github.search("cloud api").pages();
    for _ in 0..3 {
        let page = pages.next().await.unwrap().unwrap();
        assert!(!page.value().is_empty());
    }
    let some = github.search("cloud api").limit(5);
    assert_eq!(some.collect_all().await.unwrap().len(), 5);
}

#[tokio::test]
async fn values_of_all_verbs() {
    let Some(github) = github("verbs") else {
        return;
    };
    assert_eq!(github.me().await.unwrap().login, "octocat");
    assert!(github.fingerprints().await.unwrap().is_object());
    assert!(!github.zen().await.unwrap().is_empty());
    let repository = hello_world(&github);
    let found = repository.get().await.unwrap().expect("the repository");
    assert_eq!(found.owner.login, "octocat");
    let new = NewIssue {
        title: "Found a bug: é 日本 🦀",
        body: "",
        labels: &["bug"],
    };
    let opened = repository.open(&new).await.unwrap();
    // 201 has a Location as well, and is no redirect.
    assert_eq!(opened.status(), 201);
    assert!(opened.headers().contains_key("location"));
    assert_eq!(opened.attempts(), 1);
    let issue = opened.into_value();
    assert_eq!((issue.number, issue.title.as_str()), (1347, "Found a bug"));
    assert_eq!(issue.user.unwrap().login, "octocat");
    let closed = Closed {
        state: State::Closed,
        state_reason: "completed",
    };
    assert_eq!(repository.close(1347, &closed).await.unwrap().number, 1347);
    let subscription = Subscription { subscribed: true };
    let subscribed = repository.subscribe(&subscription).await.unwrap();
    assert_eq!(subscribed["subscribed"], true);
    repository.unsubscribe().await.unwrap();
}

#[tokio::test]
async fn errors_are_in_githubs_words() {
    let Some(github) = github("errors") else {
        return;
    };
    let repository = hello_world(&github);
    let missing = repository.get().header("Prefer", "code=404");
    assert!(missing.await.unwrap().is_none());
    let error = repository.get().header("Prefer", "code=403");
    let error = error.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Status);
    assert_eq!(error.status().unwrap(), 403);
    let details: &GitHubError = error.details().unwrap();
    assert!(error.to_string().contains(&details.message), "{error}");
    // A redirect that does not say where to is an error, and is not followed.
    let moved = repository.get().header("Prefer", "code=301");
    let error = moved.await.unwrap_err();
    assert_eq!(error.status().unwrap(), 301, "{error}");
    let [attempt] = error.attempts() else {
        panic!("made once: {error:?}")
    };
    let moved = AttemptOutcome::Status(301.try_into().unwrap());
    assert_eq!(attempt.outcome, moved);
}
