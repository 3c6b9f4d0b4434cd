//! What comes with a certificate: OCSP responses and timestamps of transparency logs.

use tessera_engine::{Kind, Question};
use tessera_testkit::Pair;

#[test]
fn a_staple_and_timestamps_come_with_the_leaf_and_reach_the_verifier() {
    // RFC 9846 §4.5.1.1, RFC 6066 §8, RFC 6962 §3.3.1.
    for pair in [Pair::tls13(), Pair::tls12()] {
        stapled(pair);
    }
}

fn stapled(mut pair: Pair) {
    let (staple, timestamps) = (vec![0x30, 3, 1, 2, 3], vec![vec![7; 90], vec![8; 91]]);
    let identity = &mut pair.server.identities[0];
    identity.ocsp = Some(staple.clone());
    identity.scts.clone_from(&timestamps);
    let mut link = pair.link(None);
    link.client.answers_at_once = false;
    link.run(&mut pair.world);
    let claim = link
        .client
        .open
        .iter()
        .find_map(|(_, question)| match question {
            Question::VerifyPeer(claim) => Some(claim),
            _ => None,
        });
    let claim = claim.expect("the verifier is asked");
    assert_eq!(claim.ocsp.as_ref(), Some(&staple));
    assert_eq!(claim.scts, timestamps);
    link.client.answers_at_once = true;
    link.client.answer_open(link.now, &mut pair.world);
    link.run(&mut pair.world);
    assert_eq!(link.kind(), Some(Kind::Full));
    // A resumption shows no certificate, and nothing that belongs to one.
    assert!(pair.connect().how().1);
}
