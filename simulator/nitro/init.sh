#!/bin/busybox sh
# First process of the enclave, in place of AWS's: mounts, the nsm driver, what the probe says, what production says.
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
for module in virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci virtio_mmio vsock vmw_vsock_virtio_transport_common \
  vmw_vsock_virtio_transport rng-core nsm; do
  [ ! -f "/modules/$module.ko" ] || insmod "/modules/$module.ko" || echo "enclave: no $module"
done
/usr/local/bin/node /app/probe.mjs
echo "enclave: production says"
/usr/local/bin/node --disallow-code-generation-from-strings --disable-sigusr1 /app/main.mjs &
main=$!
(sleep 20 && kill $main) 2> /dev/null &
wait $main
echo "enclave: production ended with $?"
reboot -f
