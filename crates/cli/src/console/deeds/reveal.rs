//! The traffic secrets of one connection, for those who started the console to see them.

use super::{Deeds, failed};
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use tessera_console::deed::{Done, NotDone, RevealedSecret};
use zeroize::Zeroizing;

impl Deeds {
    /// What the key log has of a connection: RFC 9850.
    pub(super) fn reveal(&self, connection: &str) -> Result<Done, NotDone> {
        let row = &self.shown(connection)?.row;
        let (Some(random), Some(path)) = (&row.client_random, &self.stage.key_log) else {
            return Err(NotDone::refused(
                "nothing was written down of this connection",
            ));
        };
        let file = File::open(path)
            .map_err(|error| failed(format_args!("{}: {error}", path.display())))?;
        let mut secrets = Vec::new();
        for line in BufReader::new(file).lines() {
            let line = Zeroizing::new(line.map_err(failed)?);
            let mut words = line.split(' ');
            if let (Some(label), Some(of), Some(secret)) =
                (words.next(), words.next(), words.next())
                && of == *random
            {
                secrets.push(RevealedSecret {
                    label: label.to_owned(),
                    secret: Zeroizing::new(secret.to_owned()),
                });
            }
        }
        Ok(Done {
            secrets,
            ..Done::text(
                "whoever has these reads everything that was said on this connection, and on no other",
            )
        })
    }
}
