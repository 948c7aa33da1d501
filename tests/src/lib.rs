//! What the tests share: a server of faults on a real socket, a store that fails, start
//! times that can
//! be trusted although they are taken from outside, and the way to real servers.

pub mod contract;
pub mod faults;
pub mod faulty;
pub mod starts;
pub mod used;

/// A runtime with one thread, for what needs one of its own.
pub fn current_thread() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

/// An error and all its causes, in every form that could end up in a log.
pub fn everything_shown(error: &cloudapi::Error) -> String {
    let mut shown = format!("{error}\n{error:?}\n{error:#?}\n");
    let mut cause = std::error::Error::source(error);
    while let Some(deeper) = cause {
        shown.push_str(&format!("{deeper}\n{deeper:?}\n{deeper:#?}\n"));
        cause = deeper.source();
    }
    shown
}

/// The declaration in the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// Mistakes in constants that are evaluated only where code is made: a check alone, as of
/// those in `ui/fail`, does not find them. This one has none:
///
/// ```
/// use cloudapi::{Pages, get, rest_api};
///
/// #[rest_api(baseurl = "https://api.example.com/v1/", pages(page = "page"))]
/// struct Api;
///
/// impl Api {
///     #[get("droplets", items = "droplets")]
///     fn droplets(&self, #[query] per_page: u32, #[query] size: u32) -> Pages<String>;
/// }
///
/// let _ = |api: &Api| api.droplets(1, 2);
/// ```
///
/// Here `pages` of the client sends the parameter already:
///
/// ```compile_fail,E0080
/// use cloudapi::{Pages, get, rest_api};
///
/// #[rest_api(baseurl = "https://api.example.com/v1/", pages(page = "page"))]
/// struct Api;
///
/// impl Api {
///     #[get("droplets", items = "droplets")]
///     fn droplets(&self, #[query] per_page: u32, #[query] page: u32) -> Pages<String>;
/// }
///
/// let _ = |api: &Api| api.droplets(1, 2);
/// ```
///
/// And here, beside a fixed one:
///
/// ```compile_fail,E0080
/// use cloudapi::{Pages, get, rest_api};
///
/// #[rest_api(baseurl = "https://api.example.com/v1/", pages(cursor = "next"))]
/// struct Api;
///
/// impl Api {
///     #[get("droplets", items = "droplets", query("cursor" = "a"))]
///     fn droplets(&self) -> Pages<String>;
/// }
///
/// let _ = |api: &Api| api.droplets();
/// ```
#[cfg(doctest)]
struct MistakesThatShowAsCodeIsMade;
