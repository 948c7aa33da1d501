//! The runtime under another path.
#![no_implicit_prelude]
#![allow(unused)]

mod vendored {
    pub mod inner {
        pub use ::cloudapi as api;
    }
}

mod declared {
    use ::std::string::String;

    #[::cloudapi::rest_api(
        baseurl = "https://api.example.com/v1/",
        crate = crate::crate_path::vendored::inner::api,
        headers("X-Key" = "{key}")
    )]
    pub(super) struct Api {
        key: String,
    }

    impl Api {
        #[::cloudapi::get("things/{id}", crate = crate::crate_path::vendored::inner::api)]
        pub(super) async fn thing(
            &self,
            id: u8,
            #[header("X-Id")] header: u8,
        ) -> ::cloudapi::Result<String>;
    }
}

pub(crate) fn main() {}
