//! The reference: the same server and pool, and one INSERT.

use std::net::{SocketAddr, TcpListener};

use actix_web::dev::ServerHandle;
use actix_web::web::{self, Bytes, Data, PayloadConfig};
use actix_web::{App, HttpResponse, HttpServer};
use adapters::system::SystemIds;
use commands::ports::IdSource as _;
use serde_json::{Value, json};
use sqlx::PgPool;
use sqlx::types::Json;

use super::work::Work;
use crate::cluster::Cluster;

/// The running reference.
pub struct Bare {
    /// Address that it listens on.
    pub address: SocketAddr,
    server: ServerHandle,
    serving: tokio::task::JoinHandle<std::io::Result<()>>,
}

/// Row that it inserts: as much as a booking's event.
struct Row {
    pool: PgPool,
    payload: Value,
    metadata: Value,
}

impl Bare {
    /// Makes its table and serves.
    pub async fn start(cluster: &Cluster, work: &Work) -> anyhow::Result<Self> {
        let owner = cluster.owner().await?;
        // The same columns and the same primary key.
        sqlx::raw_sql(
            "create table bare_events (like events including defaults including identity);
             alter table bare_events add primary key (aggregate_type, aggregate_id, sequence);
             grant insert, select on bare_events to caresync_app",
        )
        .execute(&owner)
        .await?;
        owner.close().await;
        let (payload, metadata) = work.recorded_event(&cluster.pool).await?;
        let row = Data::new(Row {
            pool: cluster.pool.clone(),
            payload,
            metadata,
        });
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let server = HttpServer::new(move || {
            App::new()
                .app_data(row.clone())
                .app_data(PayloadConfig::new(64 * 1024))
                .route("/bare", web::post().to(insert))
        })
        .disable_signals()
        .listen(listener)?
        .run();
        let handle = server.handle();
        #[expect(
            clippy::disallowed_methods,
            reason = "owned by this struct and awaited in stop"
        )]
        let serving = tokio::spawn(server);
        Ok(Self {
            address,
            server: handle,
            serving,
        })
    }

    /// Stops it.
    pub async fn stop(self) {
        self.server.stop(true).await;
        let _ = self.serving.await;
    }
}

async fn insert(row: Data<Row>, _: Bytes) -> HttpResponse {
    let id = SystemIds.id().to_string();
    let inserted = sqlx::query(
        "insert into bare_events (epoch, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
         values (1, 'appointment', $1, 1, 'appointment.booked', '1', $2, $3)",
    )
    .bind(&id)
    .bind(Json(&row.payload))
    .bind(Json(&row.metadata))
    .execute(&row.pool)
    .await;
    match inserted {
        Ok(_) => HttpResponse::Created().json(json!({ "id": id })),
        Err(error) => HttpResponse::InternalServerError().body(error.to_string()),
    }
}
