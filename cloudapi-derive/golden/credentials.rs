#[rest_api(
    baseurl = "https://api.example.com/",
    basic("{key}", ""),
    query("format" = "json", "account" = "{account}"),
    error = errors::Problem<Code>,
)]
struct Mail {
    key: Key,
    account: Account,
}
