use cloudapi::{get, Result};

#[get("droplets")]
struct Droplets;

fn used() -> Result<Droplets> {
    Ok(Droplets)
}

fn main() {
    let _ = used();
}
