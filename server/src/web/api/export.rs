//! The inventory as a file: every page of a filter, one after the other, sent as it is read. What
//! goes wrong before the first byte is an error with its status; later, the file breaks off.

use std::fmt::{self, Display, Write as _};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use engine::port::StoreError;
use futures::{StreamExt, stream};
use model::filter::{InstanceFilter, InstanceRow, MAX_PAGE_ROWS, Page};
use model::value::Value;
use tokio::task::JoinHandle;

use super::instances::filter;
use crate::web::backend::page_error;
use crate::web::trouble::Failed;
use crate::web::{Web, answer};

/// How a file is written.
#[derive(Clone, Copy)]
struct Format {
    content_type: &'static str,
    /// What saves itself under this name.
    name: &'static str,
    head: &'static str,
    row: fn(&InstanceRow, &mut String),
    /// Between two rows.
    between: &'static str,
    foot: &'static str,
}

const CSV: Format = Format {
    content_type: "text/csv; charset=utf-8",
    name: "instances.csv",
    head: "environment,kind,layer,instance,group,ordinal,host_name,category,lifecycle,status,\
           power,flavor,vcpus,ram_mib,disk_gib,image,profiles,role,addresses,public_addresses,os,\
           load_1,load_5,load_15,file_systems\r\n",
    row: csv_row,
    between: "",
    foot: "",
};

const JSON: Format = Format {
    content_type: "application/json",
    name: "instances.json",
    head: "[",
    row: json_row,
    between: ",\n",
    foot: "]\n",
};

/// `GET /instances.csv?…`
pub(super) async fn csv(State(web): State<Arc<Web>>, uri: Uri) -> Response {
    export(web, &uri, CSV).await
}

/// `GET /instances.json?…`
pub(super) async fn json(State(web): State<Arc<Web>>, uri: Uri) -> Response {
    export(web, &uri, JSON).await
}

async fn export(web: Arc<Web>, uri: &Uri, format: Format) -> Response {
    match begin(web, uri, format).await {
        Ok(response) => response,
        Err(failed) => answer::json_failure(&failed),
    }
}

async fn begin(web: Arc<Web>, uri: &Uri, format: Format) -> Result<Response, Failed> {
    let filter = InstanceFilter {
        after: None,
        limit: Some(MAX_PAGE_ROWS),
        ..filter(uri)?
    };
    let first = web
        .engine
        .store()
        .instances(&filter)
        .await
        .map_err(page_error)?;
    let mut text = format.head.to_owned();
    let ahead = read_ahead(&web, &filter, first.next.as_deref());
    write(format, &first, "", &mut text);
    let begun = stream::once(async move { Ok::<_, StoreError>(Bytes::from(text)) });
    let rest = stream::try_unfold(ahead, move |ahead| {
        let (web, filter) = (Arc::clone(&web), filter.clone());
        async move {
            let Some(ahead) = ahead else {
                return Ok(None);
            };
            let page = ahead
                .await
                .map_err(|error| StoreError::Database(error.to_string()))??;
            let ahead = read_ahead(&web, &filter, page.next.as_deref());
            let mut text = String::new();
            write(format, &page, format.between, &mut text);
            Ok::<_, StoreError>(Some((Bytes::from(text), ahead)))
        }
    });
    let disposition = format!("attachment; filename=\"{}\"", format.name);
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static(format.content_type),
        ),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::try_from(disposition).unwrap_or(HeaderValue::from_static("attachment")),
        ),
    ];
    let body = Body::from_stream(begun.chain(rest));
    Ok((headers, body).into_response())
}

/// A page that is on its way.
type Ahead = JoinHandle<Result<Page<InstanceRow>, StoreError>>;

/// Begins to read the page behind a place while the one before is written and sent.
fn read_ahead(web: &Arc<Web>, filter: &InstanceFilter, after: Option<&str>) -> Option<Ahead> {
    let filter = InstanceFilter {
        after: Some(after?.to_owned()),
        ..filter.clone()
    };
    let web = Arc::clone(web);
    Some(tokio::spawn(async move {
        web.engine.store().instances(&filter).await
    }))
}

