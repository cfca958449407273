# A throw-away PostgreSQL for functional tests: private, without fsync, gone afterwards. Needs
# packages.sh.

# start_test_cluster: starts it and exports CARESYNC_TEST_DATABASE_URL, a superuser's. Call
# stop_test_cluster at the end, also by a trap.
start_test_cluster() {
  local bin
  bin=$(postgres_bin)
  # Short, since a socket's path has to fit into 107 bytes, and random, since several may run.
  test_cluster_dir=$(mktemp -d /tmp/caresync-test.XXXXXXXX)
  # PostgreSQL refuses to run as root: as root we step down to an account that can do nothing else.
  test_cluster_as=()
  if [ "$(id -u)" -eq 0 ]; then
    local account=nobody
    if id -u postgres >/dev/null 2>&1; then account=postgres; fi
    chown "$account:" "$test_cluster_dir"
    test_cluster_as=(setpriv "--reuid=$account" "--regid=$(id -g "$account")" --clear-groups)
  fi

  # Trust is safe here: only its own account and root may enter the folder of the socket.
  (become_test_cluster "$bin/initdb" --pgdata=data --username=postgres --auth=trust --no-sync \
    --encoding=UTF8 --locale=C.UTF-8) >"$test_cluster_dir.log" 2>&1 ||
    fail "initdb failed: $(cat "$test_cluster_dir.log")"
  # A process group of its own, so that Ctrl-C reaches the tests first, and the server by our trap.
  set -m
  (become_test_cluster "$bin/postgres" -D data -c listen_addresses= -c "unix_socket_directories=$test_cluster_dir" \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=400 \
    -c shared_buffers=128MB) >>"$test_cluster_dir.log" 2>&1 &
  test_cluster_pid=$!
  set +m

  export CARESYNC_TEST_DATABASE_URL="postgres://postgres@localhost/postgres?host=$test_cluster_dir"
  local waited
  for waited in $(seq 1 300); do
    if "$bin/pg_isready" -q -h "$test_cluster_dir"; then return 0; fi
    kill -0 "$test_cluster_pid" 2>/dev/null || break
    sleep 0.1
  done
  fail "the test cluster did not start ($waited tries): $(tail -5 "$test_cluster_dir.log")"
}

# Becomes a command of the cluster's account, in its folder, with nothing of our environment that
# could steer it elsewhere (PGDATA, PGPORT and the like). For a subshell, whose process id is then
# the command's own.
become_test_cluster() {
  cd "$test_cluster_dir"
  exec env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8 "${test_cluster_as[@]}" "$@"
}

# psql_for_tests URL ARGUMENT...: a psql that stops at the first error and reads nobody's settings.
psql_for_tests() {
  "$(postgres_bin)/psql" --no-psqlrc --quiet --set ON_ERROR_STOP=1 "$@"
}

# migrated_database NAME: makes a database in the test cluster, runs all migrations, prints its URL.
migrated_database() {
  local url=${CARESYNC_TEST_DATABASE_URL/\/postgres\?/\/$1?} migration
  psql_for_tests "$CARESYNC_TEST_DATABASE_URL" --command "create database $1"
  for migration in migrations/*.sql; do
    psql_for_tests "$url" --file "$migration" >/dev/null
  done
  printf '%s\n' "$url"
}

# stop_test_cluster: by the process we started and no other. May be called twice, and before any start.
stop_test_cluster() {
  if [ -n "${test_cluster_pid:-}" ]; then
    # Immediately: there is nothing to keep.
    kill -QUIT "$test_cluster_pid" 2>/dev/null || true
    wait "$test_cluster_pid" 2>/dev/null || true
    test_cluster_pid=
  fi
  if [ -n "${test_cluster_dir:-}" ]; then
    rm -rf "$test_cluster_dir" "$test_cluster_dir.log"
    test_cluster_dir=
  fi
}
