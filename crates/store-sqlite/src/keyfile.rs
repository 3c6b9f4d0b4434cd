//! The state directory, and what is made in it once: the store key and the deployment id.
//!
//! Both are made by write, fsync and link: whoever comes second finds the first one's, whole.

use core::fmt;
use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use tessera_crypto::Entropy;
use tessera_session::StoreError;
use zeroize::Zeroizing;

/// The file's name, in the state directory and among the service manager's credentials.
pub const STORE_KEY: &str = "store.key";
/// The deployment id's file, beside it.
pub const DEPLOYMENT: &str = "deployment";

/// The key that a [`Vault`](tessera_session::Vault) is made of. Wiped when dropped, and never shown.
pub struct StoreKey(Zeroizing<[u8; 32]>);

impl StoreKey {
    /// The bytes, for the vault.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Why there is no key. Each names its file and what to do.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file system said no.
    #[error("{}: cannot {doing}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// Why not.
        source: io::Error,
    },
    /// Not a key: cut off, or something else altogether.
    #[error("{}: has {found} bytes where {expected} are needed; bring back the right file, or move this one away to begin anew", path.display())]
    Length {
        /// The file.
        path: PathBuf,
        /// How long it is.
        found: u64,
        /// How long it has to be.
        expected: usize,
    },
    /// Others may read or change it.
    #[error("{}: mode {mode:04o} lets others in; chmod {wanted:04o} it", path.display())]
    Exposed {
        /// The file or directory.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
        /// What they should be.
        wanted: u32,
    },
    /// A directory, a device or something else that is no file.
    #[error("{}: not a regular file", path.display())]
    NotAFile {
        /// What is there.
        path: PathBuf,
    },
    /// Every byte is zero.
    #[error("{}: the key is all zero", path.display())]
    AllZero {
        /// The file.
        path: PathBuf,
    },
}

impl From<KeyFileError> for StoreError {
    fn from(error: KeyFileError) -> Self {
        match error {
            KeyFileError::Exposed { .. } => Self::Exposed(error.to_string()),
            _ => Self::Unavailable(error.to_string()),
        }
    }
}

/// Where the store key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// In this file, which somebody named.
    File(PathBuf),
    /// Among the service manager's credentials, which guards them.
    Credential(PathBuf),
    /// In this state directory; made there if it is not.
    State(PathBuf),
}

impl KeySource {
    /// The file somebody named, or else the credential if there is one, or else the state directory.
    pub fn choose(named: Option<&Path>, credentials: Option<&Path>, state: &Path) -> Self {
        if let Some(file) = named {
            return Self::File(file.to_owned());
        }
        match credentials.map(|directory| directory.join(STORE_KEY)) {
            Some(file) if file.exists() => Self::Credential(file),
            _ => Self::State(state.to_owned()),
        }
    }

    /// Reads the key. In a state directory without one, makes it.
    pub fn load(&self, entropy: &mut Entropy) -> Result<StoreKey, KeyFileError> {
        let (path, bytes) = match self {
            Self::File(path) => (path.clone(), read(path, Readers::Owner)?),
            Self::Credential(path) => (path.clone(), read(path, Readers::Group)?),
            Self::State(state) => {
                state_directory(state)?;
                let path = state.join(STORE_KEY);
                let bytes = read_or_make(&path, &entropy.secret_array::<32>(), entropy)?;
                (path, bytes)
            }
        };
        if bytes.iter().all(|byte| *byte == 0) {
            return Err(KeyFileError::AllZero { path });
        }
        Ok(StoreKey(bytes))
    }
}

/// The deployment id of a state directory; made if there is none yet.
pub fn deployment(state: &Path, entropy: &mut Entropy) -> Result<[u8; 16], KeyFileError> {
    state_directory(state)?;
    let fresh = Zeroizing::new(entropy.public_array::<16>());
    read_or_make(&state.join(DEPLOYMENT), &fresh, entropy).map(|id| *id)
}

/// Makes the directory, for its owner only, or makes sure that nobody else may write to it.
pub fn state_directory(path: &Path) -> Result<(), KeyFileError> {
    let said = |doing| {
        move |source| KeyFileError::Io {
            path: path.to_owned(),
            doing,
            source,
        }
    };
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(said("make the directory"))?;
    let metadata = fs::metadata(path).map_err(said("look at the directory"))?;
    without(0o022, path, &metadata, 0o700)
}

