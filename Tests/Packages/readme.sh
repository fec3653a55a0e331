#!/bin/bash
# Boots ROOT, a fresh Debian without the packages, has an ordinary user give the five commands of README there, who has the package in
# BUILDS/packages and a card of recordings; then boots it once more: all recordings are mounted, and on the page that searches them.
#
#   Tests/Packages/readme.sh ROOT BUILDS README
set -euo pipefail

root=$1
builds=$2
readme=$3
. "$(dirname "$0")/booted.sh"

before_boot "$root" "$builds" << 'END'
apt-get install -q -y --no-install-recommends dbus sudo systemd systemd-sysv > /tmp/boot.log 2>&1 || { cat /tmp/boot.log; exit 1; }
# As Debian's installer does.
echo "127.0.1.1 $(cat /etc/hostname)" >> /etc/hosts
useradd --create-home --shell /bin/bash ranger
useradd visitor
echo "ranger ALL=(ALL) NOPASSWD: ALL" > /etc/sudoers.d/ranger
cp /builds/packages/zarrwlr-mount_*.deb /home/ranger
# The libraries that the package needs, since the container has no network.
apt-get install -q -y --download-only /home/ranger/zarrwlr-mount_*.deb > /tmp/boot.log 2>&1 || { cat /tmp/boot.log; exit 1; }
END

pitch=0
for name in 20250501_035930.WAV pond/20250501_040000.WAV pond/20250502_040000.WAV meadow/20250501_040000.WAV; do
    pitch=$((pitch + 1))
    mkdir -p "$(dirname "$root/media/card/$name")"
    sox -R -n -r 48000 -b 16 "$root/media/card/$name" synth 20 sine ${pitch}000:6000 gain -6
done

awk 'count && !/^    / { exit } found && /^    / { print substr($0, 5); count++ } /five commands:$/ { found = 1 }' "$readme" \
    > "$root/home/ranger/commands"
[ "$(wc -l < "$root/home/ranger/commands")" = 5 ] || { echo "there are not five commands in $readme" >&2; exit 1; }

cat > "$root/examine.sh" << 'END'
mountpoint /srv/audio
runuser -u visitor -- diff -r --exclude=.zarrwlr --exclude=SHA256SUMS /media/card /srv/audio
runuser -u visitor -- sh -c "cd /srv/audio/pond && sha256sum -c SHA256SUMS"
runuser -u visitor -- cat /srv/audio/.zarrwlr/index.html > /tmp/page
find /media/card -type f -printf '%f\n' > /tmp/names
while read -r name; do
    grep -F -m 1 -o "\"$name\"" /tmp/page
done < /tmp/names
END

boot "$root" "$builds/readme.log" << 'END'
cd /home/ranger
# apt asks whether it shall go on.
(yes || true) 2> /dev/null | runuser -u ranger -- bash -eux commands > /commands.log 2>&1 || { cat /commands.log; exit 1; }
grep "^+ " /commands.log
. /examine.sh
END

boot "$root" "$builds/readme-again.log" srv-audio.mount < "$root/examine.sh"
