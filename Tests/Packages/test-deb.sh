#!/bin/bash
# Builds the Debian packages in a fresh Debian of each release, lets lintian examine them, installs them in another fresh one, mounts there,
# purges them, and compares what is left with what was there before; then boots it with systemd, follows README.md there, and has stores
# mounted by the boot and by automounts. Root is needed.
#
#   Tests/Packages/test-deb.sh SWIFT-TOOLCHAIN WORK-FOLDER RELEASE...      (make test-deb)
#
# A folder of builds is kept below WORK-FOLDER, so that the next run compiles only what has changed.
set -euo pipefail

here=$(readlink -f "$(dirname "$0")/../..")
toolchain=$(readlink -f "$1")
work=$(readlink -m "$2")
shift 2
mkdir -p "$work"

say() { printf '\n== %s\n' "$*"; }
fail() {
    echo "test-deb: $*" >&2
    exit 1
}

# Makes the file system of a fresh release, if it is not there.
bootstrap() {
    local root=$1 release=$2
    shift 2
    [ ! -e "$root/etc/debian_version" ] || return 0
    mmdebstrap --quiet --variant=minbase --include="$(IFS=,; echo "$*")" "$release" "$root"
    chmod 1777 "$root/tmp"
    # As in every system that was booted; without it, fusermount3 keeps a lock beside it.
    ln -sf ../proc/self/mounts "$root/etc/mtab"
}

# Runs a command in a file system, in namespaces of its own, with the toolchain and the folder of builds.
inside() {
    local root=$1
    shift
    unshare --mount --pid --fork bash -euc '
        root=$1 toolchain=$2 builds=$3
        shift 3
        mkdir -p "$root$toolchain" "$root/builds"
        mount --rbind "$toolchain" "$root$toolchain"
        mount --bind "$builds" "$root/builds"
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        cp /etc/resolv.conf "$root/etc/resolv.conf"
        exec chroot "$root" env -i PATH="/usr/sbin:/usr/bin:/sbin:/bin:$toolchain/usr/bin" HOME=/root LANG=C.UTF-8 \
            DEBIAN_FRONTEND=noninteractive "$@"
    ' bash "$root" "$toolchain" "$builds" "$@"
}

# The files of a fresh file system, but for what package managers and the test itself keep.
list_files() {
    (cd "$1" && find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./builds -o -path ./tmp -o -path ./run \
        -o -path ./var/lib/apt -o -path ./var/cache/apt -o -path ./var/cache/debconf -o -path ./var/cache/ldconfig \
        -o -path ./var/lib/dpkg -o -path ./var/log -o -path "./${toolchain#/}" \) -prune -o -print) | sort
}

test_release() {
    local release=$1
    local builds=$work/builds-$release
    mkdir -p "$builds"

    say "$release: build"
    bootstrap "$work/build-$release" "$release" ca-certificates make lintian
    local archive
    archive=$(ls "$here"/.build/dist/zarrwlr-mount-*.tar.gz)
    rm -rf "$builds/unpacked"
    mkdir -p "$builds/unpacked"
    tar -x -z -f "$archive" -C "$builds/unpacked" --strip-components=1
    # What did not change keeps its time, and need not be compiled again. What is no longer there must not be compiled.
    rsync --recursive --links --perms --checksum --delete --exclude=/.build "$builds/unpacked/" "$builds/source/"
    rm -rf "$builds/source/.build/deb"
    inside "$work/build-$release" make -C /builds/source deb SWIFT=swift > "$builds/build.log" 2>&1 ||
        { tail -20 "$builds/build.log" >&2; fail "$release: make deb has failed"; }
    ls -l "$builds"/source/.build/deb/*.deb

    say "$release: lintian"
    inside "$work/build-$release" sh -c 'lintian --fail-on error --allow-root /builds/source/.build/deb/*.deb'

    say "$release: install, import, mount"
    rm -rf "$work/fresh-$release"
    bootstrap "$work/fresh-$release" "$release" ca-certificates
    rm -rf "$builds/packages"
    cp -r "$builds/source/.build/deb" "$builds/packages"
    sox -R -n -r 48000 -b 16 "$builds/20250501_040000.WAV" synth 20 sine 800:6000 gain -6
    cp "$here/Tests/Packages/try-package.sh" "$builds/"
    inside "$work/fresh-$release" apt-get update -q > /dev/null
    list_files "$work/fresh-$release" > "$builds/before"
    inside "$work/fresh-$release" sh /builds/try-package.sh
    list_files "$work/fresh-$release" > "$builds/after"
    diff "$builds/before" "$builds/after" || fail "$release: the purged packages have left something, or taken something away"
    echo "nothing is left"

    say "$release: the five commands of README.md"
    "$here/Tests/Packages/readme.sh" "$work/fresh-$release" "$builds" "$here/README.md"

    say "$release: boot"
    "$here/Tests/Packages/boot.sh" "$work/fresh-$release" "$builds"
}

for release in "$@"; do test_release "$release"; done
say "all is right"
