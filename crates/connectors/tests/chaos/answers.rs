//! What the server may say.
use axum::body::Body;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};

/// A small generator of its own, so that a seed means the same answers for ever.
struct Lot(u64);

impl Lot {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    fn one<T: Clone>(&mut self, list: &[T]) -> T {
        let at = usize::try_from(self.next()).unwrap_or(0) % list.len();
        list[at].clone()
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }
}

/// An answer drawn by lot. One in three is what a good server would say.
pub(crate) fn draw(seed: u64, method: &Method, path: &str) -> Response {
    let mut lot = Lot(seed | 1);
    for _ in 0..4 {
        lot.next();
    }
    let good = lot.chance(35);
    let status = if good {
        match *method {
            Method::POST => 201,
            Method::DELETE => 204,
            _ => 200,
        }
    } else {
        lot.one(&[
            200, 200, 200, 200, 201, 202, 204, 206, 301, 302, 307, 400, 401, 403, 404, 405, 406, 409, 410,
            412, 413, 415, 418, 422, 429, 500, 501, 502, 503, 504, 599,
        ])
    };
    let body = body(&mut lot, good, path);
    let mut answer = Response::new(Body::from(body));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let headers = answer.headers_mut();
    let content_type = if good {
        "application/scim+json"
    } else {
        lot.one(&["application/json", "text/html", "image/png", "", "application/scim+json"])
    };
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    if (300..400).contains(&status) || lot.chance(10) {
        let to = lot.one(&[
            "/tenant/Users/9",
            "/elsewhere",
            "http://169.254.169.254/latest/meta-data",
            "//example.com/",
            "javascript:alert(1)",
            "/tenant/Users/..",
            "",
        ]);
        headers.insert(header::LOCATION, HeaderValue::from_static(to));
    }
    if lot.chance(20) {
        // Never long: a probe waits for it.
        let wait = lot.one(&["0", "-1", "soon", "99999999999999999999", "0.5"]);
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static(wait));
    }
    if lot.chance(20) {
        headers.insert(header::ETAG, HeaderValue::from_static(lot.one(&["W/\"1\"", "\"", "*", "x"])));
    }
    if lot.chance(15) {
        headers.insert(
            "x-total-pages",
            HeaderValue::from_static(lot.one(&["0", "1", "18446744073709551615", "-3", "x"])),
        );
    }
    if lot.chance(10) {
        headers.insert(
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static(lot.one(&[
                "Digest",
                "Digest nonce=",
                "Basic realm=\"\"",
                "Digest realm=\"a\", nonce=\"b\", qop=\"auth\", algorithm=FOO",
            ])),
        );
    }
    answer
}

fn body(lot: &mut Lot, good: bool, path: &str) -> Vec<u8> {
    let is_list = path.ends_with("Users")
        || path.ends_with("Groups")
        || path.ends_with("users.json")
        || path.ends_with("groups.json");
    if good {
        let object = object(lot);
        return match (is_list, path.ends_with(".json")) {
            (true, true) => json!([object]).to_string().into_bytes(),
            (true, false) => json!({"totalResults": 1, "Resources": [object]}).to_string().into_bytes(),
            _ => object.to_string().into_bytes(),
        };
    }
    let deep = "[".repeat(20_000);
    match lot.next() % 16 {
        0 => Vec::new(),
        1 => b"<!doctype html><title>Sign in</title>".to_vec(),
        2 => b"\xff\xfe\x00{".to_vec(),
        3 => deep.into_bytes(),
        4 => format!("{{\"detail\":\"{}\"}}", "x".repeat(300_000)).into_bytes(),
        5 => b"null".to_vec(),
        6 => b"[null, 1, \"x\", {}, []]".to_vec(),
        7 => json!({"totalResults": -1, "Resources": {}}).to_string().into_bytes(),
        8 => json!({"totalResults": 18_446_744_073_709_551_615_u64, "itemsPerPage": 0, "startIndex": "x", "Resources": [object(lot)], "nextCursor": "again"}).to_string().into_bytes(),
        9 => json!({"totalResults": 3, "Resources": [object(lot), object(lot), object(lot)], "nextCursor": lot.next().to_string()}).to_string().into_bytes(),
        10 => json!({"schemas": [1, null], "detail": {"a": [1]}, "status": [], "scimType": 7, "Errors": [null]}).to_string().into_bytes(),
        11 => json!([object(lot), object(lot)]).to_string().into_bytes(),
        12 => json!({"user": object(lot), "group": [object(lot)]}).to_string().into_bytes(),
        // It tells us our own token, as some do in error pages.
        13 => json!({"detail": format!("Bearer {} is not valid", crate::TOKEN), "message": crate::TOKEN}).to_string().into_bytes(),
        14 => discovery(lot).to_string().into_bytes(),
        _ => object(lot).to_string().into_bytes(),
    }
}

fn object(lot: &mut Lot) -> Value {
    let long = "9".repeat(5_000);
    let id = match lot.next() % 10 {
        0 => json!(null),
        1 => json!(""),
        2 => json!("../Groups/1"),
        3 => json!("."),
        4 => json!(-1.5e300),
        5 => json!({"id": "x"}),
        6 => json!(long),
        7 => json!("7\r\nX-Evil: 1"),
        _ => json!("7"),
    };
    let name = lot.one(&[
        json!("ann@x.org"),
        json!("ANN@X.ORG"),
        json!("stranger@x.org"),
        json!(["ann@x.org"]),
        json!(null),
        json!(7),
    ]);
    json!({
        "id": id, "userName": name, "displayName": name, "email": name, "name": name,
        "title": lot.one(&[json!("Chef"), json!(null), json!([]), json!({})]),
        "active": lot.one(&[json!(true), json!("False"), json!(1), json!(null)]),
        "members": lot.one(&[json!([{"value": "7"}]), json!("7"), json!([null, 7, {"value": {}}]), json!({})]),
        "memberships": lot.one(&[json!([{"id": 1, "user_id": 7}]), json!([{}]), json!("x")]),
        "meta": lot.one(&[json!({"version": "W/\"1\""}), json!([]), json!({"version": {"a": 1}, "location": "http://x/"})]),
        "schemas": lot.one(&[json!(["urn:ietf:params:scim:schemas:core:2.0:User"]), json!("x"), json!(null)]),
    })
}

fn discovery(lot: &mut Lot) -> Value {
    let attribute = json!({
        "name": lot.one(&[json!("x"), json!(""), json!("a.b[c]"), json!(7)]), "type": "complex", "multiValued": "yes",
        "required": true, "subAttributes": [{"name": "value", "type": "complex", "subAttributes": [{"name": "v", "type": "complex"}]}, null],
    });
    json!({
        "patch": {"supported": lot.one(&[json!(false), json!("no"), json!(null)])},
        "filter": {"supported": true, "maxResults": lot.one(&[json!(0), json!(-5), json!(1e30), json!("9")])},
        "totalResults": 1,
        "Resources": [{"id": "urn:x:User", "attributes": [attribute.clone(), attribute]}, {"id": null}, 3],
    })
}
