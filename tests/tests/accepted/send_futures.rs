//! Futures go to other threads whenever what they hold does.
use std::fmt::{self, Display};

use cloudapi::{Call, Result, get, post, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api {
    name: String,
}

/// `Send`, but not `Sync`.
#[derive(Clone)]
struct Counter(std::cell::Cell<u8>);

impl Display for Counter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.get().fmt(formatter)
    }
}

impl Api {
    #[get("{self.name}/{id}")]
    async fn read(&self, id: Counter, #[header("X-Id")] header: Counter) -> Result<Option<String>>;
    #[post("things")]
    fn create(&self, #[json] new: &str) -> Call<String>;
}

fn is_send<T: Send>(value: T) -> T {
    value
}

async fn used(api: Api) -> Result<String> {
    let counter = Counter(std::cell::Cell::new(1));
    is_send(api.read(counter.clone(), counter)).await?;
    is_send(api.create("a")).await
}

pub(crate) fn main() {
    let _ = Api::new(String::new()).map(|api| drop(is_send(used(api))));
}
