#!/usr/bin/env bash
# A real OpenStack control plane for tests; see README.md.
#
#   lab.sh install            the Python environment
#   lab.sh missing            Debian's names of the system packages that are missing
#   lab.sh up | down          starts where it was left | stops
#   lab.sh reset              starts as nobody had ever used it
#   lab.sh keep               reset, says `ready`, and down as soon as its input ends
#   lab.sh start | kill | restart SERVICE
#   lab.sh cell add PORT | take PROJECT | give PROJECT | drop
#   lab.sh openstack ...      the command line client, as the administrator
#   lab.sh complaints         the last errors in the services' logs
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for part in env install config database services cell; do . "$here/lib/$part.sh"; done

# Held by whoever starts or stops the lab, or keeps it.
lock() {
  exec 9>"$LAB/lock"
  flock 9
}

# Twenty ports in a row that nobody listens at, below those that the system gives to clients.
free_base() {
  "$B/python" - <<'PY'
import random, socket
for base in random.sample(range(20000, 32000, 20), 600):
    held = []
    try:
        for port in range(base, base + 20):
            held.append(socket.socket())
            held[-1].bind(('127.0.0.1', port))
    except OSError:
        continue
    finally:
        for one in held:
            one.close()
    print(base)
    break
PY
}

# Which ports the running lab has, or had when it was stopped.
known() {
  BASE=$(sed -n 's/^BASE=//p' "$ROOT/lab.env" 2>/dev/null) || true
  [ -n "$BASE" ]
}

# Where the tests read what they need to know; here before anything runs, so that whatever was
# left running by a start that was cut short is found again.
describe() {
  cat >"$ROOT/lab.env" <<ENV
BASE=$BASE
SERVICES=$SERVICES
PASSWORD=$PASSWORD
FOLDER=$ROOT
ENV
}

down() {
  known || return 0
  services_end
  database_stop
}

# up fresh|as-left
up() {
  install
  down
  BASE=${LAB_BASE:-$(free_base)}
  [ -n "$BASE" ] || die "there are no twenty free ports in a row"
  if ! golden_is_current; then
    golden_make
    golden_back
  elif [ "$1" = fresh ] || [ ! -d "$ROOT/db" ]; then
    golden_back
  fi
  configure
  describe
  rm -f "$ROOT"/log/*.out "$ROOT"/log/*.calls
  database_start
  move_ports
  say "database server up"
  if ! services_start; then
    down
    die "the lab did not start"
  fi
  say "ready, ports from $BASE"
}

one() {
  known || die "the lab is not up"
  port "$1" >/dev/null
}

case ${1:-} in
  install) lock; install ;;
  missing) missing ;;
  up) lock; up as-left ;;
  reset) lock; up fresh ;;
  down) lock; down ;;
  keep)
    lock
    trap 'down || true' EXIT
    trap 'exit 1' TERM INT HUP
    up fresh
    echo "env $ROOT/lab.env"
    echo ready
    exec >/dev/null 2>&1
    cat >/dev/null
    ;;
  start) one "$2"; start "$2"; wait_port "$2" ;;
  kill) one "$2"; end "$2" ;;
  restart) one "$2"; again "$2" ;;
  cell) one nova; "cell_$2" "${@:3}" ;;
  openstack) known || die "the lab is not up"; credentials; exec "$B/openstack" "${@:2}" ;;
  complaints) complaints ;;
  *) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "$0"; exit 2 ;;
esac
