//! A log as years of work leave it: streams lie across each other, and go on long after they began.

use adapters::system::SystemIds;
use commands::ports::IdSource as _;
use event_store::{Append, EventStore, Metadata, StreamAppend};
use futures::{StreamExt as _, TryStreamExt as _};

use super::group::Group;
use super::stream::Stream;
use super::visits::visit_streams;

/// New visits in each step. Each stream that has begun goes on by one event per step, so that between two
/// events of a visit there are a thousand of others.
const WAVE: usize = 250;
/// Streams in one append, and appends at a time.
const TOGETHER: usize = 50;
const AT_ONCE: usize = 12;

/// Numbers of everything.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Events, at least.
    pub events: usize,
    /// Clinics.
    pub clinics: usize,
    /// Doctors.
    pub doctors: usize,
    /// Patients; every other one has an account.
    pub patients: usize,
    /// Leaves.
    pub leaves: usize,
    /// Visits from one leave to the next, as long as there are leaves.
    pub visits_per_leave: usize,
}

/// A group and its log in the making.
pub struct History {
    pub group: Group,
    size: Size,
    streams: Vec<Stream>,
    /// Events that are in the log or will be.
    planned: usize,
    written: usize,
    /// Number of the next visit.
    pub next_visit: usize,
}

impl History {
    /// Appends all of it.
    pub async fn write(store: &EventStore, size: Size) -> anyhow::Result<Self> {
        let mut history = Self {
            group: Group::new(size.clinics, size.doctors, size.patients)?,
            size,
            streams: Vec::new(),
            planned: 0,
            written: 0,
            next_visit: 0,
        };
        history.found(store).await?;
        while history.planned < size.events {
            history.visits().await?;
            history.step(store).await?;
        }
        while !history.streams.is_empty() {
            history.step(store).await?;
        }
        Ok(history)
    }

    /// Number of events in the log.
    pub fn written(&self) -> usize {
        self.written
    }

    /// Clinics, then doctors: they are there before the first visit.
    async fn found(&mut self, store: &EventStore) -> anyhow::Result<()> {
        for n in 0..self.size.clinics {
            let stream = self.group.clinic_stream(n).await?;
            self.begin(stream);
            if n.is_multiple_of(WAVE) {
                self.step(store).await?;
            }
        }
        for n in 0..self.size.doctors {
            let stream = self.group.doctor_stream(n).await?;
            self.begin(stream);
            if n.is_multiple_of(WAVE) {
                self.step(store).await?;
            }
        }
        while !self.streams.is_empty() {
            self.step(store).await?;
        }
        Ok(())
    }

    /// A wave of visits, the patients who come for the first time with them, and leaves in between.
    async fn visits(&mut self) -> anyhow::Result<()> {
        let first = self.next_visit;
        self.next_visit += WAVE;
        for n in first..self.next_visit {
            if n < self.size.patients {
                let stream = self.group.patient_stream(n).await?;
                self.begin(stream);
            }
            if n < self.size.patients && n.is_multiple_of(2) {
                let stream = self.group.account_stream(n).await?;
                self.begin(stream);
            }
            let leave = n / self.size.visits_per_leave;
            if n.is_multiple_of(self.size.visits_per_leave) && leave < self.size.leaves {
                let stream = self.group.leave_stream(leave).await?;
                self.begin(stream);
            }
            for stream in visit_streams(&self.group, n).await? {
                self.begin(stream);
            }
        }
        Ok(())
    }

    fn begin(&mut self, stream: Stream) {
        self.planned += stream.len();
        self.streams.push(stream);
    }

    /// Every stream goes on by one event.
    async fn step(&mut self, store: &EventStore) -> anyhow::Result<()> {
        let streams: Vec<_> = self.streams.iter_mut().filter_map(Stream::next).collect();
        self.streams.retain(|stream| stream.len() > 0);
        self.written += streams.len();
        let appends: Vec<_> = streams.chunks(TOGETHER).map(append).collect();
        futures::stream::iter(appends)
            .map(|append| async move { store.append(&append).await.map(drop) })
            .buffer_unordered(AT_ONCE)
            .try_collect::<()>()
            .await?;
        Ok(())
    }
}

/// Append of one command, with metadata as a command over HTTP has it.
pub fn append(streams: &[StreamAppend]) -> Append {
    let id = SystemIds.id();
    Append {
        streams: streams.to_vec(),
        depends_on: Vec::new(),
        metadata: Metadata {
            actor: SystemIds.id().to_string(),
            role: "RECEPTIONIST".to_owned(),
            clinic: Some(SystemIds.id().to_string()),
            correlation_id: id,
            causation_id: id,
            request_id: Some(id),
            command_id: id,
        },
        idempotency: None,
    }
}
