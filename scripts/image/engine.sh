# To be sourced, with $root set: which engine builds and runs (IMAGE_ENGINE=docker or buildah; buildah means podman too),
# and where it keeps its images. buildah's are this project's own, in a folder that can simply be deleted.
engine=${IMAGE_ENGINE:-$(if docker version > /dev/null 2>&1 && docker buildx version > /dev/null 2>&1; then echo docker; else echo buildah; fi)}
[ "$engine" = docker ] ||
  "$root/scripts/need-debian.sh" buildah=buildah podman=podman runc=runc conmon=conmon
export CONTAINERS_CONF="$root/scripts/image/containers.conf"
facts=$root/dist/images/enclave
# conmon's sockets lie in the second folder, one for each checkout; a socket's path has room for some hundred bytes.
storage="--root $root/node_modules/.images/store \
  --runroot ${XDG_RUNTIME_DIR:-/run}/perf-aggregator-images-$(printf %s "$root" | cksum | cut -d ' ' -f 1)"

# Node's version, as the tag of the base says it.
node=$(sed -n 's/^ARG BUILDER_IMAGE=node:\(.*\)-bookworm$/\1/p' "$root/Dockerfile.enclave")

buildah_() { buildah $storage "$@"; }
podman_() { podman $storage "$@"; }
