#!/bin/sh
# The file system of the parent's image, as an instance runs it: parent-files.sh [FILE]
# After `make images`. Default: dist/images/parent.tar.gz.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/scripts/image/engine.sh"
image=${PARENT_IMAGE:-perf-aggregator-parent}
out=${1:-$root/dist/images/parent.tar.gz}
tar=${out%.gz}
mkdir -p "$(dirname -- "$out")"
if [ "$engine" = docker ]; then
  container=$(docker create "$image")
  trap 'docker rm "$container" > /dev/null' EXIT
  docker export --output "$tar" "$container"
else
  container=$(buildah_ from --pull-never "$image")
  trap 'buildah_ rm "$container" > /dev/null' EXIT
  tar -C "$(buildah_ mount "$container")" --sort=name --numeric-owner -cf "$tar" .
fi
gzip -n -f "$tar"
echo "$out"
