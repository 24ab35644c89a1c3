//! `bindgen MODULE FOLDER NAME`: writes the JavaScript glue of a wasm module, as `wasm-bindgen --target web` does.
//!
//! A program of our own, because the library is compiled in a third of the time that `cargo install wasm-bindgen-cli` takes, and Cargo.lock
//! keeps it in the version that the page was compiled with: glue of any other version does not fit.

use std::env;
use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [module, folder, name] = arguments.as_slice() else {
        eprintln!("usage: bindgen MODULE FOLDER NAME");
        return ExitCode::from(2);
    };
    let made = Bindgen::new()
        .input_path(module)
        .web(true)
        .and_then(|bindgen| bindgen.typescript(false).out_name(name).generate(folder));
    match made {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the glue of {module} could not be made: {error:#}");
            ExitCode::FAILURE
        }
    }
}
