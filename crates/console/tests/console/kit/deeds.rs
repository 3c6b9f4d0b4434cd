//! Deeds that are only written down.

use std::sync::{Mutex, PoisonError};

use tessera_console::deed::{Check, Doing, RevealedSecret};
use tessera_console::{Deed, Deeds, Done, NotDone};
use tokio::sync::Semaphore;

/// Writes down what it is asked for.
pub(crate) struct Recorder {
    asked: Mutex<Vec<Deed>>,
    unavailable: Mutex<Vec<(String, String)>>,
    /// A restart waits for one of these.
    pub(crate) restarts: Semaphore,
}

impl Default for Recorder {
    fn default() -> Self {
        Self {
            asked: Mutex::default(),
            unavailable: Mutex::default(),
            restarts: Semaphore::new(0),
        }
    }
}

impl Recorder {
    pub(crate) fn asked(&self) -> Vec<Deed> {
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn make_unavailable(&self, name: &str, why: &str) {
        self.unavailable
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push((name.to_owned(), why.to_owned()));
    }
}

impl Deeds for Recorder {
    fn perform(&self, deed: Deed) -> Doing<'_> {
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(deed.clone());
        Box::pin(async move {
            match deed {
                Deed::Connect { count, .. } => Ok(Done {
                    connections: vec!["c1".to_owned(); usize::from(count.number())],
                    ..Done::text("opened")
                }),
                Deed::Close { connection } => match connection {
                    Some(id) => Err(NotDone::bad_request(format!("no {}", id.as_str()))),
                    None => Err(NotDone::refused("the console holds none")),
                },
                Deed::Restart {} => {
                    let done = self.restarts.acquire().await;
                    done.map_err(|_| NotDone::failed("closed"))?.forget();
                    Ok(Done::text("restarted"))
                }
                Deed::Rotate {} => Err(NotDone::failed("the store is away")),
                Deed::Renew {} => panic!("on purpose"),
                Deed::Export { .. } => Ok(Done {
                    pem: Some("PEM".to_owned()),
                    command: Some("openssl".to_owned()),
                    ..Done::text("exported")
                }),
                Deed::Reveal { .. } => Ok(Done {
                    secrets: vec![RevealedSecret {
                        label: "CLIENT_RANDOM".to_owned(),
                        secret: "5ec2e7".to_owned().into(),
                    }],
                    ..Done::text("revealed")
                }),
                Deed::Tour { .. } => Ok(Done {
                    checks: vec![Check {
                        what: "it resumed".to_owned(),
                        ok: false,
                        found: "it did not".to_owned(),
                    }],
                    ..Done::text("looked")
                }),
                _ => Ok(Done::text("done")),
            }
        })
    }

    fn unavailable(&self) -> Vec<(String, String)> {
        self.unavailable
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
