#!/bin/sh
# podman on the images of this project: podman.sh COMMAND…
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/scripts/image/engine.sh"
# shellcheck disable=SC2086
exec podman $storage "$@"
