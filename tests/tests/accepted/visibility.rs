//! What is generated is as visible as the struct.
mod outer {
    pub mod inner {
        use cloudapi::{Result, get, rest_api};

        #[rest_api(baseurl = "https://api.example.com/v1/")]
        pub(in crate::visibility::outer) struct Api {
            name: Name,
        }

        #[derive(Clone)]
        pub(in crate::visibility::outer) struct Name(pub(super) String);

        impl std::fmt::Display for Name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(formatter)
            }
        }

        impl Api {
            #[get("{self.name}")]
            pub(super) async fn read(&self) -> Result<String>;
        }
    }

    pub async fn read() -> cloudapi::Result<String> {
        let name = inner::Name(String::new());
        let api = inner::Api::builder().name(name.clone()).build()?;
        inner::Api::new(name)?.read().await?;
        api.read().await
    }
}

pub(crate) fn main() {
    let _ = outer::read();
}
