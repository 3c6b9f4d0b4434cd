//! `--dir`: files of one directory, and nothing outside it.

use super::body::PageBody;
use super::pages::{not_found, plain};
use hyper::header::{self, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Component, Path, PathBuf};
use tokio::fs::File;

/// Answers with the file the request names.
pub(super) async fn answer<B>(root: &Path, request: &Request<B>) -> Response<PageBody> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return plain(StatusCode::METHOD_NOT_ALLOWED, "Here only: GET, HEAD.\n");
    }
    let Some(wanted) = decode(request.uri().path()) else {
        return not_found();
    };
    match open(root, &wanted).await {
        Some((file, left, path)) => {
            let mut answer = Response::new(PageBody::File { file, left });
            answer
                .headers_mut()
                .insert(header::CONTENT_TYPE, HeaderValue::from_static(kind(&path)));
            answer
        }
        None => plain(StatusCode::NOT_FOUND, "No such file.\n"),
    }
}

async fn open(root: &Path, wanted: &Path) -> Option<(File, u64, PathBuf)> {
    // Links are followed as far as they stay inside.
    let root = tokio::fs::canonicalize(root).await.ok()?;
    let mut path = tokio::fs::canonicalize(root.join(wanted)).await.ok()?;
    if tokio::fs::metadata(&path).await.ok()?.is_dir() {
        path = tokio::fs::canonicalize(path.join("index.html"))
            .await
            .ok()?;
    }
    if !path.starts_with(&root) {
        return None;
    }
    let file = File::open(&path).await.ok()?;
    let metadata = file.metadata().await.ok()?;
    metadata.is_file().then_some((file, metadata.len(), path))
}

/// The path of a URL as a relative path of names only.
fn decode(path: &str) -> Option<PathBuf> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16)
                    .ok()
                    .filter(|byte| *byte != 0)?
            }
            other => other,
        });
    }
    let path = PathBuf::from(OsString::from_vec(bytes));
    let mut relative = PathBuf::new();
    for component in path.components() {
        match component {
            Component::RootDir | Component::CurDir => {}
            Component::Normal(name) => relative.push(name),
            Component::ParentDir | Component::Prefix(_) => return None,
        }
    }
    Some(relative)
}

fn kind(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html" | "htm") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("txt" | "md" | "log" | "toml" | "rs") => "text/plain; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("webp") => "image/webp",
        Some("ico") => "image/x-icon",
        Some("wasm") => "application/wasm",
        Some("pdf") => "application/pdf",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_a_file_below_the_directory() {
        assert_eq!(decode("/a/b%20c.txt"), Some("a/b c.txt".into()));
        assert_eq!(decode("/"), Some(PathBuf::new()));
        assert_eq!(decode("//etc/passwd"), Some("etc/passwd".into()));
    }

    #[test]
    fn nothing_outside_can_be_named() {
        for path in ["/../x", "/a/../../x", "/%2e%2e/x", "/a%00", "/%zz", "/%2"] {
            assert_eq!(decode(path), None, "{path}");
        }
    }
}
