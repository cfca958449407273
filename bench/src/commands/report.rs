//! What is printed.

use super::scene::{Entrant, Scene};
use super::{CLAIMING, FIGURE, Measured, SEALED};
use crate::figures::{Round, median, median_ratio};

/// All rounds of one entrant in one place.
pub struct Row {
    pub scene: Scene,
    pub tasks: usize,
    pub entrant: Entrant,
    pub rounds: Vec<Round>,
}

impl Row {
    /// Without rounds yet.
    pub fn new(scene: Scene, tasks: usize, entrant: Entrant) -> Self {
        Self {
            scene,
            tasks,
            entrant,
            rounds: Vec::new(),
        }
    }

    fn rate(&self) -> f64 {
        median(self.rounds.iter().map(|round| round.rate))
    }

    fn print(&self) {
        println!(
            "{:<28} {:<14} {:>5} {:>6} {:>10.0} {:>9} {:>9}",
            name(self.entrant),
            self.scene.name(),
            self.tasks,
            self.rounds.len(),
            self.rate(),
            column(percentile(&self.rounds, 50)),
            column(percentile(&self.rounds, 99)),
        );
    }
}

/// Empty where nothing was measured.
fn column(milliseconds: f64) -> String {
    if milliseconds.is_nan() {
        String::new()
    } else {
        format!("{milliseconds:.2}")
    }
}

/// The rounds of one entrant in one place.
pub fn rounds(rows: &[Row], scene: Scene, tasks: usize, entrant: Entrant) -> &[Round] {
    rows.iter()
        .find(|row| (row.scene, row.tasks, row.entrant) == (scene, tasks, entrant))
        .map_or(&[], |row| &row.rounds)
}

/// The table, and the line for scripts.
pub fn print(measured: &Measured) {
    println!(
        "side                         charts         tasks rounds commands/s    p50 ms    p99 ms"
    );
    for row in &measured.rows {
        row.print();
    }
    println!(
        "ours at half the full load: {:.0} commands/s, due at fixed moments: p50 {:.2} ms, p99 {:.2} ms",
        measured.half_rate,
        percentile(&measured.half, 50),
        percentile(&measured.half, 99),
    );
    let of = |scene, entrant| rounds(&measured.rows, scene, FIGURE, entrant);
    let ours = Entrant::Ours(SEALED);
    let ratio = |scene, reference| median_ratio(of(scene, ours), of(scene, reference));
    println!(
        "commands ratio_stock={:.2} ratio_pgbench={:.2} p99_ms_half={:.2} ratio_stream1000={:.2} \
         ratio_contended={:.2} claims_per_s={:.0}",
        ratio(Scene::Apart, Entrant::Stock),
        ratio(Scene::Apart, Entrant::Pgbench),
        percentile(&measured.half, 99),
        ratio(Scene::Long, Entrant::Stock),
        ratio(Scene::Hot, Entrant::Stock),
        median(
            of(Scene::Apart, Entrant::Ours(CLAIMING))
                .iter()
                .map(|round| round.rate)
        ),
    );
}

fn percentile(rounds: &[Round], percent: usize) -> f64 {
    median(rounds.iter().map(|round| round.percentile_ms(percent)))
}

fn name(entrant: Entrant) -> String {
    let kind = match entrant {
        Entrant::Ours(kind) => kind,
        Entrant::Stock => return "stock postgres-es".to_owned(),
        Entrant::Disintegrate => return "disintegrate-postgres".to_owned(),
        Entrant::Pgbench => return "pgbench, 32 clients at most".to_owned(),
    };
    let sealed = if kind.phi { ", sealed" } else { "" };
    let claims = if kind.claims { ", claims" } else { "" };
    format!("ours{sealed}{claims}")
}
