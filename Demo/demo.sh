#!/bin/sh
# Makes a small store of generated sound, mounts it, reads it with common tools, and unmounts it.
#
#   Demo/demo.sh DIRECTORY-OF-THE-PROGRAMS
set -eu

bin=$(readlink -f "$1")
here=$(dirname "$(readlink -f "$0")")
work=$(mktemp -d)
mountpoint=$work/audio
store=$work/store.zarr
export XDG_CACHE_HOME="$work/cache"

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

say "1. Generated sound: a chirp, noise that comes and goes, and an ultrasonic sweep like a bat's"
cd "$work"
sox -R -n -r 48000 -b 16 chirp.wav synth 60 sine 800:6000 gain -6
sox -R -n -r 44100 -c 2 -b 16 meadow.wav synth 60 pinknoise amod 0.3 gain -6
sox -R -n -r 250000 -b 16 bat.wav synth 10 sine 20000:90000 gain -6
ls -l ./*.wav

say "2. Imported into a Zarr store: FLAC, AAC and Opus, each verified by reading it back"
show "$bin/zarrwlr" import store.zarr::flac chirp.wav bat.wav
show "$bin/zarrwlr" import store.zarr::aac --codec aac --bitrate 96k meadow.wav
show "$bin/zarrwlr" import store.zarr::opus --codec opus --bitrate 64k --start 2025-05-01T04:00:00+02:00 chirp.wav
show "$bin/zarrwlr" list store.zarr
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

say "5. Any part of a file has the same bytes as in the whole file"
cp audio/flac/chirp.wav whole.wav
show dd if=audio/flac/chirp.wav of=part bs=1 skip=1234567 count=100000 status=none
dd if=whole.wav of=expected bs=1 skip=1234567 count=100000 status=none
show cmp part expected
show cmp whole.wav chirp.wav

say "6. A part of a recording, without mounting anything"
# Without what it says of its time and origin, which sox does not write.
show "$bin/zarrwlr" extract store.zarr flac/chirp.wav --from 30 --to 32 --metadata none -o extracted.wav
sox chirp.wav trimmed.wav trim 30 2
show cmp extracted.wav trimmed.wav

say "7. Unmounted"
show fusermount3 -u audio

cat <<END

Three minutes of generated sound were imported into a store of $(du -sh store.zarr | cut -f1) and mounted at a directory, where each
recording was a WAV file. ffprobe, soxi and sox read these files like any others. 100 000 bytes from the middle of a file were the
same as in a copy of the whole file, and the copy of the FLAC recording was, byte for byte, the WAV file that had been imported.
Nothing is left mounted.
END
