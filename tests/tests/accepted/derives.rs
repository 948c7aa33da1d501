//! Derives stay, see the hidden field, and show no secret.
use cloudapi::{Result, Secret, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/", bearer = "{token}")]
#[derive(Clone, Debug)]
struct Api {
    token: Secret,
}

pub(crate) fn main() -> Result<()> {
    let api = Api::new(Secret::new("s3cret"))?;
    let shown = format!(
        "{:?} {:?}",
        api.clone(),
        Api::builder().token(Secret::new("s3cret"))
    );
    assert!(shown.contains("ApiBuilder"), "{shown}");
    assert!(!shown.contains("s3cret"), "{shown}");
    Ok(())
}
