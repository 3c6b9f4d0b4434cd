//! Flags about what is said on the connection, and how.

use super::kind::Flag::{self, Number, Switch, Text};
use super::kind::{count, text};

pub(super) fn flag(name: &str) -> Option<Flag> {
    Some(match name {
        "-async" => Switch(|o| o.asynchronous = true),
        "-implicit-handshake" => Switch(|o| o.implicit_handshake = true),
        "-no-op-extra-handshake" | "-handshake-twice" => Switch(|o| o.extra_handshake = true),
        "-false-start" => Switch(|o| o.false_start = true),
        "-allow-false-start-without-alpn" => Switch(|o| o.false_start_without_alpn = true),
        "-shim-writes-first" => Switch(|o| o.shim_writes_first = true),
        "-shim-initial-write" => Text(|o, s| o.shim_initial_write = text(s)),
        "-repeat-shim-initial-write" => Number(|o, n| o.repeat_initial_write = Some(count(n))),
        "-read-with-unfinished-write" => Switch(|o| o.read_with_unfinished_write = true),
        "-early-write-after-message" => Number(|o, n| o.early_write_after = u8::try_from(n).ok()),
        "-write-different-record-sizes" => Switch(|o| o.write_different_record_sizes = true),
        "-read-size" => Number(|o, n| o.read_size = Some(count(n))),
        "-peek-then-read" => Switch(|o| o.peek_then_read = true),
        "-key-update" => Switch(|o| o.key_update = true),
        "-key-update-before-read" => Switch(|o| o.key_update_before_read = true),
        "-shim-shuts-down" => Switch(|o| o.shim_shuts_down = true),
        "-check-close-notify" => Switch(|o| o.check_close_notify = true),
        "-export-keying-material" => Number(|o, n| o.export_keying_material = count(n)),
        "-export-label" => Text(|o, s| s.clone_into(&mut o.export_label)),
        "-export-context" => Text(|o, s| s.clone_into(&mut o.export_context)),
        "-use-export-context" => Switch(|o| o.use_export_context = true),
        "-use-exporter-between-reads" => Switch(|o| o.export_between_reads = true),
        _ => return None,
    })
}
