# The program alone: `caresync` in a small image, as an account that owns nothing.
#
#   docker build -t caresync:local .
#
# The client programs of PostgreSQL are those of the server in docker-compose.yml: `caresync backup` needs the
# same major version.

FROM rust:1.95-slim-trixie AS build
WORKDIR /src
# Queries are checked against what is committed in .sqlx; no database is asked.
ENV SQLX_OFFLINE=true
COPY Cargo.toml Cargo.lock ./
COPY .sqlx .sqlx
COPY migrations migrations
COPY domain domain
COPY event-store event-store
COPY commands commands
COPY projections projections
COPY adapters adapters
COPY razorpay-sandbox razorpay-sandbox
COPY api api
COPY demo demo
COPY caresync caresync
# Not built, but members of the workspace.
COPY tests tests
COPY bench bench
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --profile deploy --locked --package caresync --bin caresync \
    && cp target/deploy/caresync /usr/local/bin/caresync

FROM debian:13-slim
# Debian keeps one version of a package at a time: a pinned one can't be had for long.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client-17 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin caresync
COPY --from=build /usr/local/bin/caresync /usr/local/bin/caresync
USER 10001:10001
# Within a container the loopback address is out of the proxy's reach.
ENV CARESYNC_HOST=0.0.0.0 CARESYNC_PORT=8080
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=3 CMD ["caresync", "health"]
ENTRYPOINT ["caresync"]
CMD ["serve"]
