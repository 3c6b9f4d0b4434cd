//! The list of extensions in a message.

use super::ExtensionBody;
use super::carrier::{Carrier, tls12_server_hello_may_carry};
use crate::codepoint::ExtensionType;
use crate::reader::{DecodeError, Problem, Reader};
use crate::writer::Writer;

/// One extension as it stands on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawExtension {
    /// Which extension it is.
    pub extension_type: ExtensionType,
    /// Its body, not parsed.
    pub data: Vec<u8>,
}

/// The extensions of a message, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extensions(Vec<RawExtension>);

impl Extensions {
    /// An empty list.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Reads `Extension extensions<0..2^16-1>` and checks what can be checked without opening a body: no type
    /// twice, none that this message may not carry, `pre_shared_key` last in a ClientHello.
    pub fn decode(r: &mut Reader<'_>, carrier: Carrier) -> Result<Self, DecodeError> {
        let list = r.sub16("extensions", 0..=0xffff)?.each(|r| {
            Ok(RawExtension {
                extension_type: ExtensionType(r.u16("extension_type")?),
                data: r.vec16("extension_data", 0..=0xffff)?.to_vec(),
            })
        })?;
        let extensions = Self(list);
        extensions.demand_no_duplicates()?;
        extensions.demand_allowed_in(carrier)?;
        Ok(extensions)
    }

    /// Writes the list with its length.
    pub fn encode(&self, w: &mut Writer) {
        w.vec16(|w| {
            for extension in &self.0 {
                w.u16(extension.extension_type.0);
                w.vec16(|w| w.bytes(&extension.data));
            }
        });
    }

    /// Appends an extension: its structure, and nothing behind it (RFC 9846 §4.3 (1)).
    pub fn push<E: ExtensionBody>(&mut self, body: &E) {
        self.push_raw(E::TYPE, encoded(body));
    }

    /// Appends an extension whose body is written already.
    pub fn push_raw(&mut self, extension_type: ExtensionType, data: Vec<u8>) {
        self.0.push(RawExtension {
            extension_type,
            data,
        });
    }

    /// Puts a body where the extension of its type stands, or at the end.
    pub fn replace<E: ExtensionBody>(&mut self, body: &E) {
        match self
            .0
            .iter_mut()
            .find(|extension| extension.extension_type == E::TYPE)
        {
            Some(extension) => extension.data = encoded(body),
            None => self.push(body),
        }
    }

    /// Takes an extension out of the list.
    pub fn remove(&mut self, extension_type: ExtensionType) -> Option<RawExtension> {
        let index = self
            .0
            .iter()
            .position(|extension| extension.extension_type == extension_type)?;
        Some(self.0.remove(index))
    }

    /// The extension of this body's type, parsed to its end: RFC 9846 §4.3 (2).
    pub fn find<E: ExtensionBody>(&self) -> Result<Option<E>, DecodeError> {
        let Some(data) = self.data(E::TYPE) else {
            return Ok(None);
        };
        let mut r = Reader::new(data);
        let body = E::decode(&mut r)?;
        r.finish(field_name(E::TYPE))?;
        Ok(Some(body))
    }

    /// The body of an extension, not parsed.
    pub fn data(&self, extension_type: ExtensionType) -> Option<&[u8]> {
        self.0
            .iter()
            .find(|extension| extension.extension_type == extension_type)
            .map(|extension| extension.data.as_slice())
    }

    /// Whether an extension is there.
    pub fn contains(&self, extension_type: ExtensionType) -> bool {
        self.types().any(|present| present == extension_type)
    }

