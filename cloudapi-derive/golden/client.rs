#[rest_api(
    baseurl = "https://api.digitalocean.com/v2/",
    callrateperhour = 5000,
    geometric_delay_multiplier = 2,
    maximum_geometric_delay_multiplications = 5,
    maximum_failed_attempts = 1,
    bearer = "{token}",
    headers("User-Agent" = "inventory", "X-Account" = "{account}:{type}"),
    scope = "{token}",
    maximum_in_flight = 8,
    request_timeout = "30s",
    connect_timeout = "500ms",
    minimum_delay = "0s",
    maximum_delay = "1h 30m",
    maximum_retry_after = "2m",
    maximum_response_size = 1048576,
    retry = "standard",
    circuit_threshold = 3,
    retry_budget = none,
    jitter = 0.25,
)]
/// The inventory.
#[derive(Clone)]
pub struct DigitalOcean {
    token: Token,
    /// The account that pays.
    pub account: Account,
    r#type: Kind,
}
