#!/usr/bin/env bash
# Builds the image of PostgreSQL that the containers lane runs, without pulling one: a minimal Debian 12 with PostgreSQL
# 15 of Debian's own archive is put into a folder by debootstrap and imported. Needs root, a Docker engine and
# debootstrap (`apt-get install docker.io debootstrap`); takes two minutes the first time and nothing after that.
#
#   tools/containers/build-image.sh            builds northwind/postgres:15 when it isn't there
#   tools/containers/build-image.sh --again    builds it anew
set -euo pipefail

image=northwind/postgres:15
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}

if [[ ${1:-} != --again ]] && docker image inspect "$image" >/dev/null 2>&1; then
  echo "$image is there"
  exit 0
fi

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
debootstrap --variant=minbase --include=postgresql-15,gosu bookworm "$root" "$mirror"

# Debian makes a cluster while it installs; the image makes its own where the data is to be, a volume or a tmpfs.
rm -rf "$root"/var/lib/postgresql/15 "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
cat >"$root/usr/local/bin/run-postgres" <<'RUN'
#!/bin/sh
# Makes the cluster when there is none, and becomes PostgreSQL: a signal to the container is a signal to the postmaster.
set -e
bin=/usr/lib/postgresql/15/bin
data=/data/cluster
mkdir -p /data
chown postgres:postgres /data
if [ ! -s "$data/PG_VERSION" ]; then
  printf %s "${POSTGRES_PASSWORD:-postgres}" >/tmp/password
  chown postgres:postgres /tmp/password
  gosu postgres "$bin/initdb" --pgdata="$data" --username=postgres --pwfile=/tmp/password \
    --auth=scram-sha-256 --encoding=UTF8 --locale=C --data-checksums --wal-segsize="${WAL_SEGMENT_MB:-16}"
  rm /tmp/password
  echo 'host all all all scram-sha-256' >>"$data/pg_hba.conf"
fi
exec gosu postgres "$bin/postgres" -D "$data" -c listen_addresses='*' -c unix_socket_directories=/tmp "$@"
RUN
chmod +x "$root/usr/local/bin/run-postgres"

tar --directory "$root" --create . | docker import \
  --change 'ENTRYPOINT ["/usr/local/bin/run-postgres"]' --change 'EXPOSE 5432' - "$image" >/dev/null
echo "$image is built"
