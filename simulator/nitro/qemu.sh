#!/bin/sh
# Builds QEMU with the nitro-enclave machine, which no Debian package has, from Debian trixie's source: qemu.sh FOLDER
# FOLDER becomes a small Debian in which it is built and runs, of some 2 GB; it takes 11 minutes on two quiet cores. Debian's
# mirror is the one that this machine installs from.
set -eu
folder=$1
[ ! -x "$folder/root/qemu/build/qemu-system-x86_64" ] || exit 0
mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2> /dev/null |
  sed -nE 's#^(URIs:|deb) *(https?://[^ ]+/debian)/?( .*)?$#\2#p' | head -n 1)
# mmdebstrap may leave it mounted.
umount "$folder/proc" 2> /dev/null || true
rm -rf "$folder"
mmdebstrap --quiet --variant=minbase --mode=root --skip=check/empty --aptopt='Acquire::Languages "none"' \
  --include=gcc,libc6-dev,make,pkg-config,meson,ninja-build,python3,python3-venv,libglib2.0-dev,libcbor-dev,libgnutls28-dev,zlib1g-dev,flex,bison,libfdt-dev,libpixman-1-dev,dpkg-dev,xz-utils,patch \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
  trixie "$folder" "$mirror"
echo "deb-src $mirror trixie main" > "$folder/etc/apt/sources.list.d/source.list"
umount "$folder/proc" 2> /dev/null || true
inside() { chroot "$folder" sh -euc "cd /root && $1"; }
inside 'apt-get update -qq && apt-get source -qq --download-only qemu > /dev/null && dpkg-source --no-check -x qemu_*.dsc qemu > /dev/null'
inside 'printf "CONFIG_%s=y\n" NITRO_ENCLAVE PCI_DEVICES Q35 MICROVM VIRTIO_NSM > qemu/nitro.mak'
inside 'mkdir qemu/build && cd qemu/build && ../configure --target-list=x86_64-softmmu --without-default-features \
  --disable-docs --disable-werror --enable-tcg --enable-libcbor --enable-gnutls --enable-vhost-user --enable-vhost-kernel \
  --enable-fdt=system --disable-download --disable-tools --disable-install-blobs > configure.log 2>&1'
inside 'cd qemu/build && nice ninja qemu-system-x86_64 > build.log 2>&1'
inside 'qemu/build/qemu-system-x86_64 -M help | grep -q "^nitro-enclave"'
