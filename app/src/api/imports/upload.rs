//! One uploaded file of a form.
//!
//! Leptos' own codec for such forms panics when the request is not one; this one answers with a
//! sentence.
use super::forms::UploadImport;
use axum::body::Body;
use axum::extract::{FromRequest as _, Multipart};
use http::{Method, Request};
use leptos::server_fn::ContentType;
use leptos::server_fn::codec::{Encoding, FromReq, IntoReq};
use leptos::server_fn::error::{FromServerFnError, IntoAppError as _, ServerFnErrorErr};
use purser_contract::problem::{Problem, ProblemKind};

/// Name of the form's file field.
const FIELD: &str = "file";

/// The codec of a form with a file.
pub struct UploadBody;

/// A request that should carry a file, not read yet.
#[derive(Debug)]
pub struct Upload(Request<Body>);

/// The file.
pub(super) struct UploadedFile {
    /// Its name on the sender's machine.
    pub(super) name: String,
    /// What it holds.
    pub(super) bytes: Vec<u8>,
}

impl Upload {
    /// Reads the file; how large it may be, the server's body limit says.
    pub(super) async fn read(self) -> Result<UploadedFile, Problem> {
        let mut form =
            Multipart::from_request(self.0, &()).await.map_err(|error| unreadable(&error.body_text()))?;
        while let Some(part) = form.next_field().await.map_err(|error| unreadable(&error.body_text()))? {
            if part.name() == Some(FIELD) {
                let name = part.file_name().unwrap_or_default().to_owned();
                let bytes = part.bytes().await.map_err(|error| unreadable(&error.body_text()))?.to_vec();
                return Ok(UploadedFile { name, bytes });
            }
        }
        Err(Problem::new(ProblemKind::Invalid, "No file was sent.")
            .advice("Choose a CSV file and upload it again.")
            .field(FIELD))
    }
}

fn unreadable(reason: &str) -> Problem {
    Problem::new(ProblemKind::Invalid, format!("The file could not be received: {}.", reason.trim_end_matches('.')))
        .advice("A CSV file may have up to 50 MB. Split a larger one; importing its parts one after the other is the same.")
        .field(FIELD)
}

impl ContentType for UploadBody {
    const CONTENT_TYPE: &'static str = "multipart/form-data";
}

impl Encoding for UploadBody {
    const METHOD: Method = Method::POST;
}

impl From<Request<Body>> for Upload {
    fn from(request: Request<Body>) -> Self {
        Self(request)
    }
}

impl<E: FromServerFnError + Send> FromReq<UploadBody, Request<Body>, E> for UploadImport {
    async fn from_req(request: Request<Body>) -> Result<Self, E> {
        Ok(Self { upload: Upload(request) })
    }
}

/// Only plain forms upload files; no code of ours calls this from a browser.
impl<R, E: FromServerFnError> IntoReq<UploadBody, R, E> for UploadImport {
    fn into_req(self, _path: &str, _accepts: &str) -> Result<R, E> {
        Err(ServerFnErrorErr::Request("a file is uploaded by a form".to_owned()).into_app_error())
    }
}
