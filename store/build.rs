//! Tells Cargo that the migrations are part of this crate: a new file must be embedded too.

fn main() {
    println!("cargo:rerun-if-changed=../migrations");
}
