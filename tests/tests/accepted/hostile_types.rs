//! Types, traits, functions and macros of the user's with the names of the
//! prelude and of what the generated code needs.
#![allow(dead_code, non_camel_case_types, unused_macros)]

struct Result;
struct Option;
struct String;
struct Vec;
struct Box;
struct Client;
struct Draft;
struct Endpoint;
struct Marker;
struct PhantomData;
struct Duration;
struct Debug;
struct Secret;
struct Text;
struct Setup;
struct NotGiven;
pub enum Shadow {
    Ok,
    Err,
    Some,
    None,
}
pub use Shadow::{Err, None, Ok, Some};
trait Into {}
trait From {}
trait Sized {}
trait Send {}
fn drop() {}
macro_rules! setters {
    () => {
        compile_error!("the user's macro was called");
    };
}
macro_rules! unreachable {
    () => {
        compile_error!("the user's macro was called");
    };
}
type Answer<T> = ::cloudapi::Result<T>;

#[cloudapi::rest_api(
    baseurl = "https://api.example.com/v1/",
    callrateperhour = 5000,
    maximum_response_size = 4096,
    request_timeout = "30s",
    bearer = "{token}",
    headers("X-Account" = "a")
)]
struct Api<Api_, F0> {
    token: cloudapi::Secret,
    account: Api_,
    other: ::std::marker::PhantomData<F0>,
}

impl<Api_: ::std::fmt::Display, F0> Api<Api_, F0> {
    #[cloudapi::get("things/{id}", retry = "never")]
    async fn thing(
        &self,
        id: u64,
        #[query] page: ::std::option::Option<u64>,
    ) -> Answer<::std::string::String>;

    #[cloudapi::post("things")]
    fn create(&self, #[header("X-Name")] name: &str, #[json] new: &str) -> cloudapi::Call<()>;
}

pub(crate) fn main() {}
