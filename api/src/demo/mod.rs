//! Demo data, made by the real commands.

use crate::app::App;

/// Fills an empty database.
pub async fn fill(_: &App) -> anyhow::Result<()> {
    Ok(())
}
