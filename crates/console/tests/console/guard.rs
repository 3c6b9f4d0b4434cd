//! Who is not answered: each rule by itself, on a request that is fine but for that.

use serde_json::Value;

use crate::kit::Console;
use crate::kit::client::{Request, exchange};

/// What is guarded: the stream and the deeds. A refused stream ends at once.
fn guarded(console: &Console) -> [Request; 2] {
    [
        console.get("/events"),
        console.post("connect", CONNECT.as_bytes()),
    ]
}

const CONNECT: &str = r#"{"version":null,"resume":true,"count":2,"early_data":false}"#;

/// Both are refused with this status, and nothing was done.
async fn refuses(status: u16, change: impl Fn(&Console, Request) -> Request) {
    let console = Console::start().await;
    for request in guarded(&console) {
        let request = change(&console, request);
        let answer = request.send(console.address).await;
        assert_eq!(
            answer.status(),
            Some(status),
            "{}: {answer:?}",
            request.path
        );
        if request.path.starts_with("/api/") {
            let json = answer.json();
            assert_eq!(json["schema"], "tessera.console-deed/1");
            assert_eq!(json["ok"], false);
            assert!(json["error"].is_string());
        }
    }
    assert!(console.deeds.asked().is_empty());
}

#[tokio::test]
async fn the_request_is_fine_but_for_that() {
    let console = Console::start().await;
    let [events, connect] = guarded(&console);
    assert!(events.stream(console.address).await.next().await.is_some());
    assert_eq!(connect.send(console.address).await.status(), Some(200));
}

#[tokio::test]
async fn the_console_has_other_names_for_its_address() {
    let console = Console::start().await;
    let host = format!("localhost:{}", console.address.port());
    let request = console.post("connect", CONNECT).header("Host", &host);
    let request = request.header("Origin", &format!("http://{host}"));
    assert_eq!(request.send(console.address).await.status(), Some(200));
}

#[tokio::test]
async fn a_name_that_points_here_is_no_name_of_the_console() {
    for host in [
        "evil.test",
        "127.0.0.1",
        "127.0.0.1:1",
        "localhost.evil.test:80",
        "",
    ] {
        refuses(403, |_, request| request.header("Host", host)).await;
    }
}

#[tokio::test]
async fn a_request_names_its_host_once() {
    refuses(400, |console, request| {
        request.and("Host", &console.address.to_string())
    })
    .await;
    refuses(403, |_, request| request.without("Host")).await;
    // The line of a request counts as well.
    refuses(403, |_, request| Request {
        path: format!("http://evil.test{}", request.path),
        ..request
    })
    .await;
}

#[tokio::test]
async fn pages_of_other_origins_are_not_answered() {
    for origin in [
        "http://evil.test",
        "null",
        "https://127.0.0.1",
        "http://127.0.0.1",
    ] {
        refuses(403, |_, request| request.header("Origin", origin)).await;
    }
    // Another of the console's own names is another origin.
    refuses(403, |console, request| {
        let origin = format!("http://localhost:{}", console.address.port());
        request.header("Origin", &origin)
    })
    .await;
}

#[tokio::test]
async fn what_other_sites_cause_is_not_answered() {
    for site in ["cross-site", "same-site", "other"] {
        refuses(403, |_, request| request.header("Sec-Fetch-Site", site)).await;
    }
}

#[tokio::test]
async fn there_is_no_answer_without_the_token() {
    refuses(401, |_, request| request.without("Authorization")).await;
    for wrong in [
        "Bearer",
        "Bearer ",
        "Bearer AAAAAAAAAAAAAAAAAAAAAA",
        "Basic AAAA",
    ] {
        refuses(401, |_, request| request.header("Authorization", wrong)).await;
    }
    refuses(401, |console, request| {
        request.header("Authorization", &console.token)
    })
    .await;
    refuses(400, |console, request| {
        request.and("Authorization", &format!("Bearer {}", console.token))
    })
    .await;
}

