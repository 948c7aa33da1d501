#[rest_api(extends = "Weather", path = "/stations/{id}", callrateperhour = 1, constructor = none)]
struct Stations {
    region: Region,
}
