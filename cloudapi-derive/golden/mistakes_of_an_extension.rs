#[rest_api(extends = "Weather", path = "/stations/{id}", callrateperhour = 1, constructor = none)]
struct Stations {
    region: Region,
}

#[rest_api(extends = Weather, acessor = readings)]
struct Readings {
    since: u64,
}
