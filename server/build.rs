//! Puts the site into the program: every file under a name with its content's hash, compressed ahead of time.

use std::{
    env,
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

fn main() {
    println!("cargo:rerun-if-env-changed=LATCHKEY_SITE_DIR");
    let workspace = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("..");
    let site = env::var_os("LATCHKEY_SITE_DIR").map_or_else(|| workspace.join("target/site"), PathBuf::from);
    println!("cargo:rerun-if-changed={}", site.display());
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));

    let mut files = Vec::new();
    collect(&site, &site, &mut files);
    files.sort();
    if files.is_empty() {
        println!("cargo:warning=there is no page in {}; `make build` makes it", site.display());
    }
    let mut table = String::from("pub(crate) static ASSETS: &[Asset] = &[\n");
    let mut names = [("SCRIPT", "js"), ("WASM", "wasm"), ("STYLE", "css"), ("ICON", "svg")]
        .map(|(name, ending)| (name, ending, String::new()));
    for file in &files {
        let bytes = fs::read(site.join(file)).expect("a file of the site can be read");
        let hash = hex(&Sha256::digest(&bytes)[..8]);
        let Some((stem, extension)) = file.rsplit_once('.') else { continue };
        // Other programs leave notes there, such as cargo-leptos its hash.txt.
        let Some(media_type) = media_type(extension) else { continue };
        let path = format!("/{stem}.{hash}.{extension}");
        if let Some((_, _, name)) = names.iter_mut().find(|(_, known, _)| *known == extension) {
            name.clone_from(&path);
        }
        let put = |ending: &str, content: &[u8]| {
            let place = out.join(format!("{hash}.{extension}{ending}"));
            fs::write(&place, content).expect("the build folder can be written to");
            format!("include_bytes!({:?})", place.display().to_string())
        };
        let smaller = |ending: &str, content: Vec<u8>| {
            if content.len() < bytes.len() {
                format!("Some({})", put(ending, &content))
            } else {
                "None".to_owned()
            }
        };
        writeln!(
            table,
            "    Asset {{ path: {path:?}, media_type: {media_type:?}, hash: {hash:?}, identity: {}, brotli: {}, gzip: {} }},",
            put("", &bytes),
            smaller(".br", brotli(&bytes)),
            smaller(".gz", gzip(&bytes)),
        )
        .expect("a text can be written to");
    }
    table.push_str("];\n");
    for (name, extension, path) in names {
        writeln!(table, "/// Where the site's {extension} is; empty where the page was not built.\npub(crate) const {name}: &str = {path:?};").expect("a text can be written to");
    }
    fs::write(out.join("assets.rs"), table).expect("the build folder can be written to");
}

fn collect(site: &Path, folder: &Path, files: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.map(|entry| entry.expect("the site can be listed").path()) {
        println!("cargo:rerun-if-changed={}", entry.display());
        if entry.is_dir() {
            collect(site, &entry, files);
        } else {
            let file = entry.strip_prefix(site).expect("it is below the site");
            files.push(file.to_str().expect("names in the site are plain").to_owned());
        }
    }
}

fn media_type(extension: &str) -> Option<&'static str> {
    match extension {
        "js" => Some("text/javascript; charset=utf-8"),
        "wasm" => Some("application/wasm"),
        "css" => Some("text/css; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        _ => None,
    }
}

fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut compressed = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut compressed, 1 << 16, 11, 24);
    writer.write_all(bytes).expect("memory can be written to");
    drop(writer);
    compressed
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(bytes).expect("memory can be written to");
    writer.finish().expect("memory can be written to")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a text can be written to");
        text
    })
}
