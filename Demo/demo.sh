#!/bin/sh
# Makes a small store out of generated sound, mounts it, reads it with everyday tools, and unmounts it.
#
#   Demo/demo.sh DIRECTORY-OF-THE-PROGRAMS
set -eu

bin=$(readlink -f "$1")
here=$(dirname "$(readlink -f "$0")")
work=$(mktemp -d)
mountpoint=$work/audio
store=$work/store.zarr

finish() {
    status=$?
    if mountpoint -q "$mountpoint"; then fusermount3 -u "$mountpoint"; fi
    rm -rf "$work"
    exit $status
}
trap finish EXIT
trap 'exit 130' INT TERM

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
show() {
    echo "\$ $*"
    "$@"
}

say "1. A minute of sound, made up: a chirping tone, noise that comes and goes, and a bat's worth of kilohertz"
cd "$work"
sox -R -n -r 48000 -b 16 chirp.wav synth 60 sine 800:6000 gain -6
sox -R -n -r 44100 -c 2 -b 16 meadow.wav synth 60 pinknoise amod 0.3 gain -6
sox -R -n -r 250000 -b 16 bat.wav synth 10 sine 20000:90000 gain -6
ls -l ./*.wav

say "2. Coded as FLAC, AAC and Opus in a Zarr store"
python3 -m venv "$here/../.venv" && "$here/../.venv/bin/pip" -q install 'zarr>=3,<4'
python="$here/../.venv/bin/python"
"$python" "$here/make_store.py" store.zarr flac flac chirp.wav bat.wav
"$python" "$here/make_store.py" store.zarr aac aac meadow.wav
"$python" "$here/make_store.py" store.zarr opus opus chirp.wav
show du -sh store.zarr

say "3. Mounted: every recording is a WAV file"
mkdir audio
show "$bin/zarrwlr-mount" store.zarr audio
show ls -lR audio
show cat audio/.zarrwlr/recordings.csv

say "4. Read by tools that know nothing of Zarr"
show ffprobe -v error -show_entries stream=codec_name,sample_rate,channels,duration -of compact audio/aac/meadow.wav
show soxi audio/flac/bat.wav
show sox audio/opus/chirp.wav cut.wav trim 30 2
show soxi -D cut.wav

say "5. Any bytes at any time are those of the whole file"
cp audio/flac/chirp.wav whole.wav
show dd if=audio/flac/chirp.wav of=part bs=1 skip=1234567 count=100000 status=none
dd if=whole.wav of=expected bs=1 skip=1234567 count=100000 status=none
show cmp part expected
show cmp whole.wav chirp.wav

say "6. Unmounted"
show fusermount3 -u audio

cat <<END

The store $(du -sh store.zarr | cut -f1) in size was mounted at a directory, where each of its recordings was a WAV file.
ffprobe, soxi and sox read those files as they read any other; 100 000 bytes cut out of the middle were the same as in a copy
of the whole file, and the copy of the FLAC recording was, byte for byte, the WAV that had gone in. Nothing is left mounted.
END
