//! Everything that generated code may name, and nothing else. It may change in
//! any release; the two crates always go together.

pub use crate::__all_setters as setters;
pub use crate::__durable as durable;
pub use crate::auth::Text;
pub use crate::body::{PartFallback, PartProbe};
pub use crate::call::Call;
pub use crate::client::{Client, RestApi};
pub use crate::decode::{Decodes, DecodesLast, Marker, PartMarker};
#[cfg(feature = "store")]
pub use crate::durable::DurableApi;
pub use crate::endpoint::Endpoint;
pub use crate::error::{Error, Result};
pub use crate::pages::{Paged, Paging};
pub use crate::request::Draft;
pub use crate::returns::{AsyncReturn, PagesReturn, SyncReturn};
pub use crate::schedule::{Priority, Rate, Retry, WhenFull};
pub use crate::settings::Setup;
pub use crate::value::{HeaderFallback, HeaderProbe};
pub use crate::vendor;

/// Stands in a builder for a field that has not been given.
#[derive(Clone, Copy, Debug)]
pub struct NotGiven;

/// What a field of a builder is once it is given: a value of the type `T` of the field.
/// `Field` is there for its name.
///
/// The traits of generated code cannot say this themselves: where a module has no implicit
/// prelude, the compiler knows no attribute `diagnostic` there.
#[diagnostic::on_unimplemented(
    message = "the field `{Field}` has not been given to the builder",
    label = "a field is missing before this"
)]
pub trait Given<T, Field> {
    /// The value.
    fn given(self) -> T;
}

#[diagnostic::do_not_recommend]
impl<T, Field> Given<T, Field> for T {
    fn given(self) -> T {
        self
    }
}
