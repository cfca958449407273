//! Failures of requests to the gateway. No answer is quoted: it may contain personal data.

use commands::Fault;
use commands::ports::GatewayError;
use domain::FailureCode;
use nix::errno::Errno;

/// The failure, as a cause for the log.
#[derive(Debug, thiserror::Error)]
pub(super) enum GatewayFailure {
    /// The circuit breaker is open.
    #[error("the circuit breaker is open")]
    CircuitOpen,
    /// No permit was free in time.
    #[error("too many requests are under way")]
    Overloaded,
    /// No connection, no answer in time, or a broken one.
    #[error("there was no complete answer")]
    NoAnswer(#[source] Box<ureq::Error>),
    /// The answer is too large.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge {
        /// The largest accepted.
        limit: u64,
    },
    /// Neither the expected status nor a refusal.
    #[error("the answer has the status {0}")]
    Status(u16),
    /// Not JSON, or a required field is missing.
    #[error("the answer is not in the gateway's format")]
    InvalidBody,
    /// Too many pages: the list does not end.
    #[error("the list of pages does not end")]
    TooMany,
    /// The program is shutting down.
    #[error("the request was abandoned")]
    Abandoned,
}

/// Outcome of a failed exchange, which decides if it is tried again.
#[derive(Debug)]
pub(super) enum ExchangeFailure {
    /// It was refused.
    Refused(Option<FailureCode>),
    /// Temporary.
    Temporary(GatewayFailure, Option<std::time::Duration>),
    /// Permanent.
    Permanent(GatewayFailure),
}

impl ExchangeFailure {
    /// Returns whether this process, and not the gateway, was the cause: it has no more files or memory.
    pub(super) fn is_ours(&self) -> bool {
        let (Self::Temporary(failure, _) | Self::Permanent(failure)) = self else {
            return false;
        };
        let GatewayFailure::NoAnswer(error) = failure else {
            return false;
        };
        let ureq::Error::Io(error) = &**error else {
            return false;
        };
        let exhausted = [Errno::EMFILE, Errno::ENFILE, Errno::ENOMEM, Errno::ENOBUFS];
        let code = error.raw_os_error();
        code.is_some_and(|code| exhausted.contains(&Errno::from_raw(code)))
    }

    /// Converts it to the port's error.
    pub(super) fn into_error(self, doing: &'static str) -> GatewayError {
        match self {
            Self::Refused(code) => GatewayError::Refused { code },
            Self::Temporary(failure, _) | Self::Permanent(failure) => unavailable(doing, failure),
        }
    }
}

/// The answer can't be used.
pub(super) fn unavailable(doing: &'static str, failure: GatewayFailure) -> GatewayError {
    GatewayError::Unavailable(Fault::new(doing, failure))
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn a_process_without_files_is_not_the_gateways_failure() {
        let failed = |code| {
            let error = ureq::Error::Io(io::Error::from_raw_os_error(code));
            ExchangeFailure::Temporary(GatewayFailure::NoAnswer(Box::new(error)), None)
        };
        assert!(failed(Errno::EMFILE as i32).is_ours());
        assert!(!failed(Errno::ECONNREFUSED as i32).is_ours());
        assert!(!ExchangeFailure::Permanent(GatewayFailure::Status(500)).is_ours());
    }
}
