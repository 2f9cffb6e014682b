#!/bin/busybox sh
# First and only process of the guest: mounts, AF_VSOCK's loopback, the program, power off.
/bin/busybox --install -s /bin
export PATH=/bin HOME=/tmp
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs tmp /tmp
ip link set lo up
cd /modules || exit 1
load() {
  for module in "$@"; do [ ! -f "$module.ko" ] || insmod "$module.ko" || echo "guest: no $module"; done
}
load virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci virtio_blk squashfs
mount -t squashfs -o ro /dev/vda /repo || echo "guest: no repository"
program=$(sed -n 's/.*pa\.program=\([^ ]*\).*/\1/p' /proc/cmdline)
# What is to be seen while the kernel has no AF_VSOCK yet.
before=/repo/${program%.mjs}-before.mjs
[ ! -f "$before" ] || /bin/node --test-reporter=tap "$before"
load vsock vmw_vsock_virtio_transport_common vsock_loopback
cd /repo || exit 1
echo "guest: ready after $(cut -d' ' -f1 /proc/uptime) s"
/bin/node --test-reporter=tap "$program"
echo "guest: ended with $? after $(cut -d' ' -f1 /proc/uptime) s"
poweroff -f
