use cloudapi::{Result, get};

#[get("droplets")]
struct Droplets;

fn used() -> Result<Droplets> {
    Ok(Droplets)
}

fn main() {
    let _ = used();
}
