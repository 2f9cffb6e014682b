#!/bin/sh
# Inside a build: installs what the lockfile names for the rooms given (install.sh [--prod] ROOM…), and runs nothing that
# a package brings. Exit code 3 when that cannot be: most often there is no network inside the build.
set -eu
# A registry of one's own and its CA come as secrets of the build and are in no layer.
if [ -f /run/secrets/ca ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/ca; fi
# Two more tries, soon: a registry that is not there is said within seconds.
export npm_config_fetch_retry_mintimeout=500 npm_config_fetch_retry_maxtimeout=3000
prod=
if [ "$1" = --prod ]; then prod=--prod && shift; fi
filters=
for room in "$@"; do filters="$filters --filter $room"; done
# shellcheck disable=SC2086
npx -y pnpm@10.34.9 install --frozen-lockfile --ignore-scripts --reporter=append-only $prod $filters \
  > /tmp/install.log 2>&1 || {
  tail -n 5 /tmp/install.log >&2
  echo "image_dependencies_unavailable: the packages of pnpm-lock.yaml cannot be installed inside the build;" \
    "it needs the npm registry (npm's configuration and CA of this machine are passed on)" >&2
  exit 3
}
