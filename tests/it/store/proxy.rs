//! A proxy of the database that cuts connections on the client's side.

use std::sync::Arc;

use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tempfile::TempDir;
use tests::database::Database;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// The proxy; it ends when it is dropped.
pub struct Proxy {
    options: PgConnectOptions,
    cuts: Arc<watch::Sender<u64>>,
    _folder: TempDir,
    _listening: JoinSet<()>,
}

impl Proxy {
    pub fn start(database: &Database) -> Self {
        let folder = TempDir::new().unwrap();
        let server = database.options();
        let socket = server.get_socket().unwrap().clone();
        let name = format!(".s.PGSQL.{}", server.get_port());
        let listener = UnixListener::bind(folder.path().join(&name)).unwrap();
        let cuts = Arc::new(watch::Sender::new(0));
        let mut listening = JoinSet::new();
        listening.spawn(listen(listener, socket.join(name), cuts.clone()));
        Self {
            options: server.socket(folder.path()),
            cuts,
            _folder: folder,
            _listening: listening,
        }
    }

    pub async fn pool(&self, connections: u32) -> PgPool {
        PgPoolOptions::new()
            .max_connections(connections)
            .test_before_acquire(false)
            .connect_with(self.options.clone())
            .await
            .unwrap()
    }

    /// Cuts all connections on the client's side. The server does not notice, goes on with its statements, and its
    /// replies are lost.
    pub fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }
}

async fn listen(listener: UnixListener, server: std::path::PathBuf, cuts: Arc<watch::Sender<u64>>) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let server = UnixStream::connect(&server).await.unwrap();
        connections.spawn(carry(client, server, cuts.subscribe()));
        while connections.try_join_next().is_some() {}
    }
}

async fn carry(client: UnixStream, server: UnixStream, mut cuts: watch::Receiver<u64>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let (mut asked, mut answered) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        tokio::select! {
            read = from_client.read(&mut asked) => match read {
                Ok(read) if read > 0 => to_server.write_all(&asked[..read]).await.unwrap_or_default(),
                _ => return,
            },
            read = from_server.read(&mut answered) => match read {
                Ok(read) if read > 0 => to_client.write_all(&answered[..read]).await.unwrap_or_default(),
                _ => return,
            },
            _ = cuts.changed() => break,
        }
    }
    drop((from_client, to_client));
    // The server's side stays open until the server closes it.
    while from_server
        .read(&mut answered)
        .await
        .is_ok_and(|read| read > 0)
    {}
}
