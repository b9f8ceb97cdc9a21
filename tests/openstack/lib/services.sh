# Sourced by lab.sh: processes, each known by a file with its id. No other process is ever ended.

# Remembers a process that was started just now.
started() {
  disown
  echo "$2" >"$ROOT/$1.pid"
}

# The id of a process of ours that runs. An id may have been given to somebody else's process
# since, so its command line has to name our folder.
running() {
  local pid
  pid=$(cat "$ROOT/$1.pid" 2>/dev/null) && [ -n "$pid" ] &&
    tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF "$ROOT/" && echo "$pid"
}

# Ends a process at once, as a crash would.
end() {
  local pid
  if pid=$(running "$1"); then
    kill -9 "$pid" 2>/dev/null || true
    # Its threads hold the port a moment longer than its id says.
    for _ in $(seq 200); do
      listens "$1" || break
      sleep 0.05
    done
  fi
  rm -f "$ROOT/$1.pid"
}

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$(port "$1")") 2>/dev/null; }

start() {
  (
    cd "$ROOT"
    WAIT_FOR="$(port keystone),$(port placement)" CALLS="$ROOT/log/$1.calls" \
      exec 9>&- setsid "$B/python" -m fakestack.serve "$1" "$E" "$(port "$1")" \
      >>"$ROOT/log/$1.out" 2>&1 </dev/null
  ) &
  started "$1" $!
}

again() { end "$1"; start "$1"; wait_port "$1"; }

# Until it answers; with its last words if it ended before, or takes longer than three minutes.
wait_port() {
  for _ in $(seq 1800); do
    listens "$1" && return 0
    # Between fork and exec its command line is still ours.
    kill -0 "$(cat "$ROOT/$1.pid")" 2>/dev/null || { last_words "$1" ended; return 1; }
    sleep 0.1
  done
  last_words "$1" "did not open port $(port "$1")"
  return 1
}

last_words() {
  echo "$1 $2:" >&2
  for file in "$ROOT/log/$1.out" "$ROOT/log/$1.log"; do
    [ ! -s "$file" ] || { echo "--- end of $file" >&2; tail -n 25 "$file" >&2; }
  done
}

# What services complained about; for a test that failed.
complaints() {
  local name
  for name in $ALL; do
    grep -hE ' (ERROR|CRITICAL) ' "$ROOT/log/$name.log" 2>/dev/null | tail -n 12 | cut -c -400 | sed "s/^/$name: /" || true
  done
}

# Everything at once: the time goes into importing Python modules, and nova waits by itself for
# keystone and placement.
services_start() {
  local name
  for name in $SERVICES; do start "$name"; done
  for name in $SERVICES; do
    wait_port "$name" || return 1
    say "$name up"
  done
}

services_end() {
  local name
  for name in $ALL; do end "$name"; done
}
