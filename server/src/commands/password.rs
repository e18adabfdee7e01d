//! Asks for a password: without showing it on a terminal, as one line from a pipe.

use std::io::{self, BufRead, IsTerminal, Write};

use crate::error::ServerError;

/// Longest line that is read; no password is.
const MAX_LINE: u64 = 4_096;

/// A new password. On a terminal it is asked for twice.
pub(super) fn read_new_password() -> Result<String, ServerError> {
    let failed = |source| ServerError::Terminal { doing: "Reading the password from standard input", source };
    let stdin = io::stdin();
    if !stdin.is_terminal() {
        return read_line(&mut stdin.lock()).map_err(failed);
    }
    let first = ask("New password: ").map_err(failed)?;
    let again = ask("The same again: ").map_err(failed)?;
    if first == again {
        return Ok(first);
    }
    Err(failed(io::Error::new(io::ErrorKind::InvalidInput, "the two passwords differ; nothing was changed")))
}

fn ask(question: &str) -> io::Result<String> {
    // Standard output is for answers.
    let mut err = io::stderr().lock();
    write!(err, "{question}")?;
    err.flush()?;
    let line = without_echo(|| read_line(&mut io::stdin().lock()));
    writeln!(err)?;
    line
}

fn read_line(input: &mut dyn BufRead) -> io::Result<String> {
    let mut line = String::new();
    io::Read::take(input, MAX_LINE).read_line(&mut line)?;
    let line = line.trim_end_matches(['\r', '\n']);
    if line.is_empty() {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "standard input held no password"));
    }
    Ok(line.to_owned())
}

#[cfg(unix)]
fn without_echo<T>(read: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
    let terminal = io::stdin();
    let before = tcgetattr(&terminal)?;
    let mut silent = before.clone();
    silent.local_modes.remove(LocalModes::ECHO);
    tcsetattr(&terminal, OptionalActions::Flush, &silent)?;
    let answer = read();
    tcsetattr(&terminal, OptionalActions::Now, &before)?;
    answer
}

/// Elsewhere a terminal can't be told to be silent without more libraries; a pipe works the same.
#[cfg(not(unix))]
fn without_echo<T>(read: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    read()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piped_password_is_one_line_without_its_end() {
        for input in ["correct horse\n", "correct horse\r\nmore", "correct horse"] {
            assert_eq!(read_line(&mut input.as_bytes()).unwrap(), "correct horse");
        }
        assert!(read_line(&mut "\n".as_bytes()).is_err());
        assert!(read_line(&mut "".as_bytes()).is_err());
    }
}
