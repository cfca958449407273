//! A small aggregate with personal data: secrets of persons.

use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use domain::Phi;
use event_store::{
    Append, AppendError, Appended, ClaimChange, ClaimRules, DecideError, EventStore,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::fixture::{Refused, id, metadata};

#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
pub struct Confidence {
    /// The secrets; `None` for erased ones.
    pub secrets: Vec<Option<String>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum Confided {
    Secret { subject: Uuid, phi: Phi<Secret> },
    Kept,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Secret {
    secret: String,
}

impl Confided {
    pub fn secret(subject: u128, secret: &str) -> Self {
        let secret = secret.to_owned();
        Self::Secret {
            subject: id(subject),
            phi: Phi::Clear(Secret { secret }),
        }
    }
}

impl DomainEvent for Confided {
    fn event_type(&self) -> String {
        let name = match self {
            Self::Secret { .. } => "confided",
            Self::Kept => "kept",
        };
        format!("confidence.{name}")
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

impl Aggregate for Confidence {
    const TYPE: &'static str = "confidence";
    type Command = Vec<Confided>;
    type Event = Confided;
    type Error = Refused;
    type Services = ();

    async fn handle(
        &mut self,
        command: Self::Command,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Refused> {
        for event in command {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: Confided) {
        if let Confided::Secret { phi, .. } = event {
            self.secrets.push(phi.into_clear().map(|phi| phi.secret));
        }
    }
}

/// A secret that begins with `@` is also a reserved name.
pub fn claim_rules() -> ClaimRules {
    ClaimRules::new(|event| match Confided::deserialize(event.payload()) {
        Ok(Confided::Secret {
            phi: Phi::Clear(phi),
            ..
        }) if phi.secret.starts_with('@') => vec![ClaimChange::Reserve {
            space: "account.login",
            key: phi.secret.into_bytes(),
        }],
        _ => Vec::new(),
    })
}

pub async fn confide(
    store: &EventStore,
    confidence: u128,
    subject: u128,
    secret: &str,
) -> Result<Appended, AppendError> {
    confide_to(store, confidence, vec![Confided::secret(subject, secret)]).await
}

pub async fn confide_to(
    store: &EventStore,
    confidence: u128,
    events: Vec<Confided>,
) -> Result<Appended, AppendError> {
    let loaded = store
        .load_from_log::<Confidence>(&id(confidence).to_string())
        .await;
    let decided = match loaded.unwrap().decide(events).await {
        Ok(decided) => decided,
        Err(DecideError::Unserialisable(error)) => return Err(error),
        Err(DecideError::Refused(refusal)) => panic!("{refusal:?}"),
    };
    let append = Append {
        streams: vec![decided.stream],
        depends_on: Vec::new(),
        metadata: metadata(confidence),
        idempotency: None,
    };
    store.append(&append).await
}
