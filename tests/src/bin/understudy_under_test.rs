//! The `understudy` program as tests run it: the same command line, with parts that a test can set
//! through the environment. The product's own binary knows none of this.
//!
//! `UNDERSTUDY_TEST_SETUP` holds JSON with any of the fields of [`tests::setup::TestSetup`].

use std::process::ExitCode;

fn main() -> ExitCode {
    match tests::setup::from_environment() {
        Ok(setup) => {
            let code = server::cli::run(std::env::args_os(), setup);
            tests::setup::tell_peak();
            code
        }
        Err(why) => {
            eprintln!("UNDERSTUDY_TEST_SETUP: {why}");
            ExitCode::from(3)
        }
    }
}
