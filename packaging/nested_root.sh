#!/bin/sh
# nested_root.sh ROOT PROGRAM [ARGUMENT…]: PROGRAM of the system in ROOT, with the devices,
# processes, control groups, temporary folders and network of this machine. To be called in a mount
# namespace of its own, with which all that is mounted here goes.
set -e
root=$1
shift
mount --bind "$root" "$root"
for shared in proc sys dev tmp var/tmp; do
    mount --rbind "/$shared" "$root/$shared"
done
# An engine looks here for another's containerd.
mount -t tmpfs tmpfs "$root/run"
cd "$root"
pivot_root . mnt
umount -l /mnt
cd /
exec "$@"
