#!/bin/sh
# Mounts a store COUNT times, ends each mount in one of five ways, and reports what is left of them: processes, mounts, files in /tmp, /run
# and /dev/shm, shared memory. a.wav in the mount is to have the SHA-256 SUM.
#
# Usage: unshare --mount --pid --ipc --fork --mount-proc sh mount_cycles.sh PROGRAMS STORE SUM COUNT
set -eu
programs=$1 store=$2 sum=$3 count=$4

# All that a mount could leave is in file systems of its own; they and the namespaces end with this script.
mount -t tmpfs none /mnt
mkdir /mnt/programs /mnt/store /mnt/at /mnt/cache
mount --bind "$programs" /mnt/programs
mount --bind "$store" /mnt/store
for folder in /tmp /run /dev/shm; do mount -t tmpfs none $folder; done
mkdir /run/user /tmp/home
export HOME=/tmp/home TMPDIR=/tmp XDG_RUNTIME_DIR=/run/user XDG_CACHE_HOME=/mnt/cache
cd /

# The processes of mounts, those that began first at the front.
processes() {
    for process in $(ls /proc | grep '^[0-9]' | sort -n); do
        read -r name <"/proc/$process/comm" || continue
        case $name in zarrwlr-mount | fusermount3) echo "$process" ;; esac
    done 2>/dev/null
}

left() {
    processes
    # The mounts of others, which are there when this namespace is made, may vanish.
    grep -F ' /mnt/' /proc/self/mountinfo | cut -d' ' -f3-
    find /tmp /run /dev/shm /mnt/at
    ipcs -m -q -s | grep '^0x' || true
}

# Waits until `$1` and all that it calls succeed, but no longer than ten seconds.
await() {
    for _ in $(seq 500); do
        if "$@"; then return 0; fi
        sleep 0.02
    done
    echo "mount $number: waited in vain for: $*" >&2
    left >&2
    exit 1
}

have_ended() { [ -z "$(processes)" ]; }

before=$(left)
for number in $(seq "$count"); do
    /mnt/programs/zarrwlr-mount /mnt/store /mnt/at
    [ "$(sha256sum </mnt/at/a.wav | cut -d' ' -f1)" = "$sum" ] || { echo "mount $number: other bytes" >&2; exit 1; }
    set -- $(processes)
    case $((number % 5)) in
    0) fusermount3 -u /mnt/at ;;
    1) umount /mnt/at ;;
    2) kill -TERM "$1" ;;
    3)
        # While a file is open.
        exec 3</mnt/at/a.wav
        kill -TERM "$1"
        await have_ended
        exec 3<&-
        ;;
    4) kill -KILL "$2" ;;
    esac
    await have_ended
done

after=$(left)
if [ "$before" != "$after" ]; then
    echo "$count mounts have left:" >&2
    printf '%s\n' "$before" >/mnt/before
    printf '%s\n' "$after" | diff /mnt/before - >&2 || true
    exit 1
fi
catalogues=$(find /mnt/cache -type f | wc -l)
[ "$catalogues" = 1 ] || { echo "$catalogues files in the cache:" >&2; find /mnt/cache >&2; exit 1; }
echo "$count mounts left nothing"
