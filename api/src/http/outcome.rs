//! Outcomes of commands, for metrics.

/// The outcome of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Done,
    /// It had been done before, under the same idempotency key.
    Replayed,
    /// A rule forbids it, or the caller may not.
    Refused,
    /// The caller has not seen the present version.
    Conflict,
    /// Others kept getting in first.
    Contended,
    /// Something outside the rules failed.
    Fault,
}

impl Outcome {
    /// As it stands in the metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Replayed => "replayed",
            Self::Refused => "refused",
            Self::Conflict => "conflict",
            Self::Contended => "contended",
            Self::Fault => "fault",
        }
    }
}
