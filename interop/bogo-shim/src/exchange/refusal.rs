//! A server that wants nothing to do with a client.

use crate::failure::Failure;
use crate::socket::Socket;
use tessera_engine::{Ending, peek_client_hello, refuse_client_hello};
use tessera_wire::codepoint::AlertDescription;

/// Reads the ClientHello and sends its client away.
pub(super) fn turn_away(mut socket: Socket, alert: AlertDescription) -> Failure {
    let mut heard = Vec::new();
    loop {
        match peek_client_hello(&heard) {
            Ok(None) => {}
            Ok(Some(_)) => break,
            Err(fault) => {
                return Failure::Ended(Ending::Fault {
                    fault,
                    state: "WaitClientHello",
                    discard: Vec::new(),
                });
            }
        }
        let mut chunk = [0; 1024];
        match socket.read(&mut chunk) {
            Ok(0) => return Failure::CutOff,
            Ok(read) => heard.extend(chunk.iter().take(read)),
            Err(error) => return error.into(),
        }
    }
    socket.write(&refuse_client_hello(alert));
    Failure::TurnedAway
}