    /// The types in the list's order.
    pub fn types(&self) -> impl DoubleEndedIterator<Item = ExtensionType> + ExactSizeIterator + '_ {
        self.0.iter().map(|extension| extension.extension_type)
    }

    /// The extensions in their order.
    pub fn iter(&self) -> core::slice::Iter<'_, RawExtension> {
        self.0.iter()
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    // RFC 9846 §4.3 (7). Sorted rather than compared pairwise: sixteen thousand empty extensions fit in one ClientHello.
    fn demand_no_duplicates(&self) -> Result<(), DecodeError> {
        let mut types: Vec<ExtensionType> = self.types().collect();
        types.sort_unstable();
        match first_twice(&types) {
            Some(twice) => Err(DecodeError::new(field_name(*twice), Problem::Duplicate)),
            None => Ok(()),
        }
    }

    fn demand_allowed_in(&self, carrier: Carrier) -> Result<(), DecodeError> {
        let tls12 =
            carrier == Carrier::ServerHello && !self.contains(ExtensionType::SUPPORTED_VERSIONS);
        let may_carry = |extension_type| {
            if tls12 {
                tls12_server_hello_may_carry(extension_type)
            } else {
                carrier.may_carry(extension_type)
            }
        };
        if let Some(stray) = self
            .types()
            .find(|extension_type| !may_carry(*extension_type))
        {
            return Err(DecodeError::new(field_name(stray), Problem::NotAllowedHere));
        }
        // The binders cover everything before them, so nothing may follow: RFC 9846 §4.3.11 (11).
        let ends_with_psk = self.types().next_back() == Some(ExtensionType::PRE_SHARED_KEY);
        if carrier == Carrier::ClientHello
            && !ends_with_psk
            && self.contains(ExtensionType::PRE_SHARED_KEY)
        {
            return Err(DecodeError::new("pre_shared_key", Problem::NotAllowedHere));
        }
        Ok(())
    }
}

impl<'a> IntoIterator for &'a Extensions {
    type Item = &'a RawExtension;
    type IntoIter = core::slice::Iter<'a, RawExtension>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The first of two equal neighbours.
pub(super) fn first_twice<T: PartialEq>(sorted: &[T]) -> Option<&T> {
    sorted
        .iter()
        .zip(sorted.iter().skip(1))
        .find(|(one, next)| one == next)
        .map(|(one, _)| one)
}

fn encoded<E: ExtensionBody>(body: &E) -> Vec<u8> {
    let mut w = Writer::new();
    body.encode(&mut w);
    w.into_vec()
}

fn field_name(extension_type: ExtensionType) -> &'static str {
    extension_type.name().unwrap_or("extension_type")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extension::{
        Cookie, EarlyDataIndication, SelectedVersion, SupportedGroups, SupportedVersions,
    };
    use crate::{NamedGroup, ProtocolVersion};
    use proptest::prelude::*;

    fn list(types: &[ExtensionType]) -> Vec<u8> {
        let mut extensions = Extensions::new();
        for extension_type in types {
            extensions.push_raw(*extension_type, vec![1, 2]);
        }
        let mut w = Writer::new();
        extensions.encode(&mut w);
        w.into_vec()
    }

    fn decode(bytes: &[u8], carrier: Carrier) -> Result<Extensions, DecodeError> {
        Extensions::decode(&mut Reader::new(bytes), carrier)
    }

    #[test]
    fn what_was_pushed_is_found_again() {
        let mut extensions = Extensions::new();
        let groups = SupportedGroups(vec![NamedGroup::X25519]);
        extensions.push(&groups);
        extensions.push_raw(ExtensionType::grease(1), vec![]);
        assert_eq!(extensions.find::<SupportedGroups>(), Ok(Some(groups)));
        assert_eq!(extensions.find::<Cookie>(), Ok(None));
        assert!(extensions.contains(ExtensionType(0x1a1a)));
        assert_eq!(
            extensions.types().collect::<Vec<_>>(),
            [ExtensionType::SUPPORTED_GROUPS, ExtensionType(0x1a1a)]
        );
        assert_eq!((extensions.len(), extensions.is_empty()), (2, false));
    }

    #[test]
    fn replacing_keeps_the_place_and_removing_gives_it_up() {
        let mut extensions = Extensions::new();
        extensions.push(&Cookie(vec![1]));
        extensions.push(&EarlyDataIndication);
        extensions.replace(&Cookie(vec![2]));
        extensions.replace(&SelectedVersion(ProtocolVersion::TLS1_3));
        let types: Vec<_> = extensions.types().collect();
        assert_eq!(
            types,
            [
                ExtensionType::COOKIE,
                ExtensionType::EARLY_DATA,
                ExtensionType::SUPPORTED_VERSIONS
            ]
        );
        assert_eq!(extensions.find::<Cookie>(), Ok(Some(Cookie(vec![2]))));
        assert!(extensions.remove(ExtensionType::EARLY_DATA).is_some());
        assert!(extensions.remove(ExtensionType::EARLY_DATA).is_none());
        assert_eq!(extensions.len(), 2);
    }

