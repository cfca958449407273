//! Log lines of this process, kept in memory.

use std::io;
use std::sync::{Arc, Mutex};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
pub struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Everything that the server's side of this process logs. One test is one process.
pub fn capture() -> Captured {
    let captured = Captured::default();
    let ours = "api=trace,caresync=trace,demo=trace,commands=trace,event_store=trace,projections=trace,\
                adapters=trace,domain=trace,sqlx=trace,actix_web=trace,actix_http=debug,actix_server=trace";
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(ours))
        .with_writer(captured.clone())
        .with_ansi(false)
        .init();
    captured
}
