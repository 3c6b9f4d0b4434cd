//! From a host to a TCP connection.

use crate::exit::{Exit, Failure, Outcome};
use crate::plan::connect::{ConnectPlan, Family};
use crate::report::talk::Talk;
use std::net::{IpAddr, SocketAddr};
use tokio::net::TcpStream;

/// Connects to the first address that answers.
pub(super) async fn dial(plan: &ConnectPlan, talk: Talk) -> Outcome<TcpStream> {
    let (host, port, fixed) = plan
        .overrides
        .destination(&plan.target.host, plan.target.port);
    let cannot = |why: &dyn std::fmt::Display| {
        Failure::new(
            Exit::CannotConnect,
            format_args!("cannot connect to {host}:{port}: {why}"),
        )
    };
    let found = match fixed.or_else(|| host.parse::<IpAddr>().ok()) {
        Some(address) => vec![SocketAddr::new(address, port)],
        None => tokio::net::lookup_host((host.as_str(), port))
            .await
            .map_err(|error| cannot(&error))?
            .collect(),
    };
    let wanted = found.iter().filter(|address| match plan.family {
        Family::Any => true,
        Family::V4 => address.is_ipv4(),
        Family::V6 => address.is_ipv6(),
    });
    let mut last = None;
    for address in wanted {
        talk.detail(format_args!("connecting to {address}"));
        match TcpStream::connect(address).await {
            Ok(tcp) => {
                // Records are whole when they are written.
                let _ = tcp.set_nodelay(true);
                return Ok(tcp);
            }
            Err(error) => last = Some(format!("{address}: {error}")),
        }
    }
    Err(match last {
        Some(why) => cannot(&why),
        None => cannot(&"it has no address of the kind asked for"),
    })
}