/// Who may read a file with a secret in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Its owner alone.
    Owner,
    /// A group, too, that somebody else guards: a service manager, or another program the file is also for.
    Group,
}

impl Readers {
    /// Refuses a file that lets others in.
    pub fn check(self, path: &Path, metadata: &Metadata) -> Result<(), KeyFileError> {
        match self {
            Self::Owner => without(0o077, path, metadata, 0o600),
            Self::Group => without(0o007, path, metadata, 0o640),
        }
    }
}

/// Refuses a file or directory with any of these permissions.
fn without(
    forbidden: u32,
    path: &Path,
    metadata: &Metadata,
    wanted: u32,
) -> Result<(), KeyFileError> {
    let mode = metadata.mode() & 0o7777;
    if mode & forbidden == 0 {
        return Ok(());
    }
    Err(KeyFileError::Exposed {
        path: path.to_owned(),
        mode,
        wanted,
    })
}

fn read_or_make<const N: usize>(
    path: &Path,
    fresh: &[u8; N],
    entropy: &mut Entropy,
) -> Result<Zeroizing<[u8; N]>, KeyFileError> {
    match read(path, Readers::Owner) {
        Err(KeyFileError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {
            make(path, fresh, entropy)?;
            read(path, Readers::Owner)
        }
        other => other,
    }
}

fn read<const N: usize>(path: &Path, readers: Readers) -> Result<Zeroizing<[u8; N]>, KeyFileError> {
    let said = |doing| {
        move |source| KeyFileError::Io {
            path: path.to_owned(),
            doing,
            source,
        }
    };
    let mut file = File::open(path).map_err(said("open the key"))?;
    let metadata = file.metadata().map_err(said("look at the key"))?;
    if !metadata.is_file() {
        return Err(KeyFileError::NotAFile {
            path: path.to_owned(),
        });
    }
    readers.check(path, &metadata)?;
    if metadata.len() != N as u64 {
        return Err(KeyFileError::Length {
            path: path.to_owned(),
            found: metadata.len(),
            expected: N,
        });
    }
    let mut bytes = Zeroizing::new([0; N]);
    file.read_exact(&mut *bytes).map_err(said("read the key"))?;
    Ok(bytes)
}

/// Writes it elsewhere, makes it durable, and gives it its name only then; unless somebody was first.
fn make(path: &Path, bytes: &[u8], entropy: &mut Entropy) -> Result<(), KeyFileError> {
    let said = |doing| {
        move |source| KeyFileError::Io {
            path: path.to_owned(),
            doing,
            source,
        }
    };
    let suffix = Suffix(entropy.public_array());
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let draft = path.with_file_name(format!(".{name}.{suffix}"));
    let written = write(&draft, bytes).map_err(said("write the key"));
    let linked = written.and_then(|()| match fs::hard_link(&draft, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        other => other.map_err(said("name the key")),
    });
    let cleared = fs::remove_file(&draft).map_err(said("clear the draft of the key away"));
    linked.and(cleared)?;
    let directory = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or_else(|| Path::new("."));
    File::open(directory)
        .and_then(|directory| directory.sync_all())
        .map_err(said("make the key durable"))
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

struct Suffix([u8; 8]);

impl fmt::Display for Suffix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use std::sync::{Arc, Barrier};
    use std::thread;
    use tempfile::TempDir;

    fn entropy(number: u8) -> Entropy {
        Entropy::from_seed([number; 32])
    }

    fn state() -> (TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a/b/state");
        (directory, path)
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o7777
    }

    #[test]
    fn rule_23_the_key_is_made_once_and_for_its_owner_only() {
        let (_guard, state) = state();
        let source = KeySource::choose(None, None, &state);
        let first = source.load(&mut entropy(1)).unwrap();
        let again = source.load(&mut entropy(2)).unwrap();
        assert_eq!(first.as_bytes(), again.as_bytes());
        assert_eq!((mode(&state), mode(&state.join(STORE_KEY))), (0o700, 0o600));
        assert_eq!(
            fs::read_dir(&state).unwrap().count(),
            1,
            "no draft is left behind"
        );
    }

    #[test]
    fn of_many_that_come_at_once_all_get_the_same_key() {
        let (_guard, state) = state();
        let start = Arc::new(Barrier::new(16));
        let runners: Vec<_> = (0..16u8)
            .map(|number| {
                let (state, start) = (state.clone(), Arc::clone(&start));
                thread::spawn(move || {
                    start.wait();
                    let key = KeySource::State(state.clone())
                        .load(&mut entropy(number))
                        .unwrap();
                    (
                        *key.as_bytes(),
                        deployment(&state, &mut entropy(number)).unwrap(),
                    )
                })
            })
            .collect();
        let found: Vec<_> = runners
            .into_iter()
            .map(|runner| runner.join().unwrap())
            .collect();
        assert!(found.iter().all(|one| *one == found[0]));
        assert_eq!(fs::read_dir(&state).unwrap().count(), 2);
    }

    #[test]
    fn a_key_that_others_may_read_is_refused_by_its_mode() {
        let (_guard, state) = state();
        let source = KeySource::State(state.clone());
        source.load(&mut entropy(1)).unwrap();
        let path = state.join(STORE_KEY);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let error = source.load(&mut entropy(1)).err().unwrap();
        assert!(
            matches!(error, KeyFileError::Exposed { mode: 0o640, .. }),
            "{error}"
        );
        assert!(error.to_string().contains("chmod 0600"), "{error}");
        assert!(matches!(StoreError::from(error), StoreError::Exposed(_)));
    }

    #[test]
    fn a_state_directory_that_others_may_write_to_is_refused() {
        let (_guard, state) = state();
        state_directory(&state).unwrap();
        fs::set_permissions(&state, fs::Permissions::from_mode(0o777)).unwrap();
        let error = KeySource::State(state).load(&mut entropy(1)).err().unwrap();
        assert!(
            matches!(
                error,
                KeyFileError::Exposed {
                    mode: 0o777,
                    wanted: 0o700,
                    ..
                }
            ),
            "{error}"
        );
    }

    #[test]
    fn a_key_of_another_length_is_refused_and_never_replaced() {
        let (_guard, state) = state();
        state_directory(&state).unwrap();
        let path = state.join(STORE_KEY);
        for found in [0, 31, 33] {
            write(&path, &vec![7; found]).unwrap();
            let error = KeySource::State(state.clone())
                .load(&mut entropy(1))
                .err()
                .unwrap();
            assert!(
                matches!(error, KeyFileError::Length { expected: 32, .. }),
                "{error}"
            );
            assert_eq!(fs::read(&path).unwrap().len(), found);
            fs::remove_file(&path).unwrap();
        }
        write(&path, &[0; 32]).unwrap();
        let error = KeySource::State(state).load(&mut entropy(1)).err().unwrap();
        assert!(matches!(error, KeyFileError::AllZero { .. }), "{error}");
    }

    #[test]
    fn a_named_key_and_a_credential_are_read_and_never_made() {
        let (guard, state) = state();
        let file = guard.path().join("fleet.key");
        assert!(KeySource::File(file.clone()).load(&mut entropy(1)).is_err());
        assert!(!file.exists());
        write(&file, &[7; 32]).unwrap();
        assert_eq!(
            KeySource::File(file)
                .load(&mut entropy(1))
                .unwrap()
                .as_bytes(),
            &[7; 32]
        );

        let credentials = guard.path().join("credentials");
        fs::create_dir(&credentials).unwrap();
        assert_eq!(
            KeySource::choose(None, Some(&credentials), &state),
            KeySource::State(state.clone())
        );
        let credential = credentials.join(STORE_KEY);
        write(&credential, &[8; 32]).unwrap();
        fs::set_permissions(&credential, fs::Permissions::from_mode(0o440)).unwrap();
        let source = KeySource::choose(None, Some(&credentials), &state);
        assert_eq!(source.load(&mut entropy(1)).unwrap().as_bytes(), &[8; 32]);
        fs::set_permissions(&credential, fs::Permissions::from_mode(0o444)).unwrap();
        assert!(matches!(
            source.load(&mut entropy(1)),
            Err(KeyFileError::Exposed { mode: 0o444, .. })
        ));
    }

    #[test]
    fn what_is_no_file_is_no_key() {
        let (guard, _) = state();
        let error = KeySource::File(guard.path().to_owned())
            .load(&mut entropy(1))
            .err()
            .unwrap();
        assert!(matches!(error, KeyFileError::NotAFile { .. }), "{error}");
    }

    #[test]
    fn r4_every_state_directory_is_another_deployment() {
        let ((_one, a), (_two, b)) = (state(), state());
        let mut entropy = entropy(1);
        let [first, second] = [&a, &b].map(|state| deployment(state, &mut entropy).unwrap());
        assert_ne!(first, second);
        assert_eq!(deployment(&a, &mut entropy).unwrap(), first);
    }
}
