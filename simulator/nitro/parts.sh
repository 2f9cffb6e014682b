#!/bin/sh
# What an enclave is booted with, beside QEMU, in the Debian that qemu.sh made: parts.sh FOLDER
# A kernel whose nsm driver is a module and firmware (Debian trixie's), and vhost-device-vsock (sid's), which the machine
# demands.
set -eu
folder=$1 parts=$1/root/parts
[ ! -d "$parts" ] || exit 0
mirror=$(sed -nE 's#^deb (https?://[^ ]+) trixie main$#\1#p' "$folder"/etc/apt/sources.list | head -n 1)
echo "deb [check-valid-until=no] $mirror sid main" > "$folder/etc/apt/sources.list.d/sid.list"
inside() { chroot "$folder" sh -euc "$1"; }
inside 'apt-get update -qq && mkdir -p /root/debs && cd /root/debs && apt-get download -qq vhost-device-vsock/sid \
  seabios/trixie qemu-system-data/trixie \
  $(apt-cache depends linux-image-cloud-amd64/trixie | sed -n "s/.*Depends: \(linux-image-[0-9].*\)/\1/p" | head -n 1) > /dev/null'
inside 'mkdir /root/parts.new && for deb in /root/debs/*.deb; do dpkg-deb -x "$deb" /root/parts.new; done
  find /root/parts.new -name "*.ko.xz" -exec xz -d {} + && mv /root/parts.new /root/parts'