#[tokio::test]
async fn a_token_in_the_address_counts_for_nothing() {
    refuses(401, |console, request| Request {
        path: format!("{}?token={}&access_token={1}", request.path, console.token),
        ..request.without("Authorization")
    })
    .await;
}

#[tokio::test]
async fn deeds_are_posts() {
    let console = Console::start().await;
    for method in ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"] {
        let request = Request {
            method: method.to_owned(),
            ..console.post("connect", CONNECT)
        };
        let answer = request.send(console.address).await;
        assert_eq!(answer.status(), Some(405), "{method}");
        assert_eq!(answer.header("allow"), Some("POST"));
    }
    let post = Request {
        method: "POST".to_owned(),
        ..console.get("/events")
    };
    assert_eq!(post.send(console.address).await.status(), Some(405));
    assert!(console.deeds.asked().is_empty());
}

#[tokio::test]
async fn the_page_needs_no_token_and_has_nothing_in_it() {
    let console = Console::start().await;
    let files = [
        ("/", "text/html; charset=utf-8"),
        ("/app.js", "text/javascript; charset=utf-8"),
        ("/app.css", "text/css; charset=utf-8"),
        ("/favicon.svg", "image/svg+xml"),
    ];
    for (path, content_type) in files {
        let request = console.get(path).without("Authorization");
        let answer = request.send(console.address).await;
        assert_eq!(answer.status(), Some(200), "{path}");
        assert_eq!(answer.header("content-type"), Some(content_type));
        assert_eq!(answer.header("cache-control"), Some("no-cache"));
        assert!(!answer.body.contains(&console.token));
        let renamed = request.header("Host", "evil.test");
        assert_eq!(renamed.send(console.address).await.status(), Some(403));
    }
}

#[tokio::test]
async fn every_answer_has_the_headers_that_keep_it_here() {
    let console = Console::start().await;
    let requests = [
        console.get("/"),
        console.get("/nothing"),
        console.get("/events").header("Host", "evil.test"),
        console.get("/events").without("Authorization"),
        console.post("connect", CONNECT),
        console.post("connect", "{}"),
        console.post("nothing", "{}"),
        console.get("/api/connect"),
    ];
    let mut heads: Vec<_> = Vec::new();
    for request in &requests {
        let answer = request.send(console.address).await;
        heads.push(format!("{answer:?}").to_lowercase());
        let policy = answer.header("content-security-policy").unwrap_or_default();
        let parts: Vec<&str> = policy.split("; ").collect();
        assert_eq!(
            parts,
            [
                "default-src 'none'",
                "script-src 'self'",
                "style-src 'self'",
                "connect-src 'self'",
                "img-src 'self' data:",
                "base-uri 'none'",
                "form-action 'none'",
                "frame-ancestors 'none'"
            ]
        );
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{}", request.path);
        }
        if request.path != "/" {
            assert_eq!(answer.header("cache-control"), Some("no-store"));
        }
    }
    let stream = console.get("/events").stream(console.address).await;
    heads.push(stream.head.to_lowercase());
    // Nobody is told that other origins may read.
    assert!(heads.iter().all(|head| !head.contains("access-control")));
    assert!(stream.head.contains("cache-control: no-store"));
    assert!(stream.head.contains("frame-ancestors 'none'"));
}

#[tokio::test]
async fn what_is_no_http_is_no_harm() {
    let console = Console::start().await;
    let long = format!(
        "GET / HTTP/1.1\r\nHost: {}\r\nX: {}\r\n\r\n",
        console.address,
        "x".repeat(40_000)
    );
    for bytes in [
        &b"\x16\x03\x01\x00\x05hello\r\n\r\n"[..],
        b"GET\r\n\r\n",
        long.as_bytes(),
    ] {
        let answer = exchange(console.address, bytes).await;
        assert!(
            answer.status().is_none_or(|status| status >= 400),
            "{answer:?}"
        );
    }
    let answer = console.get("/").send(console.address).await;
    assert_eq!((answer.status(), answer.json()), (Some(200), Value::Null));
}
