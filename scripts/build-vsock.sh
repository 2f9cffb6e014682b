#!/bin/sh
# Compiles shared/native/vsock.c beside the transport that loads it: build-vsock.sh [FOLDER]
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
exec "$root/scripts/build-native.sh" "$root/shared/native/vsock.c" "${1:-$root/shared/dist/transport}/vsock.node"
