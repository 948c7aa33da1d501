//! Declared inside of a function, and by a macro.
use cloudapi::{Result, get, rest_api};

macro_rules! api {
    ($name:ident, $url:literal, $field:ident: $type:ty, $method:ident($parameter:ident) -> $value:ty) => {
        #[rest_api(baseurl = $url, headers("X-Field" = "a"))]
        struct $name {
            $field: $type,
        }

        impl $name {
            #[get("things")]
            async fn $method(&self, #[query] $parameter: u64) -> Result<$value>;

            #[get("others/{id}")]
            async fn other(&self, id: u64) -> Result<String>;
        }
    };
}

api!(Declared, "https://api.example.com/v1/", name: String, things(page) -> Vec<String>);

async fn used() -> Result<()> {
    #[rest_api(baseurl = "https://api.example.com/v1/")]
    struct Local;

    impl Local {
        #[get("things/{id}")]
        async fn thing(&self, id: u64) -> Result<String>;
    }

    let api = Declared::new(String::new())?;
    let _ = (&api.name, api.things(1).await?, api.other(2).await?);
    Local::new()?.thing(1).await.map(drop)
}

pub(crate) fn main() {
    let _ = used();
}
