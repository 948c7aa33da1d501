#[rest_api(baseurl = "https://api.example.com")]
pub(crate) struct Weather;
