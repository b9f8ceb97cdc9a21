# Sourced by lab.sh: MariaDB, and the golden copy of it.

database_url() { echo "mysql+pymysql://lab:$PASSWORD@127.0.0.1:$(port database)/$1?charset=utf8mb4"; }

sql() { mariadb --no-defaults --skip-ssl -h 127.0.0.1 -P "$(port database)" -u lab -p"$PASSWORD" -e "$1"; }

# Durability is off: who loses this database makes it anew. Paths of socket and pid are relative to
# the data, because the system allows a socket's path about a hundred letters.
database_start() { # more arguments of mariadbd
  (
    exec 9>&- setsid mariadbd --no-defaults ${ISROOT:+--user=root} --datadir="$ROOT/db" \
      --socket=lab.sock --pid-file=lab.pid --bind-address=127.0.0.1 --port="$(port database)" \
      --max-connections=500 --skip-log-bin --character-set-server=utf8mb4 --skip-name-resolve \
      --performance-schema=OFF --innodb-buffer-pool-size=128M --innodb-flush-log-at-trx-commit=0 \
      --innodb-doublewrite=0 --sync-binlog=0 --innodb-flush-method=nosync \
      --innodb-log-file-size=32M "$@" >"$ROOT/log/database.out" 2>&1 </dev/null
  ) &
  started database $!
  wait_port database
}

# It writes its pages out, so that the golden copy needs no recovery.
database_stop() {
  local pid
  pid=$(running database) || return 0
  kill "$pid" 2>/dev/null || true
  for _ in $(seq 200); do
    running database >/dev/null || break
    sleep 0.1
  done
  end database
}

# A key of everything that the golden copy is made from.
golden_key() {
  {
    find "$here" -type f ! -name README.md ! -path '*/compare/*' ! -path '*/__pycache__/*' -print0 | sort -z | xargs -0 sha256sum | sed "s|$here||"
    mariadbd --version
    cat "$VENV/made-from"
    echo "$ROOT"
  } | sha256sum | cut -d' ' -f1
}

golden_is_current() { [ "$(cat "$GOLDEN/made-from" 2>/dev/null)" = "$(golden_key)" ]; }

# Makes empty databases, the catalog and the service users, and keeps a copy.
golden_make() {
  rm -rf "$GOLDEN" "$ROOT"
  configure
  describe
  mkdir -p "$ROOT/db"
  mariadb-install-db --no-defaults ${ISROOT:+--user=root} --datadir="$ROOT/db" \
    --auth-root-authentication-method=normal --skip-test-db >"$ROOT/log/database.install" 2>&1 ||
    { tail -n 20 "$ROOT/log/database.install"; die "MariaDB makes no database"; }
  {
    for name in $DATABASES; do echo "CREATE DATABASE $name;"; done
    echo "CREATE USER lab@'127.0.0.1' IDENTIFIED BY '$PASSWORD';"
    echo "GRANT ALL ON *.* TO lab@'127.0.0.1';"
  } >"$ROOT/first.sql"
  database_start --init-file="$ROOT/first.sql"
  say "golden copy: database server up"
  schemas_of_two & local one=$!
  schemas_of_nova & local other=$!
  wait $one || { tail -n 20 "$ROOT/log/schemas.out"; die "the schemas of keystone and others were not made"; }
  wait $other || { tail -n 20 "$ROOT/log/schemas-nova.out"; die "the schemas of nova and neutron were not made"; }
  say "golden copy: schemas ready"
  start keystone
  wait_port keystone
  credentials
  BASE=$BASE PROXIED=$PROXIED "$B/python" "$here/bootstrap.py"
  end keystone
  database_stop
  mkdir -p "$GOLDEN"
  cp -a "$ROOT/db" "$GOLDEN/db"
  cp -a "$ROOT/state/keystone" "$GOLDEN/keystone"
  golden_key >"$GOLDEN/made-from"
  say "golden copy: kept"
}

schemas_of_two() {
  exec >"$ROOT/log/schemas.out" 2>&1 9>&-
  set -e
  local url manage
  manage="$B/keystone-manage --config-file $E/keystone.conf"
  url=http://127.0.0.1:$(port keystone)/v3
  $manage db_sync
  $manage fernet_setup --keystone-user "$(id -un)" --keystone-group "$(id -gn)"
  $manage credential_setup --keystone-user "$(id -un)" --keystone-group "$(id -gn)"
  $manage bootstrap --bootstrap-password $PASSWORD --bootstrap-region-id $REGION \
    --bootstrap-admin-url "$url" --bootstrap-internal-url "$url" --bootstrap-public-url "$url"
  "$B/placement-manage" --config-file "$E/placement.conf" db sync
  "$B/glance-manage" --config-file "$E/glance-api.conf" db_sync
  "$B/cinder-manage" --config-file "$E/cinder.conf" db sync
  "$B/heat-manage" --config-file "$E/heat.conf" db_sync
}

schemas_of_nova() {
  exec >"$ROOT/log/schemas-nova.out" 2>&1 9>&-
  set -e
  local manage
  manage="$B/nova-manage --config-file $E/nova.conf"
  "$B/neutron-db-manage" --config-file "$E/neutron.conf" upgrade heads
  $manage api_db sync
  $manage cell_v2 map_cell0 --database_connection "$(database_url nova_cell0)"
  $manage db sync
  $manage cell_v2 create_cell --name cell1
}

# The golden copy becomes what runs.
golden_back() {
  rm -rf "$ROOT"
  mkdir -p "$ROOT/state"
  cp -a "$GOLDEN/db" "$ROOT/db"
  cp -a "$GOLDEN/keystone" "$ROOT/state/keystone"
}

# The databases hold ports in two places: the catalog, and nova's cells. Services that are not
# started are not in the catalog either.
move_ports() {
  local types="'identity','placement','image','compute','network','block-storage','orchestration'"
  local on=0 name number=0
  for name in $ALL; do
    number=$((number + 1))
    case " $SERVICES " in *" $name "*) on="$on,$number" ;; esac
  done
  sql "UPDATE keystone.endpoint e JOIN keystone.service s ON s.id = e.service_id SET
      e.enabled = FIELD(s.type, $types) IN ($on),
      e.url = REGEXP_REPLACE(e.url, ':[0-9]+',
        CONCAT(':', $BASE + FIELD(s.type, $types) + IF(e.region_id = '$PROXIED', 10, 0)));
    UPDATE nova_api.cell_mappings SET database_connection =
      REGEXP_REPLACE(database_connection, '127.0.0.1:[0-9]+', '127.0.0.1:$(port database)')"
}
