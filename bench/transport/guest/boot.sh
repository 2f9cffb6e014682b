#!/bin/sh
# Runs rates.mjs in the guest, with socat and the binary of node-vsock beside it: boot.sh [ROUNDS]
# One processor, whose clock is the number of instructions that it has executed, a nanosecond each: what else runs on the
# machine changes nothing. The string instructions, which emulation takes byte by byte, are hidden from the kernel.
# The binary is fetched from the npm registry into a folder that is deleted again; it is no dependency of anything.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$here/../../..
folder=$(mktemp -d /tmp/pa-bench-transport-XXXXXX)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/guest/bench" "$folder/guest/bin"

(cd "$folder" && npm pack --silent node-vsock-linux-x64-gnu@0.0.5 > /dev/null && tar -xzf ./*.tgz)
cp "$folder/package/node-vsock.linux-x64-gnu.node" "$folder/guest/bench/node-vsock.node"
cp "$(command -v socat)" "$folder/guest/bin/socat"
for library in $(ldd "$(command -v socat)" | sed -n 's/.*=> \(\/[^ ]*\).*/\1/p'); do
  mkdir -p "$folder/guest$(dirname "$library")"
  cp -L "$library" "$folder/guest$library"
done
echo "{\"rounds\": ${1:-5}}" > "$folder/guest/bench/options.json"

PA_GUEST_CPU='-accel tcg,thread=single -icount shift=0,sleep=off -cpu max,-erms,-fsrm -smp 1' \
  "$root/simulator/guest/boot.sh" bench/transport/guest/rates.mjs 2400 "$folder/guest"
