# Sourced by lab.sh: what the lab needs of the machine, and the Python environment.

UV=0.13.8

# The first Python that OpenStack's release runs on and that can make an environment.
python() {
  local candidate
  for candidate in ${LAB_PYTHON:-python3.11 python3.12 python3.13 python3 /usr/bin/python3}; do
    if "$candidate" -c 'import sys, venv, ensurepip
sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  return 1
}

# Debian's names of what is missing, one per line.
missing() {
  python >/dev/null || echo python3-venv
  on_path mariadbd && on_path mariadb-install-db || echo mariadb-server-core
  on_path mariadb || echo mariadb-client-core
}

on_path() { command -v "$1" >/dev/null 2>&1; }

# A key of everything that the environment is made from.
environment_key() {
  { cat "$here/requirements.lock"; echo "$UV"; "$(python)" -VV; echo "$VENV"; } | sha256sum | cut -d' ' -f1
}

# PyPI may hiccup: everything is tried twice.
twice() { "$@" || { echo "once more: $*"; sleep 3; "$@"; }; }

install() {
  local key lacks
  lacks=$(missing | tr '\n' ' ')
  [ -z "$lacks" ] || die "The lab needs packages (Debian's names). Type this, then start again:
  sudo apt-get install --yes --no-install-recommends $lacks
On another system install Python 3.11 to 3.13 with venv and pip (LAB_PYTHON names it) and MariaDB's server and client."
  key=$(environment_key)
  if [ "$(cat "$VENV/made-from" 2>/dev/null)" != "$key" ]; then
    rm -rf "$VENV"
    "$(python)" -m venv "$VENV"
    twice "$B/python" -m pip --quiet --disable-pip-version-check install "uv==$UV"
    export VIRTUAL_ENV=$VENV UV_CACHE_DIR=$LAB/cache/uv
    twice "$B/uv" pip install --quiet --link-mode=hardlink -r "$here/requirements.lock"
    # As the first start would, but on all cores.
    "$B/python" -m compileall -q -j 0 -x '/tests/(unit|functional)/' "$(site)" >/dev/null 2>&1 || true
    rm -rf "$UV_CACHE_DIR"
    say "OpenStack installed, $(du -sh "$VENV" | cut -f1)"
    fakestack
    echo "$key" >"$VENV/made-from"
  fi
  fakestack
}

site() { "$B/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))'; }

# Our own package, found by its entry points as if pip had installed it.
fakestack() {
  local site info
  site=$(site)
  info=$site/fakestack-1.dist-info
  mkdir -p "$site/fakestack" "$info"
  cp "$here"/fakestack/*.py "$site/fakestack/"
  printf 'Metadata-Version: 2.1\nName: fakestack\nVersion: 1\n' >"$info/METADATA"
  cp "$here/fakestack/entry_points.txt" "$info/"
}
