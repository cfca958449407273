//! Why the gateway could not be asked. Nothing of an answer is quoted: it may tell of a person.

use commands::Fault;
use commands::ports::GatewayError;
use domain::FailureCode;

/// What went wrong, as a cause for whoever logs it.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    /// It failed too often a moment ago.
    #[error("it failed too often and is left alone for a while")]
    Resting,
    /// Others are asking, and none was done in time.
    #[error("too many questions are under way")]
    Crowded,
    /// No connection, no answer in time, or one that broke off.
    #[error("there was no whole answer")]
    NoAnswer(#[source] Box<ureq::Error>),
    /// Larger than anything it has to say.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge {
        /// The largest that is read.
        limit: u64,
    },
    /// Neither what was asked for nor a refusal.
    #[error("the answer has the status {0}")]
    Status(u16),
    /// Not JSON, or not with the fields that it must have.
    #[error("the answer is not in the gateway's form")]
    Shape,
    /// More than there can be: the pages don't end.
    #[error("the answer goes on and on")]
    TooMany,
    /// The program is ending.
    #[error("the question was given up")]
    GivenUp,
}

/// How an exchange failed, and so whether to try again.
#[derive(Debug)]
pub(super) enum Failure {
    /// It said no.
    Refused(Option<FailureCode>),
    /// It may be over in a moment.
    Passing(Trouble, Option<std::time::Duration>),
    /// It won't be over in a moment.
    Lasting(Trouble),
}

impl Failure {
    /// As the port tells it.
    pub(super) fn into_error(self, doing: &'static str) -> GatewayError {
        match self {
            Self::Refused(code) => GatewayError::Refused { code },
            Self::Passing(trouble, _) | Self::Lasting(trouble) => unavailable(doing, trouble),
        }
    }
}

/// An answer that is of no use.
pub(super) fn unavailable(doing: &'static str, trouble: Trouble) -> GatewayError {
    GatewayError::Unavailable(Fault::new(doing, trouble))
}
