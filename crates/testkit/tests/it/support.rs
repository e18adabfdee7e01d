//! A fake service and somebody who calls it.
use purser_testkit::{Kind, SamanageOptions, SamanageTarget};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;

pub(crate) const V2_1: &str = "application/vnd.samanage.v2.1+json";

pub(crate) struct Desk {
    pub(crate) target: SamanageTarget,
    client: Client,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// Null when it is not JSON.
    pub(crate) body: Value,
}

impl Heard {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn id(&self) -> u64 {
        self.body["id"].as_u64().unwrap_or_else(|| panic!("no id: {self:?}"))
    }

    pub(crate) fn texts(&self, name: &str) -> Vec<&str> {
        self.body.as_array().unwrap().iter().map(|record| record[name].as_str().unwrap()).collect()
    }
}

impl Desk {
    pub(crate) async fn open() -> Self {
        Self::open_with(SamanageOptions::default()).await
    }

    pub(crate) async fn open_with(options: SamanageOptions) -> Self {
        let target = SamanageTarget::start(options).await.unwrap();
        #[expect(clippy::disallowed_methods, reason = "a plain client is the point of these tests")]
        let client = Client::builder().no_proxy().build().unwrap();
        Self { target, client }
    }

    /// A request without any credentials.
    pub(crate) fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.target.base_url()))
    }

    pub(crate) fn ask_as(&self, token: &str, method: Method, path: &str) -> RequestBuilder {
        self.ask(method, path).header("x-samanage-authorization", format!("Bearer {token}"))
    }

    fn ask_as_admin(&self, method: Method, path: &str) -> RequestBuilder {
        self.ask_as(self.target.token(), method, path).header("accept", V2_1)
    }

    pub(crate) async fn get(&self, path: &str) -> Heard {
        hear(self.ask_as_admin(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Heard {
        hear(self.ask_as_admin(Method::POST, path).json(&body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Heard {
        hear(self.ask_as_admin(Method::PUT, path).json(&body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Heard {
        hear(self.ask_as_admin(Method::DELETE, path)).await
    }

    /// Without a body.
    pub(crate) async fn post_nothing(&self, path: &str) -> Heard {
        hear(self.ask_as_admin(Method::POST, path)).await
    }

    /// Puts a user there, and gives his id.
    pub(crate) fn seat(&self, name: &str) -> u64 {
        let email = format!("{}@example.com", name.to_lowercase().replace(' ', "."));
        self.target.insert(Kind::Users, serde_json::json!({"name": name, "email": email})).unwrap()
    }

    /// Puts a role, site, department or group there, and gives its id.
    pub(crate) fn place(&self, kind: Kind, name: &str) -> u64 {
        self.target.insert(kind, serde_json::json!({"name": name})).unwrap()
    }
}

pub(crate) async fn hear(request: RequestBuilder) -> Heard {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap();
    Heard { status, headers, body: serde_json::from_str(&text).unwrap_or_default() }
}