    #[test]
    fn a_type_twice_is_refused_by_name() {
        // RFC 9846 §4.3 (7).
        let error = decode(
            &list(&[ExtensionType::COOKIE, ExtensionType::COOKIE]),
            Carrier::ClientHello,
        );
        assert_eq!(
            error.unwrap_err(),
            DecodeError {
                field: "cookie",
                problem: Problem::Duplicate
            }
        );
        let unknown = list(&[
            ExtensionType(0x4242),
            ExtensionType::COOKIE,
            ExtensionType(0x4242),
        ]);
        let error = decode(&unknown, Carrier::ClientHello).unwrap_err();
        assert_eq!(
            error,
            DecodeError {
                field: "extension_type",
                problem: Problem::Duplicate
            }
        );
    }

    #[test]
    fn a_known_extension_in_the_wrong_message_is_refused() {
        // RFC 9846 §4.3 (5).
        let error = decode(&list(&[ExtensionType::OID_FILTERS]), Carrier::ClientHello).unwrap_err();
        assert_eq!(
            error,
            DecodeError {
                field: "oid_filters",
                problem: Problem::NotAllowedHere
            }
        );
        assert!(
            decode(
                &list(&[ExtensionType::OID_FILTERS]),
                Carrier::CertificateRequest
            )
            .is_ok()
        );
    }

    #[test]
    fn a_pre_shared_key_must_be_last_in_a_client_hello_only() {
        // RFC 9846 §4.3.11 (11).
        let versions = ExtensionType::SUPPORTED_VERSIONS;
        let first = list(&[ExtensionType::PRE_SHARED_KEY, versions]);
        let last = list(&[versions, ExtensionType::PRE_SHARED_KEY]);
        let error = decode(&first, Carrier::ClientHello).unwrap_err();
        assert_eq!(
            error,
            DecodeError {
                field: "pre_shared_key",
                problem: Problem::NotAllowedHere
            }
        );
        assert!(decode(&last, Carrier::ClientHello).is_ok());
        assert!(decode(&first, Carrier::ServerHello).is_ok());
    }

    #[test]
    fn a_server_hello_is_judged_by_the_version_it_speaks() {
        let (versions, renegotiation) = (
            ExtensionType::SUPPORTED_VERSIONS,
            ExtensionType::RENEGOTIATION_INFO,
        );
        assert!(decode(&list(&[renegotiation]), Carrier::ServerHello).is_ok());
        let error = decode(&list(&[versions, renegotiation]), Carrier::ServerHello).unwrap_err();
        assert_eq!(
            error,
            DecodeError {
                field: "renegotiation_info",
                problem: Problem::NotAllowedHere
            }
        );
        assert!(decode(&list(&[ExtensionType::KEY_SHARE]), Carrier::ServerHello).is_err());
    }

    #[test]
    fn a_body_with_something_left_over_is_refused_when_it_is_looked_for() {
        // RFC 9846 §4.3 (2).
        let mut extensions = Extensions::new();
        extensions.push_raw(ExtensionType::SUPPORTED_VERSIONS, vec![2, 3, 4, 0]);
        let error = extensions.find::<SupportedVersions>().unwrap_err();
        assert_eq!(
            error,
            DecodeError {
                field: "supported_versions",
                problem: Problem::TrailingData
            }
        );
    }

    #[test]
    fn the_most_extensions_a_message_can_hold_are_judged_quickly_and_kept() {
        let mut bytes = vec![0xff, 0xfc];
        for number in 0..0x3fff_u16 {
            bytes.extend((number + 0x4000).to_be_bytes());
            bytes.extend([0, 0]);
        }
        assert_eq!(
            decode(&bytes, Carrier::ClientHello).map(|extensions| extensions.len()),
            Ok(0x3fff)
        );
    }

    proptest! {
        #[test]
        fn whatever_decodes_encodes_to_the_same_bytes(bodies: Vec<(u16, Vec<u8>)>) {
            let mut extensions = Extensions::new();
            for (number, data) in bodies {
                if !extensions.contains(ExtensionType(number)) {
                    extensions.push_raw(ExtensionType(number), data);
                }
            }
            let mut w = Writer::new();
            extensions.encode(&mut w);
            match decode(w.as_slice(), Carrier::CertificateRequest) {
                Ok(decoded) => prop_assert_eq!(decoded, extensions),
                Err(error) => prop_assert_eq!(error.problem, Problem::NotAllowedHere),
            }
        }

        #[test]
        fn random_bytes_never_panic(bytes: Vec<u8>) {
            let _ = decode(&bytes, Carrier::ClientHello);
            let _ = decode(&bytes, Carrier::ServerHello);
        }
    }
}
