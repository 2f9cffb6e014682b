#!/bin/sh
# Compiles enclave/native/nsm.c beside the module that loads it: build-nsm.sh [FOLDER]
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
exec "$root/scripts/build-native.sh" "$root/enclave/native/nsm.c" "${1:-$root/enclave/dist/nsm}/nsm.node"
