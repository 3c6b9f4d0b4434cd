//! From what a node answers to what was asked for. Anything else is damage, and no panic.

use redis::Value;
use tessera_session::StoreError;

/// What was answered makes no sense.
pub(crate) fn nonsense(what: &str) -> StoreError {
    StoreError::Damaged(format!("the store answers {what} that makes no sense"))
}

/// A number.
pub(crate) fn number(value: &Value) -> Result<i64, StoreError> {
    match value {
        Value::Int(number) => Ok(*number),
        _ => Err(nonsense("a number")),
    }
}

/// How many.
pub(crate) fn count(value: &Value) -> Result<u64, StoreError> {
    u64::try_from(number(value)?).map_err(|_| nonsense("a count"))
}

/// Bytes, or nothing.
pub(crate) fn bytes(value: Value) -> Result<Option<Vec<u8>>, StoreError> {
    match value {
        Value::BulkString(bytes) => Ok(Some(bytes)),
        Value::Nil => Ok(None),
        _ => Err(nonsense("bytes")),
    }
}

/// A list of bytes, some of which may be nothing.
pub(crate) fn list(value: Value) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
    match value {
        Value::Array(values) => values.into_iter().map(bytes).collect(),
        _ => Err(nonsense("a list")),
    }
}

/// Milliseconds in decimal digits.
pub(crate) fn millis(text: &[u8]) -> Option<u64> {
    core::str::from_utf8(text).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_is_read() {
        assert_eq!(number(&Value::Int(-1)), Ok(-1));
        assert_eq!(count(&Value::Int(3)), Ok(3));
        assert_eq!(bytes(Value::Nil), Ok(None));
        let values = vec![Value::BulkString(b"a".to_vec()), Value::Nil];
        assert_eq!(
            list(Value::Array(values)),
            Ok(vec![Some(b"a".to_vec()), None])
        );
        assert_eq!(millis(b"1800000000000"), Some(1_800_000_000_000));
    }

    #[test]
    fn anything_else_is_damage() {
        let is_damage = |error| matches!(error, StoreError::Damaged(_));
        assert!(is_damage(number(&Value::Okay).unwrap_err()));
        assert!(is_damage(count(&Value::Int(-1)).unwrap_err()));
        assert!(is_damage(bytes(Value::Int(1)).unwrap_err()));
        assert!(is_damage(list(Value::Nil).unwrap_err()));
        assert!(is_damage(
            list(Value::Array(vec![Value::Okay])).unwrap_err()
        ));
        assert_eq!(
            [millis(b""), millis(b"-1"), millis(b"1.5"), millis(&[0xff])],
            [None; 4]
        );
    }
}
