#!/bin/sh
# In a fresh Debian with the packages in /builds/packages: installs them, does what README's first steps do, and purges them.
set -eu

packages() { dpkg-query -W -f '${Package}\n' | sort; }
packages > /tmp/packages

apt-get install -q -y --no-install-recommends /builds/packages/*.deb > /tmp/install.log 2>&1 || { cat /tmp/install.log; exit 1; }
zarrwlr --version
for page in man1/zarrwlr.1 man1/zarrwlr-mount.1 man5/zarrwlr-store.5 man8/mount.zarrwlr.8 man8/mount.fuse.zarrwlr.8; do
    # A minimal Debian leaves manual pages and documentation out, but their package has them.
    dpkg -L zarrwlr-mount | grep -qx "/usr/share/man/$page.gz"
done
dpkg -L zarrwlr-mount-doc | grep -q guides/browse.md
dpkg -L zarrwlr-mount | grep -qx /usr/share/bash-completion/completions/zarrwlr-mount

mkdir -p /tmp/card /tmp/audio
cp /builds/20250501_040000.WAV /tmp/card
zarrwlr import /tmp/recordings.zarr /tmp/card
echo "/tmp/recordings.zarr /tmp/audio zarrwlr allow_other,nofail 0 0" > /tmp/fstab
env -u HOME mount -T /tmp/fstab /tmp/audio
cmp /tmp/audio/20250501_040000.WAV /tmp/card/20250501_040000.WAV
ls /var/cache/zarrwlr
umount /tmp/audio
zarrwlr-mount -o catalogue=off /tmp/recordings.zarr /tmp/audio
cmp /tmp/audio/20250501_040000.WAV /tmp/card/20250501_040000.WAV
fusermount3 -u /tmp/audio
zarrwlr check --deep /tmp/recordings.zarr
zarrwlr import --codec opus /tmp/recordings.zarr::opus /tmp/card
zarrwlr import --codec aac /tmp/recordings.zarr::aac /tmp/card
zarrwlr check --deep /tmp/recordings.zarr

apt-get purge -q -y zarrwlr-mount zarrwlr-mount-doc > /tmp/purge.log 2>&1
# All that was installed with them: of these, autoremove leaves what other packages recommend, or could have instead of what they have.
apt-get purge -q -y $(packages | comm -13 /tmp/packages -) >> /tmp/purge.log 2>&1 || { cat /tmp/purge.log; exit 1; }
rm -rf /tmp/* /root/.cache
