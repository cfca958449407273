# Parts of a script by name, with the time that each took. Needs packages.sh.

phases=()

# phase NAME COMMAND...: runs it and keeps its time. If it fails, so does the script.
phase() {
  local name=$1
  shift
  say "$name"
  phases+=("$SECONDS $name")
  "$@"
}

# print_phases: a table of the seconds of each, to be called at the end. After a failure the last one is the one
# that failed.
print_phases() {
  local status=$? index end=$SECONDS
  [ ${#phases[@]} -gt 0 ] || return 0
  for ((index = ${#phases[@]} - 1; index >= 0; index--)); do
    phases[index]="$((end - ${phases[index]%% *})) ${phases[index]#* }"
    end=$((end - ${phases[index]%% *}))
  done
  [ "$status" -eq 0 ] || phases[-1]+=" (failed)"
  printf '%s\n' "${phases[@]}" "$SECONDS all" | awk '{ printf "%6d s  %s\n", $1, substr($0, index($0, " ") + 1) }' >&2
}
