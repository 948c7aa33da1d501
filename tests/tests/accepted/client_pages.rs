//! How the next page is found, declared once for all endpoints of a client and of
//! those that extend it.
#![deny(warnings, missing_docs)]

use std::fmt::Display;

use cloudapi::{Pages, Result, get, rest_api};

mod vendored {
    pub use cloudapi as api;
}

/// A cloud.
#[rest_api(baseurl = "https://api.example.com/v1/", pages(next = "links.pages.next"))]
pub struct Cloud;

impl Cloud {
    /// As the client declares.
    #[get("droplets", items = "droplets", query("per_page" = "200"))]
    pub fn droplets(&self, #[query] page: u64) -> Pages<String>;

    /// Otherwise.
    #[get("images", items, cursor = "next")]
    pub fn images(&self) -> Pages<String>;
}

/// It takes the pages from the cloud.
#[rest_api(extends = Cloud, path = "volumes")]
pub struct Volumes;

/// It takes them from the volumes.
#[rest_api(extends = Volumes)]
pub struct Snapshots {
    /// Of which volume.
    pub volume: String,
}

/// It declares its own.
#[rest_api(extends = Cloud, pages(page = "page"))]
pub struct Keys;

impl Volumes {
    /// All.
    #[get("", items = "volumes")]
    pub fn list(&self) -> Pages<String>;
}

impl Snapshots {
    /// All.
    #[get("snapshots/{self.volume}", items = "snapshots")]
    pub fn list(&self) -> Pages<String>;
}

impl Keys {
    /// All.
    #[get("keys", items)]
    pub fn list(&self, #[query] per_page: u64) -> Pages<String>;
}

/// A generic one.
#[rest_api(
    baseurl = "https://api.example.com/v1/",
    scope = "{of}",
    pages(cursor("page_token" = "next")),
    crate = crate::client_pages::vendored::api
)]
pub struct Generic<'a, T: Display + ?Sized, const N: usize = 1>
where
    &'a T: Copy,
{
    of: &'a T,
}

#[rest_api(extends = Generic<'a, T, N>, crate = vendored::api)]
struct Things<'a, T: Display + ?Sized, const N: usize>
where
    &'a T: Copy,
{
    of: &'a T,
}

#[rest_api(extends = Generic<'_, str>)]
struct Elided;

/// No pages are declared; that matters only where they are asked for.
#[rest_api(baseurl = "https://api.example.com/v2/")]
struct Private;

/// It is more visible than its parent.
#[rest_api(extends = Private)]
pub struct Public;

impl Public {
    /// All.
    #[get("things", items, next = link)]
    pub fn list(&self) -> Pages<String>;
}

impl<T: Display + ?Sized, const N: usize> Things<'_, T, N> {
    #[get("{self.of}", items, query("n" = "1"), crate = crate::client_pages::vendored::api)]
    fn list(&self, #[query] page: u64) -> Pages<String>;
}

impl Elided {
    #[get("things", items)]
    fn list(&self) -> Pages<String>;
}

trait Listed {
    fn list(&self) -> Pages<String>;
}

impl Listed for Generic<'_, str> {
    #[get("things", items)]
    fn list(&self) -> Pages<String>;
}

pub(crate) fn main() -> Result<()> {
    let cloud = Cloud::new()?;
    let volumes = Volumes::new(&cloud);
    let _ = (cloud.droplets(1), cloud.images(), volumes.list());
    let _ = Snapshots::new(&volumes, String::from("a")).list();
    let _ = Keys::new(&cloud).list(1);
    let generic = Generic::<str>::new("a")?;
    let _ = (Things::new(&generic, "a").list(1), generic.list());
    let _ = Elided::new(&generic).list();
    let _ = Public::new(&Private::new()?).list();
    Ok(())
}
