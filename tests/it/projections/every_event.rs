//! The scenario has an event like each sample of the corpus, so that replays and rebuilds are tested with all of them.

use std::path::Path;

use serde_json::Value;

use super::scenario::recorded;

/// Fields of each event, whose content depends on the caller and the person.
const OF_ALL: [&str; 5] = ["type", "by", "at", "subject", "phi"];

/// The samples, by file name.
fn corpus() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../domain/corpus");
    let files = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    let samples = files.map(|file| {
        let sample = std::fs::read(file.path()).unwrap();
        let name = file.file_name().into_string().unwrap();
        (name, serde_json::from_slice(&sample).unwrap())
    });
    samples.collect()
}

/// Returns whether an event has the fields of a sample, and is of the same kind wherever there are several.
fn is_like(event: &Value, sample: &Value) -> bool {
    let Value::Object(fields) = sample else {
        return true;
    };
    let mut fields = fields
        .iter()
        .filter(|(name, _)| !OF_ALL.contains(&name.as_str()));
    fields.all(|(name, of_sample)| match event.get(name) {
        None | Some(Value::Null) => of_sample.is_null(),
        Some(of_event) if name == "kind" => of_event == of_sample,
        Some(of_event) => is_like(of_event, of_sample),
    })
}

#[tokio::test]
async fn the_scenario_has_an_event_like_each_sample_of_the_corpus() {
    let history = recorded().await;
    let events: Vec<(String, Value)> = sqlx::query_as("select event_type, payload from events")
        .fetch_all(&history.pool)
        .await
        .unwrap();
    let corpus = corpus();
    assert!(corpus.len() > 50, "{} samples", corpus.len());
    let lacking = corpus.iter().filter(|(_, sample)| {
        let mut of_type = events.iter().filter(|(kind, _)| sample["type"] == **kind);
        !of_type.any(|(_, event)| is_like(event, sample))
    });
    let lacking: Vec<_> = lacking.map(|(file, _)| file).collect();
    assert!(
        lacking.is_empty(),
        "no event of the scenario is like {lacking:?}"
    );
}
