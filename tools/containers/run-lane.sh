#!/usr/bin/env bash
# The containers lane where a Docker engine can be had; says so and succeeds where not. CONTAINERS=required makes a
# missing engine a failure.
set -euo pipefail
cd "$(dirname "$0")/../.."

skip() {
  echo "containers: skipped, $1"
  [[ ${CONTAINERS:-} != required ]] || exit 1
  exit 0
}

docker info >/dev/null 2>&1 || skip 'no Docker engine'
if ! docker image inspect northwind/postgres:15 >/dev/null 2>&1; then
  [[ $(id -u) == 0 ]] || skip 'its image is not built, which needs root (tools/containers/build-image.sh)'
  command -v debootstrap >/dev/null || skip 'its image is not built, which needs debootstrap'
  tools/containers/build-image.sh
fi
node_modules/.bin/node node_modules/vitest/vitest.mjs run --project containers
