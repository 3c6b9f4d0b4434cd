//! The live console as this program has it: where it listens, what feeds its picture, and what its buttons do.
//!
//! A server of its own process tells what happens in it ([`process`]); the store is looked at from
//! here ([`watch`]); [`deeds`] are done with clients of this process ([`visitor`]) and with this very program ([`run`]).

pub(crate) mod deeds;
pub(crate) mod keeper;
pub(crate) mod process;
mod run;
pub(crate) mod typed;
pub(crate) mod view;
mod visitor;
mod watch;

use crate::exit::{Failure, Outcome};
use crate::plan::state::StateDir;
use crate::random;
use crate::report::talk::Talk;
use deeds::{Deeds, Stage};
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;
use tessera::clock;
use tessera_console::{Picture, Token};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use watch::Watch;
use zeroize::Zeroizing;

/// A console that listens, and does not answer yet.
pub(crate) struct Console {
    listener: TcpListener,
    address: SocketAddr,
    picture: Arc<Picture>,
    token: Token,
}

impl Console {
    /// Listens on this address, which has to be one of this machine's own.
    pub(crate) async fn open(address: &str, state: &StateDir) -> Outcome<Self> {
        let address = loopback(address)?;
        let listener = TcpListener::bind(address).await.map_err(|error| {
            Failure::internal(format_args!(
                "the console cannot listen on {address}: {error}"
            ))
            .with_hint("with port 0 a free one is taken: --console 127.0.0.1:0")
        })?;
        Ok(Self {
            address: listener.local_addr()?,
            listener,
            picture: Arc::new(Picture::new(|| clock::now().into())),
            token: token(state)?,
        })
    }

    /// What it shows.
    pub(crate) fn picture(&self) -> &Arc<Picture> {
        &self.picture
    }

    /// Where to look at it. What stands behind the `#` is a secret, and no browser sends it.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/#{}", self.address, self.token.as_fragment())
    }

    /// Answers from now on: shows this stage, and does to it what the buttons say.
    pub(crate) fn serve(self, stage: Stage, talk: Talk) -> Outcome<Arc<Deeds>> {
        let Self {
            listener,
            picture,
            token,
            ..
        } = self;
        picture.console(stage.row());
        let changed = Arc::new(Notify::new());
        if let Some(store) = stage.open_store(talk)? {
            let watch = Watch {
                store,
                state: stage.state.clone(),
                picture: Arc::clone(&picture),
                changed: Arc::clone(&changed),
                talk,
            };
            tokio::spawn(watch.run());
        }
        let deeds = Arc::new(Deeds::new(stage, Arc::clone(&picture), changed, talk)?);
        let does = Arc::clone(&deeds);
        tokio::spawn(async move {
            if let Err(error) =
                tessera_console::serve(listener, picture, does, token, std::future::pending()).await
            {
                talk.error(format_args!("the console ended: {error}"));
            }
        });
        Ok(deeds)
    }
}

/// An address that nobody reaches from outside.
fn loopback(text: &str) -> Outcome<SocketAddr> {
    let unusable = |why: &dyn std::fmt::Display| {
        Failure::usage(format_args!("--console {text}: {why}"))
            .with_hint("write --console 127.0.0.1:0; from elsewhere it is reached through ssh -L")
    };
    let addresses = text.to_socket_addrs().map_err(|error| unusable(&error))?;
    addresses
        .into_iter()
        .find(|address| address.ip().is_loopback())
        .ok_or_else(|| {
            unusable(&"the console is for this machine alone, and wants a loopback address")
        })
}

/// The token of this state directory: a page that was open finds the console again after it was away.
fn token(state: &StateDir) -> Outcome<Token> {
    let draw = || {
        let token = Token::draw(&Zeroizing::new(random::bytes()));
        token.as_fragment().as_bytes().to_vec()
    };
    let kept = state.made_once(TOKEN, draw)?;
    Token::parse(&String::from_utf8_lossy(&kept)).map_err(|error| {
        Failure::internal(format_args!("{}: {error}", state.file(TOKEN).display()))
    })
}

const TOKEN: &str = "console.token";
