use super::*;

const END: Timestamp = Timestamp::from_unix_secs(1_900_000_000);

/// Bytes that tell where they stood: `first`, `first + 1`, …
fn counted(first: u8, len: u8) -> Vec<u8> {
    (first..first + len).collect()
}

fn entropy() -> Entropy {
    Entropy::from_seed([4; 32])
}

fn one(dialect: Dialect, file: &[u8]) -> Result<ForeignKey, KeyFileError> {
    read(dialect, &[file], END).map(|mut keys| keys.remove(0))
}

fn haproxy_file(keys: &[Vec<u8>]) -> Vec<u8> {
    let lines = keys.iter().map(|key| data_encoding::BASE64.encode(key));
    lines.collect::<Vec<_>>().join("\n").into_bytes()
}

/// What a key has in its parts, by the first byte of each.
fn parts(key: &ForeignKey) -> (u8, u8) {
    (key.cipher().as_bytes()[0], key.mac().as_bytes()[0])
}

#[test]
fn every_dialect_has_an_order_of_its_own() {
    for (dialect, file, expected) in [
        (Dialect::Nginx, counted(1, 48), (17, 33)),
        (Dialect::Apache, counted(1, 48), (33, 17)),
        (Dialect::Nginx, counted(1, 80), (49, 17)),
        (Dialect::Envoy, counted(1, 80), (49, 17)),
    ] {
        let key = one(dialect, &file).unwrap();
        assert_eq!(parts(&key), expected, "{dialect} {}", file.len());
        assert_eq!(key.name.0[..], counted(1, 16));
        assert_eq!((key.dialect, key.role), (dialect, ForeignRole::Seals));
        let written = write(dialect, &[&key], &mut entropy()).unwrap();
        assert_eq!(written, [Zeroizing::new(file)], "{dialect}");
    }
    for len in [48, 80] {
        let keys = [counted(1, len), counted(2, len), counted(3, len)];
        let read = read(Dialect::HaProxy, &[&haproxy_file(&keys)], END).unwrap();
        assert_eq!(parts(&read[0]), (17, if len == 48 { 33 } else { 49 }));
    }
}

#[test]
fn the_first_file_seals_and_the_others_open() {
    let files = [counted(1, 80), counted(2, 48), counted(3, 80)];
    let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
    let keys = read(Dialect::Nginx, &files, END).unwrap();
    let roles: Vec<_> = keys.iter().map(|key| key.role).collect();
    assert_eq!(
        roles,
        [ForeignRole::Seals, ForeignRole::Opens, ForeignRole::Opens]
    );
}

#[test]
fn the_last_but_one_of_haproxys_lines_seals() {
    let keys: Vec<_> = (1..=4).map(|first| counted(first, 80)).collect();
    let mut file = haproxy_file(&keys);
    file.extend_from_slice(b"\r\n\n");
    let read = read(Dialect::HaProxy, &[&file], END).unwrap();
    let sealing: Vec<_> = read
        .iter()
        .filter(|key| key.role == ForeignRole::Seals)
        .map(|key| key.name.0[0])
        .collect();
    assert_eq!(sealing, [3]);
}

#[test]
fn a_single_key_of_nginx_becomes_a_file_that_haproxy_takes() {
    let key = one(Dialect::Nginx, &counted(1, 80)).unwrap();
    let files = write(Dialect::HaProxy, &[&key], &mut entropy()).unwrap();
    let again = read(Dialect::HaProxy, &[&files[0]], END).unwrap();
    assert_eq!(again.len(), 3);
    assert!(again[1].same_secrets(&key) && again[1].role == ForeignRole::Seals);
    assert_eq!(again[1].name, key.name);
    // And back, in nginx's order.
    let back: Vec<&ForeignKey> = again.iter().collect();
    let back = write(Dialect::Nginx, &back, &mut entropy()).unwrap();
    assert_eq!(*back[0], counted(1, 80));
}

#[test]
fn a_length_that_the_dialect_does_not_have_is_told_with_those_it_has() {
    let error = one(Dialect::Apache, &counted(1, 80)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "apache has no ticket key of 80 bytes: 48 are right"
    );
    let length = |dialect, found| Err(KeyFileError::Length { dialect, found });
    assert_eq!(
        one(Dialect::Envoy, &counted(1, 48)).map(drop),
        length(Dialect::Envoy, 48)
    );
    for len in [0, 16, 47, 49, 81] {
        assert_eq!(
            one(Dialect::Nginx, &counted(1, len)).map(drop),
            length(Dialect::Nginx, len.into())
        );
    }
    let wide = one(Dialect::Nginx, &counted(1, 80)).unwrap();
    assert_eq!(
        write(Dialect::Apache, &[&wide], &mut entropy()).map(drop),
        length(Dialect::Apache, 80)
    );
}

#[test]
fn rule_04_zeros_and_duplicates_are_refused() {
    let mut zeros = counted(1, 80);
    zeros[16..48].fill(0);
    assert_eq!(
        one(Dialect::Nginx, &zeros).map(drop),
        Err(KeyFileError::Key(ForeignKeyError::AllZero))
    );
    let mut renamed = counted(1, 48);
    renamed[0] = 99;
    let mut changed = counted(1, 48);
    changed[47] = 99;
    let both = |other: &[u8]| read(Dialect::Nginx, &[&counted(1, 48), other], END).map(drop);
    let name = |bytes: &[u8]| KeyName(*bytes.first_chunk().unwrap());
    assert_eq!(both(&renamed), Err(KeyFileError::Duplicate(name(&renamed))));
    assert_eq!(both(&changed), Err(KeyFileError::SameName(name(&changed))));
}

#[test]
fn files_that_haproxy_would_refuse_are_refused() {
    let read = |file: &[u8]| read(Dialect::HaProxy, &[file], END).map(drop);
    let two = haproxy_file(&[counted(1, 80), counted(2, 80)]);
    assert_eq!(read(&two), Err(KeyFileError::TooFew(2)));
    let mixed = haproxy_file(&[counted(1, 80), counted(2, 48), counted(3, 80)]);
    assert_eq!(read(&mixed), Err(KeyFileError::MixedLengths));
    assert_eq!(read(b"AAAA\nno\n"), Err(KeyFileError::NotBase64(2)));
    assert_eq!(read(b"\n"), Err(KeyFileError::Empty));
    let many: Vec<_> = (1..=33).map(|first| counted(first, 48)).collect();
    assert_eq!(read(&haproxy_file(&many)), Err(KeyFileError::TooMany));
    assert_eq!(
        super::read(Dialect::HaProxy, &[&two, &two], END).map(drop),
        Err(KeyFileError::OneFile)
    );
    assert_eq!(
        super::read(Dialect::Nginx, &[], END).map(drop),
        Err(KeyFileError::Empty)
    );
}

#[test]
fn keys_of_which_none_seals_are_not_written() {
    let mut key = one(Dialect::Nginx, &counted(1, 80)).unwrap();
    key.role = ForeignRole::Opens;
    assert_eq!(
        write(Dialect::Nginx, &[&key], &mut entropy()).map(drop),
        Err(KeyFileError::NoSealingKey)
    );
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_keys_or_an_error(bytes: Vec<u8>, dialect in 0usize..4) {
        let _ = read(Dialect::ALL[dialect], &[&bytes], END);
    }
}
