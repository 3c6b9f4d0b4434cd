//! `bogo.json` keeps to what `README.md` says about it.

use serde_json::Value;

const CONFIG: &str = include_str!("../../bogo.json");
const README: &str = include_str!("../../README.md");
const RESULTS: &str = include_str!("../../bogo-results.md");

fn config() -> Value {
    serde_json::from_str(CONFIG).expect("bogo.json is JSON")
}

/// The reasons of the table, and what each `planned:` may be about.
fn is_reason(reason: &str) -> bool {
    let planned = "Not there yet: external PSKs, encrypted client hellos, raw public keys, \
                   certificate compression, record size limits, ML-DSA.";
    assert!(README.contains(planned));
    match reason.strip_prefix("planned: ") {
        Some(what) => planned.contains(what),
        None => README.contains(&format!("| `{reason}` |")),
    }
}

#[test]
fn every_test_that_is_not_run_has_one_of_the_reasons() {
    let config = config();
    let disabled = config["DisabledTests"].as_object().expect("an object");
    assert!(!disabled.is_empty());
    for (pattern, reason) in disabled {
        let reason = reason.as_str().expect("a reason is a text");
        assert!(is_reason(reason), "{pattern}: {reason}");
    }
    assert!(!is_reason("it failed"));
}

#[test]
fn errors_are_told_apart() {
    let config = config();
    let map = config["ErrorMap"].as_object().expect("an object");
    for (error, faults) in map {
        let faults = faults.as_array().expect("a list");
        assert!(!faults.is_empty(), "{error}");
        for fault in faults {
            let fault = fault.as_str().expect("a text");
            assert!(fault.len() > 7, "{error}: {fault:?} could be anything");
        }
    }
}

#[test]
fn the_results_begin_with_the_number_of_tests_passed() {
    let first = RESULTS
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("passed: "));
    let passed: u32 = first
        .and_then(|passed| passed.parse().ok())
        .expect("a number");
    assert!((2_517..=7_894).contains(&passed), "{passed}");
}
