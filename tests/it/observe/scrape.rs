//! One scrape of a node, read line by line.

use std::collections::BTreeMap;

use crate::support::Client;

/// The samples of a scrape: name and labels as they stand there, and the value.
#[derive(Debug)]
pub struct Scrape {
    samples: BTreeMap<String, f64>,
    pub text: String,
}

impl Scrape {
    pub async fn of(client: &Client) -> Self {
        let reply = client.get("/metrics").expect(200).await;
        let kind = reply.header("content-type");
        assert_eq!(kind, "text/plain; version=0.0.4; charset=utf-8");
        let samples = reply.raw.lines().filter(|line| !line.starts_with('#'));
        let samples = samples.map(|line| {
            let (name, value) = line.rsplit_once(' ').unwrap();
            (name.to_owned(), value.parse().unwrap())
        });
        Self {
            samples: samples.collect(),
            text: reply.raw,
        }
    }

    /// A sample's value; labels in the order of the alphabet.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.samples.get(name).copied()
    }

    /// The same where it must be there.
    #[track_caller]
    pub fn value(&self, name: &str) -> f64 {
        let value = self.get(name);
        value.unwrap_or_else(|| panic!("no {name} in\n{}", self.text))
    }

    /// What has come to those samples since an earlier scrape, without those that stayed.
    pub fn since(&self, before: &Self, prefix: &str) -> BTreeMap<String, f64> {
        let samples = self
            .samples
            .iter()
            .filter(|(name, _)| name.starts_with(prefix));
        let grown = samples.map(|(name, value)| {
            let earlier = before.get(name).unwrap_or_default();
            (name.clone(), value - earlier)
        });
        grown.filter(|(_, by)| *by != 0.0).collect()
    }
}
