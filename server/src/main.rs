//! Starts the server.

use std::{error::Error, process::ExitCode};

use leptos::prelude::*;
use leptos_axum::{LeptosRoutes, generate_route_list};

#[tokio::main]
async fn main() -> ExitCode {
    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("understudy: {why}");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), Box<dyn Error>> {
    server::assets::require_front()?;
    let options = LeptosOptions::builder()
        .output_name("app")
        .site_pkg_dir(server::assets::pkg_dir())
        .env(leptos::config::Env::PROD)
        .build();
    let routes = generate_route_list(app::App);
    let shell = {
        let options = options.clone();
        move || app::shell(options.clone())
    };
    let router = axum::Router::new()
        .merge(server::assets::router())
        .leptos_routes(&options, routes, shell.clone())
        .fallback(leptos_axum::file_and_error_handler::<LeptosOptions, _>(
            app::shell,
        ))
        .with_state(options);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    println!("http://{}/", listener.local_addr()?);
    axum::serve(listener, router).await?;
    Ok(())
}
