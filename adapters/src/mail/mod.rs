//! Mail: the outbox, a mail server, and a folder for development.
//!
//! - `outbox`: mails that wait, sealed in `PostgreSQL`.
//! - `letter`: templates, filled in. A new message is a template and a line in `letter.rs`.
//! - `smtp`: a mail server. `folder`: a folder that a developer reads instead.

mod folder;
mod letter;
mod outbox;
mod smtp;

pub use folder::{FolderMailer, KeptMail};
pub use letter::{InvalidPublicUrl, PublicUrl};
pub use outbox::PgMailOutbox;
pub(crate) use outbox::{SealedMail, queue};
pub use smtp::{InvalidSmtpConfig, SmtpConfig, SmtpMailer};
