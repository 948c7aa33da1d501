//! Pictures of what the engine does: every call's life, and the rate against the
//! limit, in simulated time.
//!
//! ```sh
//! cargo run --example timeline            # writes into examples/timeline
//! cargo run --example timeline -- /tmp    # or elsewhere
//! ```

mod scenarios;
mod story;
mod svg;

use std::path::PathBuf;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let home = concat!(env!("CARGO_MANIFEST_DIR"), "/timeline");
    let directory = env::args_os()
        .nth(1)
        .map_or_else(|| home.into(), PathBuf::from);
    for (name, scenario) in scenarios::ALL {
        let path = directory.join(format!("{name}.svg"));
        fs::write(&path, svg::draw(&scenario()))?;
        println!("{}", path.display());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pictures in the README are what the engine does today. If one has
    /// changed on purpose, the example writes it anew.
    #[test]
    fn the_pictures_are_what_happens() {
        for (name, scenario) in scenarios::ALL {
            let path = format!("{}/timeline/{name}.svg", env!("CARGO_MANIFEST_DIR"));
            let drawn = fs::read_to_string(path).unwrap();
            assert!(
                drawn == svg::draw(&scenario()),
                "`{name}` has changed: look at it, with `cargo run --example timeline`"
            );
        }
    }
}
