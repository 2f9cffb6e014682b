#!/bin/sh
# Compiles one native part: build-native.sh SOURCE.c TARGET.node
# Node's headers come with Node (include/node beside bin), or with Debian's libnode-dev. The same compiler makes the
# same bytes, wherever the source lies.
set -eu
headers=$(node -p 'require("node:path").resolve(process.execPath, "../../include/node")')
[ -f "$headers/node_api.h" ] || headers=/usr/include/node
[ -f "$headers/node_api.h" ] || { echo "no node_api.h beside $(command -v node), nor in $headers" >&2; exit 1; }
${CC:-cc} -std=c11 -O2 -Wall -Wextra -Werror -fPIC -shared -fstack-protector-strong -D_FORTIFY_SOURCE=2 \
  -ffile-prefix-map="$(dirname -- "$1")"=. -Wl,--build-id=none -Wl,-z,relro,-z,now -s -I "$headers" -o "$2" "$1"
