#!/bin/sh
# Boots a QEMU guest in which AF_VSOCK is real, runs one program in it, and shows its console:
#   boot.sh PROGRAM [SECONDS [FOLDER]]
# PROGRAM is a path below the repository, which the guest sees read-only at /repo; what is in FOLDER is laid over its root.
# Needs Debian's qemu-system-x86, cpio, busybox-static, squashfs-tools and libc's cc; the guest's kernel comes from Debian,
# too. No socket of this machine is used. PA_GUEST_CPU may hold other options of QEMU for the processors.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
program=$1
seconds=${2:-300}
folder=${3:-}
cache=$root/node_modules/.guest
work=$(mktemp -d /tmp/pa-guest-XXXXXX)
trap 'rm -rf "$work"' EXIT
mkdir -p "$cache"

# The kernel that Debian gives to virtual machines, unpacked, not installed.
package=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
if [ ! -d "$cache/$package" ]; then
  (cd "$work" && apt-get download -qq "$package" > /dev/null 2>&1)
  dpkg-deb -x "$work"/*.deb "$work/kernel"
  mv "$work/kernel" "$cache/$package"
fi
kernel=$(ls "$cache/$package"/boot/vmlinuz-*)
modules=$(ls -d "$cache/$package"/lib/modules/*/kernel)

# Its first file system: busybox, Node with its libraries, the modules that it needs.
guest=$work/initrd
mkdir -p "$guest/bin" "$guest/dev" "$guest/proc" "$guest/sys" "$guest/tmp" "$guest/repo" "$guest/modules" "$guest/lib64"
cp /bin/busybox "$guest/bin/busybox"
cp "$(command -v node)" "$guest/bin/node"
for library in $(ldd "$(command -v node)" | sed -n 's/.*=> \(\/[^ ]*\).*/\1/p'); do
  mkdir -p "$guest$(dirname "$library")"
  cp -L "$library" "$guest$library"
done
cp -L /lib64/ld-linux-x86-64.so.2 "$guest/lib64/"
for module in drivers/virtio/virtio drivers/virtio/virtio_ring drivers/virtio/virtio_pci_modern_dev \
  drivers/virtio/virtio_pci_legacy_dev drivers/virtio/virtio_pci drivers/block/virtio_blk fs/squashfs/squashfs \
  net/vmw_vsock/vsock net/vmw_vsock/vmw_vsock_virtio_transport_common net/vmw_vsock/vsock_loopback; do
  [ ! -f "$modules/$module.ko" ] || cp "$modules/$module.ko" "$guest/modules/"
done
cp "$root/simulator/guest/init.sh" "$guest/init"
chmod +x "$guest/init"
[ -z "$folder" ] || cp -R "$folder/." "$guest"
(cd "$guest" && find . | cpio -o -H newc --quiet) > "$work/initrd.cpio"

# The native part of the transport is built for the guest alone: nothing on this machine can open AF_VSOCK.
"$root/scripts/build-vsock.sh" "$work"

# The repository as it was built, with the packages that it runs on.
mksquashfs "$root" "$work/repo.img" -quiet -no-progress -noI -noD -noF -noX \
  -p "shared/dist/transport/vsock.node f 755 0 0 cat $work/vsock.node" -wildcards -e .git .guest \
  node_modules/.guest node_modules/.nitro node_modules/.images docs '*/test' '.perf-aggregator' 'node_modules/.pnpm/@biomejs*' 'node_modules/.pnpm/@esbuild*' \
  'node_modules/.pnpm/@oxlint*' 'node_modules/.pnpm/@rolldown*' 'node_modules/.pnpm/@typescript*' \
  'node_modules/.pnpm/playwright*' 'node_modules/.pnpm/oxlint*' 'node_modules/.pnpm/lightningcss*' \
  'node_modules/.pnpm/aws-cdk*' 'node_modules/.pnpm/@aws-cdk*' > /dev/null

# KVM is left alone: guests must come up inside other guests, too.
# shellcheck disable=SC2086
timeout "$seconds" qemu-system-x86_64 -M q35 ${PA_GUEST_CPU:--accel tcg,thread=multi -cpu max -smp 2} \
  -m 1536 -nodefaults -no-user-config \
  -display none -serial stdio -monitor none -no-reboot -kernel "$kernel" -initrd "$work/initrd.cpio" \
  -drive "file=$work/repo.img,format=raw,if=virtio,readonly=on" \
  -append "console=ttyS0 quiet panic=-1 loglevel=4 pa.program=$program" < /dev/null
