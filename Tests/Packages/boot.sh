#!/bin/bash
# Boots the file system ROOT with systemd in a container, with the packages in BUILDS/packages: a store is mounted by a line of fstab, by an
# automount, and by the template unit, each by the boot alone.
#
#   Tests/Packages/boot.sh ROOT BUILDS
set -euo pipefail

root=$1
builds=$2
command -v systemd-nspawn > /dev/null || { echo "NEEDS SYSTEMD-CONTAINER: NOTHING IS BOOTED"; exit 0; }

mkdir -p "$root/builds"
cat > "$root/prepare.sh" << 'END'
set -eu
apt-get install -q -y --no-install-recommends systemd systemd-sysv dbus /builds/packages/zarrwlr-mount_*.deb > /tmp/boot.log 2>&1 ||
    { cat /tmp/boot.log; exit 1; }
mkdir -p /data /srv/pond /srv/meadow
zarrwlr import --quiet /data/pond.zarr /builds/20250501_040000.WAV
cat > /etc/fstab << FSTAB
/data/pond.zarr /srv/pond zarrwlr allow_other,nofail 0 0
/data/pond.zarr /srv/meadow zarrwlr allow_other,nofail,noauto,x-systemd.automount 0 0
FSTAB
systemctl enable zarrwlr-mount@data-pond.zarr.service
cat > /etc/systemd/system/after-boot.service << UNIT
[Unit]
After=zarrwlr-mount@data-pond.zarr.service local-fs.target systemd-user-sessions.service
[Service]
Type=oneshot
ExecStart=/bin/sh -e /after-boot.sh
StandardOutput=append:/after-boot.out
StandardError=inherit
ExecStopPost=/usr/bin/systemctl poweroff --force --force
[Install]
WantedBy=multi-user.target
UNIT
systemctl enable after-boot.service
END
cat > "$root/after-boot.sh" << 'END'
cd /srv
for file in pond/20250501_040000.WAV meadow/20250501_040000.WAV audio/data/pond.zarr/20250501_040000.WAV; do
    sha256sum < $file
done
systemctl show -p ActiveState -p StatusText zarrwlr-mount@data-pond.zarr.service
systemctl stop zarrwlr-mount@data-pond.zarr.service
ls audio/data/pond.zarr | wc -l
systemctl stop srv-pond.mount
ls pond | wc -l
ls /var/cache/zarrwlr
echo DONE
END
# The network, for apt-get, is that of this machine only before the boot.
unshare --mount bash -euc '
    mount --bind "$2" "$1/builds"
    mount -t proc proc "$1/proc"
    mount --rbind /dev "$1/dev"
    exec chroot "$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive sh /prepare.sh
' bash "$root" "$builds"
rm -f "$root/after-boot.out"
timeout 300 systemd-nspawn --quiet --directory="$root" --register=no --keep-unit --private-network --bind=/dev/fuse --bind=/dev/autofs --boot \
    > "$builds/boot.log" 2>&1 || { tail -20 "$builds/boot.log" >&2; exit 1; }
cat "$root/after-boot.out"
expected=$(sha256sum < "$builds/20250501_040000.WAV")
[ "$(grep -cx "$expected" "$root/after-boot.out")" = 3 ]
grep -qx ActiveState=active "$root/after-boot.out"
grep -qx "StatusText=/data/pond.zarr is mounted at /srv/audio/data/pond.zarr" "$root/after-boot.out"
[ "$(grep -cx 0 "$root/after-boot.out")" = 2 ]
grep -qx DONE "$root/after-boot.out"
