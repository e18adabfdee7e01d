//! Tokens: texts like a JWT, that say whose they are and when they were made, and not when they end.
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::store::time_at;

/// A token of this user, made at this time of the store.
pub(super) fn write(user: u64, time: u64) -> String {
    let head = json!({"alg": "HS512"});
    let payload = json!({"user_ic": user, "generated_at": time_at(time)});
    let encode = |text: String| URL_SAFE_NO_PAD.encode(text);
    // The signature is checked by nobody: a token is good if the store has it.
    let signature = encode(format!("signature of {user} at {time}"));
    format!("{}.{}.{signature}", encode(head.to_string()), encode(payload.to_string()))
}
