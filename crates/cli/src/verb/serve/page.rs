//! The page at `/`: which connection, which TLS session and which web session the visitor is on,
//! and what the difference is. One file, no scripts, nothing loaded from elsewhere.

use crate::report::text::short;
use std::fmt::Write as _;
use tessera_observe::{ConnectionDocument, Time};

const TEMPLATE: &str = include_str!("page.html");

/// Only the style in the page and the page's own forms.
pub(crate) const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The page for this visitor.
pub(crate) fn render(document: &ConnectionDocument) -> String {
    let (connection, session) = (&document.connection, &document.session);
    let how = match (session.resumed, &session.refusal_text) {
        (true, _) => "Resumed: nobody had to prove anything again.".to_owned(),
        (false, Some(why)) => format!("A full handshake, because {why}."),
        (false, None) => "A full handshake: this is where the lineage begins.".to_owned(),
    };
    let connection_rows = rows(&[
        ("id", short(&connection.id)),
        ("keys", &connection.keys_fingerprint),
        ("opened", &moment(connection.opened_at)),
        ("from", &connection.peer),
        ("key updates", &connection.key_updates.to_string()),
    ]);
    let session_rows = rows(&[
        ("id", short(&session.id)),
        ("lineage", short(&session.lineage)),
        ("generation", &session.generation.to_string()),
        (
            "agreed",
            &format!("{} {}", session.version, session.cipher_suite),
        ),
        (
            "group",
            session.group.as_deref().unwrap_or("no new key exchange"),
        ),
        (
            "protocol",
            session.alpn.as_deref().unwrap_or("none negotiated"),
        ),
        ("authenticated", &moment(session.authenticated_at)),
        ("ends", &moment(session.expires_at)),
        (
            "you",
            session
                .peer_identity
                .as_deref()
                .unwrap_or("no client certificate"),
        ),
    ]);
    let (web, action, verb) = match &document.web_session {
        Some(web) => {
            let list = rows(&[
                ("id", &web.id),
                ("signed in", &moment(web.signed_in_at)),
                ("ends if idle", &moment(web.idle_expires_at)),
            ]);
            (list, "/sign-out", "Sign out")
        }
        None => (
            "<p class=none>You are not signed in.</p>".to_owned(),
            "/sign-in",
            "Sign in",
        ),
    };
    TEMPLATE
        .replace("{{connection}}", &connection_rows)
        .replace("{{how}}", &escape(&how))
        .replace(
            "{{badge}}",
            if session.resumed {
                "resumed"
            } else {
                "full handshake"
            },
        )
        .replace("{{session}}", &session_rows)
        .replace("{{web}}", &web)
        .replace("{{action}}", action)
        .replace("{{verb}}", verb)
}

/// To the second: `2026-11-22 20:15:04Z`.
fn moment(time: Time) -> String {
    let text = time.to_string().replace('T', " ");
    text.split_once('.')
        .map(|(second, _)| format!("{second}Z"))
        .unwrap_or(text)
}

fn rows(pairs: &[(&str, &str)]) -> String {
    let mut out = String::from("<dl>");
    for (name, value) in pairs {
        let _ = write!(out, "<dt>{}</dt><dd>{}</dd>", escape(name), escape(value));
    }
    out.push_str("</dl>");
    out
}

/// Text that means nothing to a browser. Braces too: what a peer says must not look like our
/// template's places.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '{' => out.push_str("&#123;"),
            '}' => out.push_str("&#125;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_peer_says_is_text() {
        let text = escape("<b>'\"&{{web}}");
        assert_eq!(text, "&lt;b&gt;&#39;&quot;&amp;&#123;&#123;web&#125;&#125;");
    }
}
