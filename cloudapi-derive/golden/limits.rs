#[rest_api(
    baseurl = "https://api.example.com/",
    callrateperhour = 5000,
    callrateperminute = 250,
    callratepersecond = 25,
    burst = 20,
    limits(rate(1200, per = "5m"), rate(3, per = "250ms", burst = 2)),
    maximum_queue_length = 1000,
    when_full = "drop_oldest",
    priority = "high",
)]
pub struct Example;
