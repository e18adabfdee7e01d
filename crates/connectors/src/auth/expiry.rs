//! When a token ends, as far as the token itself tells.
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::Deserialize;

/// Longest token that is looked into, in bytes.
const LONGEST: usize = 16 * 1024;

/// The end of a JSON Web Token: its `exp` (RFC 7519, section 4.1.4). `None` for any other token, or one without an end.
///
/// The signature is not verified: a token that was made up only brings a reminder at a wrong time.
#[must_use]
pub fn read_expiry(token: &str) -> Option<Timestamp> {
    #[derive(Deserialize)]
    struct Claims {
        exp: f64,
    }
    if token.len() > LONGEST {
        return None;
    }
    let mut parts = token.split('.');
    let (Some(_), Some(claims), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    let claims = URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?;
    let claims: Claims = serde_json::from_slice(&claims).ok()?;
    // Whole seconds; some issuers write a fraction.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a cast of a float saturates, and Timestamp refuses what is too far"
    )]
    Timestamp::from_second(claims.exp.floor() as i64).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(claims: &str) -> String {
        format!("eyJhbGciOiJub25lIn0.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn the_end_of_a_jwt_is_read_and_nothing_else_is_taken_for_one() {
        let read = |claims: &str| read_expiry(&token(claims)).map(|at| at.as_second());
        assert_eq!(read(r#"{"exp":1900000000}"#), Some(1_900_000_000));
        assert_eq!(read(r#"{"exp":1900000000.7,"sub":"x"}"#), Some(1_900_000_000));
        assert_eq!(read(r#"{"generated_at":"2020"}"#), None);
        assert_eq!(read(r#"{"exp":1e300}"#), None);
        assert_eq!(read("not json"), None);
        for text in ["", "abc", "a.b", "a.b.c.d", &format!("a.{}.c", "x".repeat(LONGEST))] {
            assert_eq!(read_expiry(text), None, "{}", text.len());
        }
    }
}
