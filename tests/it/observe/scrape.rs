//! One scrape of a node, read line by line.

use std::collections::BTreeMap;

use crate::support::Client;

/// The samples of a scrape: name and labels as they stand there, and the value as it is written.
#[derive(Debug)]
pub struct Scrape {
    samples: BTreeMap<String, String>,
    pub text: String,
}

impl Scrape {
    pub async fn fetch(client: &Client) -> Self {
        let reply = client.get("/metrics").expect(200).await;
        let kind = reply.header("content-type");
        assert_eq!(kind, "text/plain; version=0.0.4; charset=utf-8");
        let samples = reply.raw.lines().filter(|line| !line.starts_with('#'));
        let samples = samples.map(|line| {
            let (name, value) = line.rsplit_once(' ').unwrap();
            (name.to_owned(), value.to_owned())
        });
        Self {
            samples: samples.collect(),
            text: reply.raw,
        }
    }

    /// True if there is such a sample.
    pub fn has(&self, name: &str) -> bool {
        self.samples.contains_key(name)
    }

    /// A count, if it is there; labels are in the order of the alphabet.
    pub fn get(&self, name: &str) -> Option<i64> {
        self.samples.get(name).map(|value| value.parse().unwrap())
    }

    /// A count that must be there.
    #[track_caller]
    pub fn count(&self, name: &str) -> i64 {
        let count = self.get(name);
        count.unwrap_or_else(|| panic!("no {name} in\n{}", self.text))
    }

    /// Seconds, which must be there.
    #[track_caller]
    pub fn seconds(&self, name: &str) -> f64 {
        let value = self.samples.get(name);
        let value = value.unwrap_or_else(|| panic!("no {name} in\n{}", self.text));
        value.parse().unwrap()
    }

    /// The counts of a family, by whatever labels it has.
    pub fn family(&self, name: &str) -> Vec<i64> {
        let labelled = format!("{name}{{");
        let samples = self.samples.keys().filter(|of| of.starts_with(&labelled));
        samples.map(|of| self.count(of)).collect()
    }

    /// Growth of a family since an earlier scrape, without unchanged samples.
    pub fn since(&self, before: &Self, name: &str) -> BTreeMap<String, i64> {
        let labelled = format!("{name}{{");
        let samples = self
            .samples
            .keys()
            .filter_map(|of| Some((of.strip_prefix(&labelled)?, of)));
        let grown = samples.map(|(labels, of)| {
            let by = self.count(of) - before.get(of).unwrap_or_default();
            (labels.trim_end_matches('}').to_owned(), by)
        });
        grown.filter(|(_, by)| *by != 0).collect()
    }
}
