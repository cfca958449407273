//! Reports on read models: names, positions, keys of rows, and nothing of what rows say.

use std::io::{Write, stdout};
use std::time::Duration;

use event_store::rebuild::{
    CopyStatus, Difference, DifferenceKind, Origin, ReadModelPosition, ReadModelStatus,
    TableComparison, Verified,
};

/// Prints how it stands with read models.
pub fn list(read_model_statuses: &[ReadModelStatus]) -> anyhow::Result<()> {
    let mut out = stdout();
    for status in read_model_statuses {
        writeln!(out, "{} (version {})", status.name, status.version)?;
        let live = status.live.as_ref();
        let live = live.map_or_else(|| "never ran".to_owned(), position);
        writeln!(out, "  live: {live}")?;
        let copy = status.copy.as_ref();
        writeln!(
            out,
            "  copy: {}",
            copy.map_or_else(|| "none".to_owned(), state)
        )?;
        if let Some(operator) = &status.operator {
            writeln!(out, "  being worked on by {operator}")?;
        }
    }
    Ok(())
}

fn position(position: &ReadModelPosition) -> String {
    let lag = match (position.events, position.age) {
        (0, _) => "caught up".to_owned(),
        (events, age) => format!("{events} events and {} behind", seconds(age)),
    };
    let parked = match position.parked {
        0 => String::new(),
        parked => format!(", {parked} aggregates parked"),
    };
    format!("at {}, {lag}{parked}", position.at)
}

fn seconds(age: Duration) -> String {
    format!("{} s", age.as_secs())
}

fn state(copy: &CopyStatus) -> String {
    let since = copy.since.format("%Y-%m-%dT%H:%M:%SZ");
    let origin = match copy.origin {
        Origin::Rebuilt => format!("made from the log, begun {since}"),
        Origin::Replaced => format!("was the live one until {since}"),
    };
    let stale = if copy.is_switchable {
        String::new()
    } else {
        format!(
            "; stale (version {}): rebuild it with --from-start",
            copy.version
        )
    };
    format!("{}; {origin}{stale}", position(&copy.position))
}

/// Prints how copies compare to the live ones.
pub fn verified(verified: &[Verified]) -> anyhow::Result<()> {
    let mut out = stdout();
    for one in verified {
        let verdict = if one.is_same() {
            "the same"
        } else {
            "DIFFERENT"
        };
        writeln!(out, "{} at {}: {verdict}", one.name, one.at)?;
        if one.parked != (0, 0) {
            let (live, copy) = one.parked;
            writeln!(out, "  parked: {live} aggregates live, {copy} in the copy")?;
        }
        for table in &one.tables {
            compared(&mut out, table)?;
        }
    }
    Ok(())
}

fn compared(out: &mut impl Write, table: &TableComparison) -> anyhow::Result<()> {
    writeln!(
        out,
        "  {}: {} rows live, {} in the copy; checksums {} and {}; {} differ",
        table.table,
        table.rows.0,
        table.rows.1,
        table.checksums.0,
        table.checksums.1,
        table.differing
    )?;
    for difference in &table.differences {
        writeln!(out, "    {}", named(difference))?;
    }
    let named = table.differences.len() as u64;
    if table.differing > named {
        writeln!(out, "    and {} more", table.differing - named)?;
    }
    Ok(())
}

fn named(difference: &Difference) -> String {
    let kind = match &difference.kind {
        DifferenceKind::OnlyLive => "is missing in the copy".to_owned(),
        DifferenceKind::OnlyInCopy => "is in the copy only".to_owned(),
        DifferenceKind::Columns(columns) => format!("differs in {}", columns.join(", ")),
    };
    format!("{} {kind}", difference.key.join(" "))
}
