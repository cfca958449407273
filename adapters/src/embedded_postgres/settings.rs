//! Settings of the server, in a file that its own configuration includes.

use std::{fs, path::Path};

use super::{EmbeddedPostgresConfig, EmbeddedPostgresError as Error, layout::Layout};

/// Next to `postgresql.conf`; written at every start.
pub(super) const FILE: &str = "caresync.conf";

/// Writes the settings for the next start of `cluster`.
pub(super) fn write(
    config: &EmbeddedPostgresConfig,
    layout: &Layout,
    cluster: &Path,
    socket_dir: &Path,
) -> Result<(), Error> {
    let path = cluster.join(FILE);
    fs::write(&path, text(config, &layout.log_dir(), socket_dir))
        .map_err(Error::io("writing the database's settings", &path))?;
    layout.account().give(&path)
}

fn text(config: &EmbeddedPostgresConfig, log_dir: &Path, socket_dir: &Path) -> String {
    let (log_dir, socket_dir) = (quoted(log_dir), quoted(socket_dir));
    let EmbeddedPostgresConfig {
        shared_buffers_mib,
        max_connections,
        ..
    } = config;
    format!(
        "\
# Written by caresync at every start: changes here are lost.

# An acknowledged command survives a crash of the program, the database and the machine.
fsync = on
full_page_writes = on
synchronous_commit = on

# Private: no TCP, and a socket in a folder that only we may enter.
listen_addresses = ''
unix_socket_directories = {socket_dir}
unix_socket_permissions = 0700
password_encryption = scram-sha-256

shared_buffers = {shared_buffers_mib}MB
max_connections = {max_connections}
max_wal_size = 4GB
# Our statements are short: compiling them costs more than it saves.
jit = off
timezone = 'UTC'
# A forgotten transaction holds back every reader of the event log.
idle_in_transaction_session_timeout = 60s

# A ring of seven files that never hold a value: no statements, no parameters, no details such as
# `Key (email)=(...) already exists`. Level `log` leaves out the errors of single statements, whose
# texts quote values as well; those go to the client, which is us.
logging_collector = on
log_directory = {log_dir}
log_filename = 'postgresql-%a.log'
log_rotation_age = 1d
log_rotation_size = 0
log_truncate_on_rotation = on
log_timezone = 'UTC'
log_min_messages = log
log_min_error_statement = panic
log_min_duration_statement = -1
log_statement = none
log_error_verbosity = terse
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
"
    )
}

/// A path as a value in `postgresql.conf`.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_in_a_path_does_not_end_the_value() {
        assert_eq!(quoted(Path::new("/srv/dr o'neill")), "'/srv/dr o''neill'");
    }
}
