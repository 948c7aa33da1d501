//! Documentation passes through, and what is generated has its own.
#![deny(missing_docs)]

/// A public module.
pub mod api {
    use cloudapi::{Result, get, rest_api};

    /// A client.
    ///
    /// With two paragraphs.
    #[rest_api(baseurl = "https://api.example.com/v1/")]
    #[doc(alias = "client")]
    pub struct Api {
        /// The account.
        pub account: u64,
        undocumented: u64,
    }

    impl Api {
        /** Things. */
        #[get("{self.account}/{self.undocumented}/things")]
        #[doc = "More of them."]
        pub async fn things(&self) -> Result<String>;
    }
}

pub(crate) fn main() {
    let _ = api::Api::new(1, 2);
}
