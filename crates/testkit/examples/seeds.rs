//! Writes the seeds of all fuzz targets to `fuzz/seeds/`: `cargo run -p tessera-testkit --example seeds`.

use std::path::Path;
use std::{fs, io};

use tessera_testkit::fuzz;

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds");
    for target in fuzz::targets() {
        let folder = root.join(target.name);
        fs::create_dir_all(&folder)?;
        for seed in (target.seeds)() {
            fs::write(folder.join(seed.name).with_extension("bin"), seed.bytes)?;
        }
    }
    Ok(())
}
