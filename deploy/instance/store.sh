#!/bin/sh
# The store's volume: store.sh up attaches and mounts it, store.sh down is the way back.
# A file system is made only on a volume on which nothing at all is found.
set -eu
. /etc/perf-aggregator/deployment.env
export AWS_REGION
mount_point=/var/lib/perf-aggregator
device=/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_$(echo "$VOLUME" | tr -d -)

up() {
  instance=$(/usr/lib/perf-aggregator/metadata.sh instance-id)
  # The instance before this one may still hold it; systemd ends the wait.
  until [ -e "$device" ]; do
    aws ec2 attach-volume --volume-id "$VOLUME" --instance-id "$instance" --device /dev/sdf > /dev/null || true
    sleep 5
  done
  found=0
  blkid -p "$device" > /dev/null || found=$?
  case $found in
    0) ;;
    2) mkfs.xfs -q "$device" ;;
    *) echo "$device cannot be read, or holds more than one thing" >&2; exit 1 ;;
  esac
  install -d "$mount_point"
  mount -o nodev,nosuid,noexec,noatime "$device" "$mount_point"
  # After volumeGib was raised.
  xfs_growfs "$mount_point" > /dev/null
  chown perf-aggregator:perf-aggregator "$mount_point"
  chmod 0700 "$mount_point"
}

down() {
  if mountpoint -q "$mount_point"; then umount "$mount_point"; fi
  aws ec2 detach-volume --volume-id "$VOLUME" > /dev/null
}

"$1"
