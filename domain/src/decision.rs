//! The result of a decision.

use cqrs_es::Aggregate;

/// Events that follow from a command to `A`, or the reason to refuse it. No event: everything was so
/// already.
pub type Decision<A> = Result<Vec<<A as Aggregate>::Event>, <A as Aggregate>::Error>;
