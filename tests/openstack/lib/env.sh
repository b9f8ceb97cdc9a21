# Sourced by lab.sh: where things are, and which port belongs to whom.

# Everything that is made stands in this folder, which may be removed at any time while nothing runs.
LAB=${UNDERSTUDY_LAB_DIR:-${CARGO_TARGET_DIR:-$here/../../target}/openstack}
mkdir -p "$LAB"
LAB=$(cd "$LAB" && pwd)
VENV=$LAB/venv       # OpenStack and its clients
GOLDEN=$LAB/golden   # the databases as they are before anybody used them
ROOT=$LAB/root       # what runs: configuration, databases, images, logs
B=$VENV/bin
E=$ROOT/etc

PASSWORD=labsecret
REGION=RegionOne
# The same services once more, at the ports where a test may put a proxy (see README.md).
PROXIED=Proxied
ALL="keystone placement glance nova neutron cinder heat"
SERVICES=${LAB_SERVICES:-$ALL}
DATABASES="keystone placement glance nova_api nova_cell0 nova_cell1 neutron cinder heat"

# The order of ALL decides the ports: the database at BASE, then one each; their proxies ten later.
port() {
  local at=1 name
  [ "$1" != database ] || { echo "$BASE"; return; }
  for name in $ALL; do
    [ "$name" != "$1" ] || { echo $((BASE + at)); return; }
    at=$((at + 1))
  done
  die "there is no service $1; there are: $ALL"
}

die() { echo "$*" >&2; exit 1; }
# No `bc`: milliseconds from bash itself.
now() { local t=$EPOCHREALTIME; t=${t/[.,]/}; echo $((t / 1000)); }
began=$(now)
say() { local ms=$(($(now) - began)); printf '%4d.%01ds  %s\n' $((ms / 1000)) $((ms % 1000 / 100)) "$*"; }

ISROOT=
[ "$(id -u)" != 0 ] || ISROOT=1

export FAKE_HOSTS=${FAKE_HOSTS:-cmp1,cmp2,cmp3}
# Nothing of this goes to the home folder.
export XDG_CACHE_HOME=$LAB/cache PYTHONNOUSERSITE=1
unset PYTHONPATH PYTHONHOME
# Memory: each process would keep an arena per thread.
export MALLOC_ARENA_MAX=2
# A proxy of the machine is not for 127.0.0.1.
export no_proxy=127.0.0.1,localhost NO_PROXY=127.0.0.1,localhost

# For bootstrap.py and whoever uses the `openstack` command here.
credentials() {
  export OS_AUTH_URL=http://127.0.0.1:$(port keystone)/v3 OS_USERNAME=admin OS_PASSWORD=$PASSWORD \
    OS_PROJECT_NAME=admin OS_USER_DOMAIN_ID=default OS_PROJECT_DOMAIN_ID=default \
    OS_IDENTITY_API_VERSION=3 OS_REGION_NAME=$REGION
}
