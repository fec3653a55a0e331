# For the scripts beside it: runs commands in a file system before it is booted, and boots it with systemd in a container.

# Runs the script of standard input in ROOT, with the network of this machine, and with BUILDS at /builds.
before_boot() {
    local root=$1 builds=$2
    mkdir -p "$root/builds"
    cat > "$root/before-boot.sh"
    unshare --mount bash -euc '
        mount --bind "$2" "$1/builds"
        mount -t proc proc "$1/proc"
        mount --rbind /dev "$1/dev"
        exec chroot "$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
            sh -eu /before-boot.sh
    ' bash "$root" "$builds"
}

# Boots ROOT, without a network, runs the script of standard input there as root after UNIT..., and powers off. Fails if the script does.
# What the script prints is printed; the console is in LOG.
boot() {
    local root=$1 log=$2
    shift 2
    cat > "$root/booted.sh"
    cat > "$root/etc/systemd/system/booted.service" << END
[Unit]
After=local-fs.target systemd-user-sessions.service $*
[Service]
Type=oneshot
ExecStart=/bin/sh -eu /booted.sh
StandardOutput=append:/booted.out
StandardError=inherit
ExecStopPost=/bin/sh -c 'echo \$\$SERVICE_RESULT > /booted.result'
ExecStopPost=/usr/bin/systemctl poweroff --force --force
[Install]
WantedBy=multi-user.target
END
    mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
    ln -sf ../booted.service "$root/etc/systemd/system/multi-user.target.wants/"
    rm -f "$root/booted.out" "$root/booted.result"
    timeout 300 systemd-nspawn --quiet --directory="$root" --register=no --keep-unit --private-network --bind=/dev/fuse \
        --bind=/dev/autofs --boot > "$log" 2>&1 || { tail -20 "$log" >&2; return 1; }
    cat "$root/booted.out"
    [ "$(cat "$root/booted.result")" = success ] || { echo "the commands in the booted system have failed" >&2; return 1; }
}
