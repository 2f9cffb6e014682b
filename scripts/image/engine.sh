# To be sourced, with $root set: which engine builds and runs (IMAGE_ENGINE=docker or buildah; buildah means podman too),
# and where it keeps its images. buildah's are this project's own, in a folder that can simply be deleted.
engine=${IMAGE_ENGINE:-$(if docker buildx version > /dev/null 2>&1; then echo docker; else echo buildah; fi)}
[ "$engine" = docker ] ||
  "$root/scripts/need-debian.sh" buildah=buildah podman=podman runc=runc conmon=conmon
export CONTAINERS_CONF="$root/scripts/image/containers.conf"
facts=$root/dist/images/enclave
# conmon's sockets lie in the second folder; a socket's path has room for some hundred bytes.
storage="--root $root/node_modules/.images/store --runroot /run/perf-aggregator-images"

buildah_() { buildah $storage "$@"; }
podman_() { podman $storage "$@"; }
