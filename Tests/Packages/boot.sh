#!/bin/bash
# Boots the file system ROOT with systemd in a container, with the packages in BUILDS/packages: stores are mounted by a line of the example of
# fstab and by the template unit, each by the boot alone, and by automounts of systemd and by autofs when somebody looks into them.
#
#   Tests/Packages/boot.sh ROOT BUILDS
set -euo pipefail

root=$1
builds=$2
. "$(dirname "$0")/booted.sh"

before_boot "$root" "$builds" << 'END'
apt-get install -q -y --no-install-recommends autofs dbus systemd systemd-sysv /builds/packages/zarrwlr-mount_*.deb > /tmp/boot.log 2>&1 ||
    { cat /tmp/boot.log; exit 1; }
mkdir -p /data
zarrwlr import --quiet /data/pond.zarr /builds/20250501_040000.WAV
zarrwlr import --quiet /data/meadow.zarr::2025 /builds/20250501_040000.WAV
cd /usr/share/doc/zarrwlr-mount/examples
# Two of its stores are not there.
cp fstab /etc/fstab
cp auto.zarrwlr /etc/
cp zarrwlr.autofs /etc/auto.master.d/
# The template unit mounts below /srv/audio.
for type in mount automount; do
    sed 's|/srv/audio|/srv/wood|' srv-audio.$type > /etc/systemd/system/srv-wood.$type
done
systemctl enable autofs.service srv-wood.automount zarrwlr-mount@data-pond.zarr.service
END

boot "$root" "$builds/boot.log" autofs.service srv-pond.mount srv-meadow.automount srv-wood.automount \
    zarrwlr-mount@data-pond.zarr.service << 'END'
mounted() { echo "mounted:" $(findmnt -n -l -t fuse.zarrwlr -o TARGET | sort); }
mounted
for directory in /srv/pond /srv/audio/data/pond.zarr /srv/meadow/2025 /srv/wood /stores/pond /stores/meadow; do
    runuser -u nobody -- sha256sum $directory/20250501_040000.WAV
done
mounted
systemctl show -p ActiveState -p StatusText zarrwlr-mount@data-pond.zarr.service
ls /var/cache/zarrwlr
systemctl stop zarrwlr-mount@data-pond.zarr.service srv-pond.mount srv-meadow.mount srv-wood.mount autofs.service
mounted
END

expect() {
    grep -qxF "$1" "$root/booted.out" || { echo "there is no line: $1" >&2; exit 1; }
}
sum=$(sha256sum < "$builds/20250501_040000.WAV")
for directory in /srv/pond /srv/audio/data/pond.zarr /srv/meadow/2025 /srv/wood /stores/pond /stores/meadow; do
    expect "${sum%-}$directory/20250501_040000.WAV"
done
expect "mounted: /srv/audio/data/pond.zarr /srv/pond"
expect "mounted: /srv/audio/data/pond.zarr /srv/meadow /srv/pond /srv/wood /stores/meadow /stores/pond"
expect "mounted:"
expect ActiveState=active
expect "StatusText=/data/pond.zarr is mounted at /srv/audio/data/pond.zarr"
