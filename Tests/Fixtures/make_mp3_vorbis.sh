#!/bin/sh
# Makes the MP3, MP2 and Ogg Vorbis streams in Tests/Fixtures/coded, and beside each what ffprobe makes of it, as make_coded.sh
# does: NAME.golden has a dash for the samples, which the tests ask the ffmpeg that is there for, then one line a packet:
# position, bytes, duration. freeformat.mp3, which ffprobe cannot read either, has no packets.
#
# Needs ffmpeg, lame, twolame, vorbis-tools and python3. What encoders write changes with their version: run it with the name of
# a fixture to add that one, and commit only it.
set -eu
here=$(dirname "$(readlink -f "$0")")
out=$here/coded
tool="python3 $here/make_coded.py"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
mkdir -p "$out"
only=${1:-}

# wanted NAME: whether to make it
wanted() { [ -z "$only" ] || [ "$only" = "$1" ]; }

# source CHANNELS RATE SAMPLES: $work/source.wav
source() {
    $tool sound "$1" 16 "$3" | $tool wave "$1" 16 "$2" > "$work/source.wav"
}

# golden NAME
golden() {
    {
        echo -
        ffprobe -v error -select_streams a:0 -show_entries packet=pos,size,duration -of json "$out/$1" | python3 -c '
import json, sys
for p in json.load(sys.stdin)["packets"]:
    print(p["pos"], p["size"], p.get("duration", "-"))'
    } > "$out/$1.golden"
}

# lame_fixture NAME CHANNELS RATE SAMPLES [lame's options]
lame_fixture() {
    name=$1
    wanted "$name" || return 0
    source "$2" "$3" "$4"
    shift 4
    lame --quiet "$@" "$work/source.wav" "$out/$name"
    golden "$name"
}

# twolame_fixture NAME CHANNELS RATE SAMPLES [twolame's options]
twolame_fixture() {
    name=$1
    wanted "$name" || return 0
    source "$2" "$3" "$4"
    shift 4
    twolame --quiet "$@" "$work/source.wav" "$out/$name"
    golden "$name"
}

# ffmpeg_fixture NAME CHANNELS RATE SAMPLES [ffmpeg's options]
ffmpeg_fixture() {
    name=$1
    wanted "$name" || return 0
    source "$2" "$3" "$4"
    shift 4
    ffmpeg -v error -nostdin -y -i "$work/source.wav" "$@" -fflags +bitexact -flags +bitexact "$out/$name"
    golden "$name"
}

# oggenc_fixture NAME CHANNELS RATE SAMPLES [oggenc's options]
oggenc_fixture() {
    name=$1
    wanted "$name" || return 0
    source "$2" "$3" "$4"
    shift 4
    oggenc --quiet --serial 7 "$@" -o "$out/$name" "$work/source.wav"
    golden "$name"
}

lame_fixture cbr.mp3 2 44100 18000 -b 128
lame_fixture vbr.mp3 2 48000 18000 -V 6
lame_fixture abr.mp3 1 32000 18000 --abr 56
lame_fixture untagged.mp3 1 44100 12000 -b 64 -t
lame_fixture checksums.mp3 2 44100 12000 -b 96 -p
lame_fixture mpeg2.mp3 2 22050 12000 -b 40
lame_fixture mpeg25.mp3 1 8000 12000 -b 8
lame_fixture tags.mp3 1 44100 6000 -b 64 --tt title --add-id3v2
if wanted freeformat.mp3; then
    source 1 44100 6000
    lame --quiet --freeformat -b 90 -t "$work/source.wav" "$out/freeformat.mp3"
    echo - > "$out/freeformat.mp3.golden"
fi
ffmpeg_fixture lavc.mp3 2 44100 12000 -c:a libmp3lame -b:a 128k
ffmpeg_fixture shine.mp3 2 44100 12000 -c:a libshine -b:a 128k
ffmpeg_fixture mono.mp2 1 48000 12000 -c:a mp2 -b:a 96k
twolame_fixture joint.mp2 2 44100 9000 -b 128 -m j
twolame_fixture dual.mp2 2 32000 9000 -b 96 -m d
twolame_fixture mpeg2.mp2 1 16000 9000 -b 32

oggenc_fixture stereo.ogg 2 44100 30000 -q 3
oggenc_fixture mono.ogg 1 48000 30000 -q 1
oggenc_fixture lowrate.ogg 1 8000 20000 -q 0
oggenc_fixture surround6.ogg 6 48000 9600 -q 2
oggenc_fixture tiny.ogg 1 48000 300 -q 2
ffmpeg_fixture lavc.ogg 2 44100 60000 -c:a libvorbis -q:a 4
