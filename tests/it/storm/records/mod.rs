//! A storm over charts: doctors write and patients read at once, while the program, and at times its database, is killed.
//!
//! Each person repeats what was not answered, under the same key, and remembers what was. At the end the log, the charts,
//! the drafts and the access log hold exactly that: no signed note is lost or there twice, nor are prescriptions and vital
//! signs, each draft is as it was saved last, and each read that was answered is on file.

mod answers;
mod doctor;
mod practice;
mod reader;
mod remains;
mod session;

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use answers::Answers;
use doctor::Doctor;
use practice::{Kill, Practice};
use reader::Reader;
use remains::Remains;

use super::Rng;

/// Size and length of a storm.
struct Storm {
    charts: usize,
    /// Doctors who write in each chart.
    doctors: usize,
    /// Clients of each patient.
    readers: usize,
    /// Seconds at which something is killed.
    kills: &'static [(u64, Kill)],
    /// Second at which the last visits begin.
    end: u64,
}

impl Storm {
    async fn rage(&self, seed: u64) {
        let mut practice = Practice::open(self.charts, self.doctors).await;
        let begun = Instant::now();
        let second = |number| begun + Duration::from_secs(number);
        let mut rng = Rng::from_seed(seed);
        let mut people: JoinSet<Answers> = JoinSet::new();
        for chart in practice.charts() {
            for doctor in &chart.doctors {
                let doctor = Doctor::new(&practice, chart, doctor, rng.branch());
                people.spawn(doctor.work_until(second(self.end)));
            }
            for _ in 0..self.readers {
                let reader = Reader::new(&practice, chart, rng.branch());
                people.spawn(reader.read_until(second(self.end)));
            }
        }
        for (number, kill) in self.kills {
            sleep_until(second(*number)).await;
            practice.kill(*kill).await;
        }
        let mut answers = Answers::default();
        while let Some(person) = people.join_next().await {
            answers.add(person.unwrap());
        }
        println!("seed {seed}: {}", answers.counts());
        answers.cover_every_case();
        Remains::load(&practice, &answers).await.equal(&answers);
        practice.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_kill_nothing_that_was_answered_is_missing() {
    let storm = Storm {
        charts: 4,
        doctors: 2,
        readers: 1,
        kills: &[(2, Kill::Program)],
        end: 4,
    };
    storm.rage(1).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "long"]
async fn after_five_kills_nothing_that_a_hundred_people_were_answered_is_missing() {
    let storm = Storm {
        charts: 20,
        doctors: 3,
        readers: 2,
        kills: &[
            (8, Kill::Program),
            (18, Kill::ProgramAndDatabase),
            (28, Kill::Program),
            (38, Kill::ProgramAndDatabase),
            (48, Kill::Program),
        ],
        end: 58,
    };
    storm.rage(2).await;
}
