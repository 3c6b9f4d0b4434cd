//! Web sessions: an application's login, a cookie. Not TLS's business, and shown beside the other
//! two so that nobody mixes them up.

use super::limits::WEB_SESSIONS;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tessera::Timestamp;
use tessera_observe::WebSessionPart;

/// The cookie's name. The prefix has browsers insist on Secure, Path=/ and this very host.
const COOKIE: &str = "__Host-tessera";

/// All logins of this process.
pub(crate) struct WebSessions {
    idle: Duration,
    sessions: Mutex<HashMap<CookieValue, WebSession>>,
}

/// What the browser keeps: 128 random bits, in hex. It is a secret, so it has no face.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct CookieValue(String);

/// One login.
#[derive(Clone)]
struct WebSession {
    /// The name it is shown by: drawn apart from the cookie's value.
    id: String,
    signed_in_at: Timestamp,
    idle_expires_at: Timestamp,
}

/// The random numbers of one sign-in: the cookie's value and the name shown.
pub(crate) struct Drawn {
    pub(crate) cookie: [u8; 16],
    pub(crate) id: [u8; 8],
}

impl WebSessions {
    /// None yet; each ends after `idle` without a request.
    pub(crate) fn new(idle: Duration) -> Self {
        Self {
            idle,
            sessions: Mutex::default(),
        }
    }

    /// The login this Cookie header belongs to, which the request keeps alive.
    pub(crate) fn visit(&self, cookies: &[&str], now: Timestamp) -> Option<WebSessionPart> {
        let value = CookieValue::find(cookies)?;
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        let session = sessions.get_mut(&value)?;
        if session.idle_expires_at <= now {
            sessions.remove(&value);
            return None;
        }
        session.idle_expires_at = now.plus(self.idle);
        Some(session.part())
    }

    /// How many there are.
    pub(crate) fn number(&self, now: Timestamp) -> u64 {
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        let live = sessions
            .values()
            .filter(|session| session.idle_expires_at > now);
        live.count().try_into().unwrap_or(u64::MAX)
    }

    /// A new login, and the Set-Cookie header for it. What the browser had before ends: an id
    /// someone else planted is worth nothing.
    pub(crate) fn sign_in(
        &self,
        cookies: &[&str],
        drawn: &Drawn,
        now: Timestamp,
    ) -> (WebSessionPart, String) {
        let value = CookieValue(hex(&drawn.cookie));
        let session = WebSession {
            id: hex(&drawn.id),
            signed_in_at: now,
            idle_expires_at: now.plus(self.idle),
        };
        let part = session.part();
        let header = value.set_cookie();
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(old) = CookieValue::find(cookies) {
            sessions.remove(&old);
        }
        sessions.retain(|_, session| session.idle_expires_at > now);
        if sessions.len() >= WEB_SESSIONS {
            let idlest = sessions
                .iter()
                .min_by_key(|(_, session)| session.idle_expires_at);
            if let Some(value) = idlest.map(|(value, _)| value.clone()) {
                sessions.remove(&value);
            }
        }
        sessions.insert(value, session);
        (part, header)
    }

    /// Ends the login, and gives the Set-Cookie header that takes the cookie away.
    pub(crate) fn sign_out(&self, cookies: &[&str]) -> String {
        if let Some(value) = CookieValue::find(cookies) {
            self.sessions
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(&value);
        }
        format!("{}; Max-Age=0", CookieValue(String::new()).set_cookie())
    }
}

impl WebSession {
    fn part(&self) -> WebSessionPart {
        WebSessionPart {
            id: self.id.clone(),
            signed_in_at: self.signed_in_at.into(),
            idle_expires_at: self.idle_expires_at.into(),
        }
    }
}

impl CookieValue {
    /// The value in the Cookie headers of a request.
    fn find(cookies: &[&str]) -> Option<Self> {
        let mut pairs = cookies.iter().flat_map(|header| header.split(';'));
        pairs.find_map(|pair| {
            let (name, value) = pair.trim().split_once('=')?;
            (name == COOKIE).then(|| Self(value.to_owned()))
        })
    }

    /// Until the browser ends: how long an idle login lasts is for the server to say.
    fn set_cookie(&self) -> String {
        format!(
            "{COOKIE}={}; Path=/; Secure; HttpOnly; SameSite=Lax",
            self.0
        )
    }
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_secs(1_800_000_000);
    const IDLE: Duration = Duration::from_secs(60);

    fn drawn(n: u8) -> Drawn {
        Drawn {
            cookie: [n; 16],
            id: [n ^ 0xff; 8],
        }
    }

    fn cookie(header: &str) -> &str {
        header.split(';').next().unwrap()
    }

    #[test]
    fn a_login_lasts_while_its_owner_comes_back_in_time() {
        let sessions = WebSessions::new(IDLE);
        let (part, header) = sessions.sign_in(&[], &drawn(1), NOW);
        let almost = NOW.plus(IDLE / 2);
        let seen = sessions.visit(&[cookie(&header)], almost).unwrap();
        assert_eq!((seen.id, seen.signed_in_at), (part.id, NOW.into()));
        assert_eq!(seen.idle_expires_at, almost.plus(IDLE).into());
        assert!(
            sessions
                .visit(&[cookie(&header)], almost.plus(IDLE))
                .is_none()
        );
    }

    #[test]
    fn the_name_shown_is_not_the_secret() {
        let (part, header) = WebSessions::new(IDLE).sign_in(&[], &drawn(7), NOW);
        assert!(!header.contains(&part.id));
        for flag in ["Secure", "HttpOnly", "SameSite=", "Path=/"] {
            assert!(header.contains(flag), "{flag} in {header}");
        }
    }

    #[test]
    fn signing_in_again_ends_the_login_before() {
        let sessions = WebSessions::new(IDLE);
        let (_, first) = sessions.sign_in(&[], &drawn(1), NOW);
        let (_, second) = sessions.sign_in(&[cookie(&first)], &drawn(2), NOW);
        assert!(sessions.visit(&[cookie(&first)], NOW).is_none());
        assert!(sessions.visit(&["a=b; c", cookie(&second)], NOW).is_some());
        sessions.sign_out(&[cookie(&second)]);
        assert!(sessions.visit(&[cookie(&second)], NOW).is_none());
    }

    #[test]
    fn of_ten_thousand_logins_the_idlest_makes_room() {
        let sessions = WebSessions::new(IDLE);
        let login = |seconds: usize| WebSession {
            id: seconds.to_string(),
            signed_in_at: NOW,
            idle_expires_at: NOW.plus(Duration::from_secs(1 + seconds as u64)),
        };
        let all = (0..WEB_SESSIONS).map(|n| (CookieValue(n.to_string()), login(n)));
        sessions.sessions.lock().unwrap().extend(all);
        sessions.sign_in(&[], &drawn(1), NOW);
        let kept = sessions.sessions.lock().unwrap();
        assert_eq!(kept.len(), WEB_SESSIONS);
        assert!(!kept.contains_key(&CookieValue("0".to_owned())));
        assert!(kept.contains_key(&CookieValue("1".to_owned())));
    }
}