/// Writes a page's rows, and what comes behind the last one.
fn write(format: Format, page: &Page<InstanceRow>, first: &str, text: &mut String) {
    let mut between = first;
    for row in &page.rows {
        text.push_str(between);
        (format.row)(row, text);
        between = format.between;
    }
    if page.next.is_none() {
        text.push_str(format.foot);
    }
}

fn json_row(row: &InstanceRow, text: &mut String) {
    match serde_json::to_string(row) {
        Ok(json) => text.push_str(&json),
        Err(error) => {
            tracing::error!(%error, "an instance can't be written as JSON");
            text.push_str("null");
        }
    }
}

fn csv_row(row: &InstanceRow, text: &mut String) {
    let InstanceRow {
        environment,
        kind,
        layer,
        record,
    } = row;
    let facts = &record.facts;
    let load = |index: usize| facts.load.map(|load| load.0[index]);
    let file_systems = facts
        .file_systems
        .iter()
        .map(|system| fmt::from_fn(|f| write!(f, "{} {}%", system.mount, system.used_percent)));
    cell(text, environment);
    cell(text, kind);
    cell(text, layer);
    cell(text, record.name());
    cell(text, &record.group);
    cell(text, record.ordinal);
    cell(text, &record.host_name);
    cell(text, record.category);
    cell(text, record.lifecycle.word());
    maybe(text, facts.status.as_ref());
    cell(text, record.power);
    maybe(text, value(&record.flavor));
    maybe(text, record.vcpus);
    maybe(text, record.ram.map(|ram| ram.0));
    maybe(text, record.disk.map(|disk| disk.0));
    maybe(text, value(&record.image));
    cell(text, joined(&record.profiles));
    maybe(text, record.role.map(model::group::Role::word));
    cell(text, joined(&facts.addresses));
    cell(text, joined(&facts.public_addresses));
    maybe(text, facts.os.as_ref());
    maybe(text, load(0));
    maybe(text, load(1));
    maybe(text, load(2));
    cell(text, joined(file_systems));
    // The comma behind the last cell.
    text.pop();
    text.push_str("\r\n");
}

/// What is fixed; what is unknown is an empty cell, never a zero.
fn value<T: Display>(value: &Value<T>) -> Option<String> {
    match value {
        Value::Fixed(value) => Some(value.to_string()),
        Value::AssignedByCloud => Some("assigned by cloud".to_owned()),
        Value::Unknown => None,
    }
}

fn joined<T: Display>(values: impl IntoIterator<Item = T> + Clone) -> impl Display {
    fmt::from_fn(move |f| {
        let mut between = "";
        for value in values.clone() {
            write!(f, "{between}{value}")?;
            between = "; ";
        }
        Ok(())
    })
}

fn maybe(text: &mut String, value: Option<impl Display>) {
    match value {
        Some(value) => cell(text, value),
        None => text.push(','),
    }
}

/// A cell and the comma behind it. A text that a spreadsheet would take for a formula gets an
/// apostrophe in front, which spreadsheets don't show.
fn cell(text: &mut String, value: impl Display) {
    let start = text.len();
    // Nothing that is written to a text fails.
    let _never = write!(text, "{value}");
    let written = &text[start..];
    let formula = written.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let quoted = written.contains([',', '"', '\n', '\r']);
    if formula || quoted {
        let value = text.split_off(start);
        let apostrophe = if formula { "'" } else { "" };
        if quoted {
            let value = value.replace('"', "\"\"");
            text.extend(["\"", apostrophe, &value, "\""]);
        } else {
            text.extend([apostrophe, &value]);
        }
    }
    text.push(',');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_and_is_never_a_formula() {
        let written = |value: &str| {
            let mut text = String::new();
            cell(&mut text, value);
            text
        };
        assert_eq!(written("app1"), "app1,");
        assert_eq!(written("a,\"b\""), "\"a,\"\"b\"\"\",");
        assert_eq!(written("=1+1"), "'=1+1,");
        assert_eq!(written("-a\nb"), "\"'-a\nb\",");
    }
}
