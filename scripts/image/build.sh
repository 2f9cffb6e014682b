#!/bin/sh
# Builds an image: build.sh enclave|parent makes perf-aggregator-enclave, whose facts go to dist/images/enclave, or
# perf-aggregator-parent. build.sh enclave CONTEXT OUT builds the enclave's facts alone, anew, from another folder.
# BUILDER_IMAGE and NODE_IMAGE name other bases, best by digest. Without them the tags of the Dockerfile are taken, or,
# where no registry is reached, local stand-ins (IMAGE_BASES=standin asks for them by name; bases.sh).
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/scripts/image/engine.sh"
what=$1 context=${2:-$root} out=${3:-image}
commit=$(git -C "$root" rev-parse HEAD)
if [ -n "$(git -C "$root" status --porcelain)" ]; then
  commit=$commit-dirty
  echo "the working tree differs from its commit: the image's label says $commit; a release is refused" >&2
fi

bases=${IMAGE_BASES:-registry}
if [ "$engine" = buildah ] && [ -z "${BUILDER_IMAGE:-}${IMAGE_BASES:-}" ] &&
  ! buildah_ pull -q "docker.io/library/node:$node-bookworm" > /dev/null 2>&1; then
  bases=standin
  echo "no registry of images is reached: stand-in bases; the measurements are not those of a release" >&2
fi
if [ "$bases" = standin ]; then
  "$root/scripts/image/bases.sh"
  BUILDER_IMAGE=localhost/standin/node:$node-bookworm
  NODE_IMAGE=localhost/standin/node:$node-bookworm-slim
fi

set -- --file "$context/Dockerfile.$what" --label "org.opencontainers.image.revision=$commit" --label "bases=$bases"
[ -z "${BUILDER_IMAGE:-}" ] || set -- "$@" --build-arg "BUILDER_IMAGE=$BUILDER_IMAGE"
[ -z "${NODE_IMAGE:-}" ] || set -- "$@" --build-arg "NODE_IMAGE=$NODE_IMAGE"
npmrc=$(npm config get userconfig 2> /dev/null)
[ ! -f "$npmrc" ] || set -- "$@" --secret "id=npmrc,src=$npmrc"
[ ! -f "${NODE_EXTRA_CA_CERTS:-}" ] || set -- "$@" --secret "id=ca,src=$NODE_EXTRA_CA_CERTS"

build() { # further arguments of the engine
  if [ "$engine" = docker ]; then DOCKER_BUILDKIT=1 docker build "$@"; else
    buildah_ bud --isolation chroot --identity-label=false --format docker "$@" 2>&1
  fi
}
case $out in
  image)
    cache=$([ "$engine" = docker ] || echo --layers)
    # shellcheck disable=SC2086
    [ "$what" != enclave ] || {
      rm -rf "$facts" "$facts.eif" && build $cache "$@" --target facts --output "type=local,dest=$facts" "$context"
      printf '{"commit":"%s","base":"%s"}\n' "$commit" "${BUILDER_IMAGE:-node:$node-bookworm}" > "$facts/build.json"
    }
    # shellcheck disable=SC2086
    build $cache "$@" --tag "perf-aggregator-$what" "$context"
    ;;
  *) build --no-cache "$@" --target facts --output "type=local,dest=$out" "$context" ;;
esac
