#!/bin/sh
# Inside a build: the parent as it runs, in /app: what tsc made, the packages that production needs, and the native
# part of the transport. parent-app.sh APP. Of the workspace only parent and shared are there.
set -eu
umask 022
app=$1 here=$(dirname -- "$0")
sh "$here/install.sh" perf-aggregator '@perf-aggregator/parent...'
node_modules/.bin/tsc -b parent
sh scripts/build-native.sh shared/native/vsock.c shared/dist/transport/vsock.node

mkdir -p "$app"
tar -cf - package.json pnpm-lock.yaml pnpm-workspace.yaml ./*/package.json | tar -C "$app" -xf -
here=$(CDPATH='' cd -- "$here" && pwd)
(cd "$app" && sh "$here/install.sh" --prod '@perf-aggregator/parent...')
tar -cf - --exclude='*.d.ts' --exclude='*.d.mts' --exclude='*.map' --exclude=.tsbuildinfo parent/dist shared/dist | tar -C "$app" -xf -
for room in "$app"/*/; do
  case $room in */parent/ | */shared/ | */node_modules/) ;; *) rm -r "$room" ;; esac
done
# The times at which pnpm worked.
rm -f "$app"/pnpm-*.yaml "$app"/node_modules/.modules.yaml "$app"/node_modules/.pnpm-workspace-state*
chmod -R u=rwX,go=rX "$app"
find "$app" -exec touch -h -d @0 {} +
