# A target folder outside the clone: what one run of script/test compiled serves the next, in whatever clone.
# Needs packages.sh.

# use_shared_target: exports CARGO_TARGET_DIR, unless it is set, or another run has the folder, or there is no
# place for it: then cargo uses what it would use anyway.
use_shared_target() {
  [ -z "${CARGO_TARGET_DIR:-}" ] || return 0
  local root=${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/caresync folder checkout
  # One for each set of dependencies and compiler. Cargo itself tells flags, features and profiles apart.
  folder=$root/target-$({ rustc -vV; cat Cargo.lock; } | sha256sum | cut -c 1-16)
  if ! mkdir -p "$folder" 2>/dev/null || [ ! -w "$root" ] || ! command -v flock >/dev/null; then return 0; fi
  # Held until this script and all that it started have ended.
  exec {shared_target_lock}>>"$folder.lock"
  if ! flock --nonblock "$shared_target_lock"; then
    say "another run uses $folder; this one builds in the clone"
    return 0
  fi
  remove_old_targets "$root" "$folder"
  # Crates of the registry are the same in every clone. The workspace's own are told apart by path and by time of
  # change, which is not enough where one clone replaces another: nothing of them outlives the clone.
  checkout=$(pwd -P; stat --format '%d %i %W' .)
  if [ "$(cat "$folder.checkout" 2>/dev/null)" != "$checkout" ]; then
    cargo clean --quiet --workspace --target-dir "$folder"
    printf '%s\n' "$checkout" >"$folder.checkout"
  fi
  export CARGO_TARGET_DIR=$folder
  say "building in $folder"
}

# remove_old_targets ROOT CURRENT: keeps CURRENT and the one used last before it, and empties CURRENT if it has
# outgrown its limit. What another run has is left alone.
remove_old_targets() {
  local limit_kib=$((25 * 1024 * 1024)) lock old
  touch "$2.lock"
  if [ "$(du --summarize --block-size=1K "$2" | cut -f 1)" -gt "$limit_kib" ]; then
    rm -rf "$2" "$2.checkout"
    mkdir "$2"
  fi
  for lock in $(find "$1" -maxdepth 1 -name 'target-*.lock' -printf '%T@ %p\n' | sort -rn | tail -n +3 | cut -d ' ' -f 2-); do
    old=${lock%.lock}
    # The lock itself stays: a run that has just opened it must not hold a file that is gone.
    (flock --nonblock 8 && rm -rf "$old" "$old.checkout") 8>>"$lock" || true
  done
}
