#!/bin/sh
# Exports a mount by NFS (nfs-ganesha's VFS back end) and reads it by a client in user space (libnfs), also when the kernel has forgotten the
# files, and when the store has changed. Needs root, nfs-ganesha, nfs-ganesha-vfs, libnfs-utils and sox; nothing leaves this machine.
#
#   Tests/Tools/nfs.sh FOLDER      the folder of the programs, such as .build/release
#
# Exit status 0: all was right; 77: something that is needed is missing.
set -eu

programs=$(realpath "${1:-.build/release}")
for tool in ganesha.nfsd nfs-ls nfs-cat sox; do
    command -v "$tool" >/dev/null || { echo "nfs.sh: $tool is missing" >&2; exit 77; }
done
[ "$(id -u)" = 0 ] || { echo "nfs.sh: only root can export" >&2; exit 77; }

folder=$(mktemp -d)
server=
finish() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    [ -z "$server" ] || wait "$server" 2>/dev/null || true
    "$programs/zarrwlr-mount" --unmount "$folder/mnt" 2>/dev/null || fusermount3 -uz "$folder/mnt" 2>/dev/null || true
    rm -rf "$folder"
}
trap finish EXIT INT TERM

fail() {
    echo "nfs.sh: $1" >&2
    tail -20 "$folder/server.log" >&2 || true
    exit 1
}

mkdir "$folder/mnt" "$folder/state"
for number in 1 2 3; do
    sox -n -r 48000 -c 1 -b 16 "$folder/$number.wav" synth 2 sine "${number}00" vol 0.5
done
"$programs/zarrwlr" import "$folder/s.zarr::pond" "$folder/1.wav" "$folder/2.wav" >/dev/null
"$programs/zarrwlr-mount" "$folder/s.zarr" "$folder/mnt" -o catalogue=off,allow_other

port=12049
cat >"$folder/server.conf" <<EOF
NFS_CORE_PARAM {
    NFS_Protocols = 4; NFS_Port = $port; Bind_addr = 127.0.0.1; Enable_UDP = false; Enable_NLM = false; Enable_RQUOTA = false;
}
NFS_KRB5 { Active_krb5 = false; }
NFSV4 { Graceless = true; RecoveryBackend = fs; RecoveryRoot = $folder/state; }
EXPORT {
    Attr_Expiration_Time = 1; Export_Id = 1; Path = $folder/mnt; Pseudo = /audio; Access_Type = RO; Squash = No_Root_Squash; SecType = sys;
    Protocols = 4; Transports = TCP; Filesystem_id = 192.168; FSAL { Name = VFS; }
}
LOG { Default_Log_Level = WARN; }
EOF
ganesha.nfsd -F -f "$folder/server.conf" -L "$folder/server.log" -p "$folder/server.pid" &
server=$!

url() { echo "nfs://127.0.0.1/audio/$1?version=4&nfsport=$port"; }

# Runs a client until it succeeds, for the time in which the server starts or notices a change.
patiently() {
    for _ in $(seq 60); do
        if "$@"; then return 0; fi
        sleep 0.5
    done
    return 1
}

is_same() { timeout 20 nfs-cat "$(url "pond/$1.wav")" 2>/dev/null | cmp -s - "$folder/$1.wav"; }
shows() { timeout 20 nfs-ls "$(url pond)" 2>/dev/null | grep -q "$1.wav"; }

patiently is_same 1 || fail "a file cannot be read, or differs"
echo "nfs.sh: a file is read"
sync
if echo 2 2>/dev/null >/proc/sys/vm/drop_caches; then
    is_same 1 || fail "a file that the kernel has forgotten cannot be read"
    is_same 2 || fail "another file cannot be read when the kernel has forgotten all"
    echo "nfs.sh: files are read that the kernel had forgotten"
fi
"$programs/zarrwlr" import "$folder/s.zarr::pond" "$folder/3.wav" >/dev/null
patiently shows 3 || fail "a new recording is not shown"
patiently is_same 3 || fail "a new recording cannot be read"
echo "nfs.sh: a new recording is read"
"$programs/zarrwlr" remove "$folder/s.zarr" pond/2.wav >/dev/null
is_gone() { ! shows 2; }
patiently is_gone || fail "a recording that was removed is still shown"
is_same 3 || fail "a file cannot be read after another one was removed"
echo "nfs.sh: a recording that was removed is gone"
