#!/bin/sh
# Builds the enclave's root file system once more, from another folder, with files of another time that only their owner
# may read, and compares; then compares the image with it, file by file. After build.sh enclave.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/scripts/image/engine.sh"
[ -f "$facts/rootfs.tar" ] || { echo "no $facts/rootfs.tar: make images first" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir "$work/elsewhere" "$work/image" "$work/rootfs"
(cd "$root" && git ls-files -z --cached --others --exclude-standard |
  tar --null --ignore-failed-read -T - -cf - 2> /dev/null) | (umask 077 && tar -C "$work/elsewhere" --no-same-permissions -xf -)
find "$work/elsewhere" -exec touch -h -d 2001-02-03 {} +
"$root/scripts/image/build.sh" enclave "$work/elsewhere" "$work/again" > "$work/log" || { tail "$work/log" >&2; exit 1; }

differences=0
for fact in rootfs.tar files.json packages.json sbom.json meta.json tools.json; do
  cmp "$facts/$fact" "$work/again/$fact" || differences=$((differences + 1))
done
[ "$differences" -eq 0 ] || { echo "image_not_reproducible: built twice, $differences facts differ" >&2; exit 1; }

image_files() { # what nitro-cli would find: every path, kind, mode, owner, time, target, hash
  (cd "$1" && find . -mindepth 1 -printf '%P %y %m %U:%G %T@ %l\n' | LC_ALL=C sort && find . -type f -exec sha256sum {} + | LC_ALL=C sort)
}
if [ "$engine" = docker ]; then docker save -o "$work/saved.tar" perf-aggregator-enclave; else
  podman_ save -q --format docker-archive -o "$work/saved.tar" perf-aggregator-enclave > /dev/null
fi
mkdir "$work/saved" && tar -C "$work/saved" -xf "$work/saved.tar"
node -p 'JSON.parse(require("fs").readFileSync(0))[0].Layers.join("\n")' < "$work/saved/manifest.json" |
  while read -r layer; do tar -C "$work/image" -xpf "$work/saved/$layer"; done
tar -C "$work/rootfs" -xpf "$facts/rootfs.tar"
image_files "$work/rootfs" > "$work/wanted"
image_files "$work/image" > "$work/found"
diff "$work/wanted" "$work/found" >&2 || { echo "image_altered: the image is not its root file system" >&2; exit 1; }
sha256sum "$facts/rootfs.tar" | sed 's/ .*/  the same root file system, built twice/'
