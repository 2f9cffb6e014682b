#!/bin/sh
# Inside a build: the enclave's root file system, of node, the libraries that it is linked to, the bundle and the
# image's configuration: rootfs.sh BUNDLE OUT. Writes OUT/rootfs (a tree) and OUT/rootfs.tar: names sorted, time 0,
# owner 0, modes as written here. docs/image.md says what each file is for.
set -eu
umask 022
bundle=$1 out=$2 tree=$2/rootfs
native=$(dirname -- "$0")/../build-native.sh
mkdir -p "$tree/app" "$tree/etc/perf-aggregator" "$tree/usr/local/bin" "$tree/dev" "$tree/proc" "$tree/run" "$tree/sys" \
  "$tree/tmp"

node=$(command -v node)
cp "$node" "$tree/usr/local/bin/node"
strip "$tree/usr/local/bin/node"
ldd "$node" | grep -oE '/[^ ]+' | sort -u | while read -r library; do
  mkdir -p "$tree$(dirname -- "$library")"
  cp -L "$library" "$tree$library"
done

cp "$bundle"/*.mjs "$tree/app/"
sh "$native" enclave/native/nsm.c "$tree/app/nsm.node"
sh "$native" shared/native/vsock.c "$tree/app/vsock.node"
cp enclave/image/enclave.json enclave/image/ca.pem "$tree/etc/perf-aggregator/"

find "$tree" -type d -exec chmod 0755 {} +
find "$tree" -type f -exec chmod 0444 {} +
find "$tree" -type f \( -path '*/bin/node' -o -name 'ld-linux*' \) -exec chmod 0555 {} +
chmod 1777 "$tree/tmp"
find "$tree" -exec touch -h -d @0 {} +
tar -C "$tree" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --format=ustar -cf "$out/rootfs.tar" .
