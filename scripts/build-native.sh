#!/bin/sh
# Compiles one native part: build-native.sh SOURCE.c TARGET.node
# Node's headers come with Node (include/node beside bin), with Debian's libnode-dev, or else from npm, whose package of the
# same Node has them. The same compiler makes the same bytes, wherever the source lies.
set -eu
beside='require("node:path").resolve(process.execPath, "../../include/node")'
headers=$(node -p "$beside")
[ -f "$headers/uv.h" ] || headers=/usr/include/node
[ -f "$headers/uv.h" ] ||
  headers=$(npx -y -p "$(node -p '`node-${process.platform}-${process.arch}@${process.versions.node}`')" -- node -p "$beside") ||
  { echo "no uv.h beside $(command -v node), nor in $headers, nor from npm" >&2; exit 1; }
${CC:-cc} -std=c11 -O2 -Wall -Wextra -Werror -fPIC -shared -fstack-protector-strong -D_FORTIFY_SOURCE=2 \
  -ffile-prefix-map="$(dirname -- "$1")"=. -Wl,--build-id=none -Wl,-z,relro,-z,now -s -I "$headers" -o "$2" "$1"
