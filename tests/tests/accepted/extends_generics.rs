//! Generic clients that share what a generic one declares, under another path.
#![allow(dead_code)]

use std::fmt::Display;

use cloudapi::{Result, get, rest_api};

mod vendored {
    pub use cloudapi as api;
}

#[rest_api(
    baseurl = "https://api.example.com/v1/",
    headers("X-Name" = "{name}"),
    crate = crate::extends_generics::vendored::api
)]
struct Cloud<'a, T: Display + ?Sized, const N: usize> {
    name: &'a T,
    numbers: [u8; N],
}

#[rest_api(extends = Cloud<'a, T, N>, path = "things", crate = crate::extends_generics::vendored::api)]
struct Things<'a, T: Display + ?Sized, U = String, const N: usize = 2>
where
    U: Clone,
{
    kind: &'a T,
    next: Option<Box<Self>>,
    of: U,
}

macro_rules! extension {
    ($name:ident of $parent:ty, $path:literal, $field:ident) => {
        #[rest_api(extends = $parent, path = $path)]
        struct $name {
            $field: u8,
            other: u8,
        }

        impl $name {
            #[get("{self.other}")]
            async fn list(&self) -> Result<String>;
        }
    };
}

extension!(Made of Cloud<'static, str, 1>, "made/", field);

impl<T: Display + ?Sized, U: Clone, const N: usize> Things<'_, T, U, N> {
    #[get("{id}", crate = crate::extends_generics::vendored::api)]
    async fn thing(&self, id: u64) -> Result<String>;
}

async fn used() -> Result<String> {
    let cloud = Cloud::new("n", [1, 2])?;
    let things = Things::new(&cloud, "kind", None, 7);
    things.thing(1).await?;
    Made::new(&Cloud::new("n", [1])?, 1, 2).list().await
}

pub(crate) fn main() {
    let _ = used();
}
