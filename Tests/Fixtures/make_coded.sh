#!/bin/sh
# Makes the coded streams in Tests/Fixtures/coded, each with a file of what independent tools report about it:
#
#   NAME          the stream
#   NAME.golden   first line: SHA-256 of the samples; then one line for each packet: position, bytes, samples
#
# The samples are interleaved and little-endian, in whole bytes; samples of up to 8 bits are unsigned. They are those of the
# source, which `flac` decodes exactly. For AAC and Opus, whose decoders differ between versions, the first line is a dash:
# the tests compare with the installed ffmpeg. A position or a number of samples that the tool does not report is a dash.
#
# Needs flac, ffmpeg, opus-tools and python3. The output of encoders changes with their version: run this to add a fixture,
# and commit only that one.
set -eu
here=$(dirname "$(readlink -f "$0")")
out=$here/coded
tool="python3 $here/make_coded.py"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
mkdir -p "$out"
only=${1:-}

# wanted NAME: whether to make this fixture
wanted() { [ -z "$only" ] || [ "$only" = "$1" ]; }

# packets FILE: the packets of the file, in order
packets() {
    ffprobe -v error -select_streams a:0 -show_entries packet=pos,size,duration -of json "$1" | python3 -c '
import json, sys
for p in json.load(sys.stdin)["packets"]:
    print(p["pos"], p["size"], p.get("duration", "-"))'
}

# flac_fixture NAME CHANNELS BITS RATE SAMPLES [flac's options]
flac_fixture() {
    name=$1 channels=$2 bits=$3 rate=$4 samples=$5
    shift 5
    wanted "$name" || return 0
    $tool sound "$channels" "$bits" "$samples" > "$work/source"
    $tool wave "$channels" "$bits" "$rate" < "$work/source" > "$work/source.wav"
    flac --silent --force --verify --lax --no-padding --channel-map=none "$@" -o "$out/$name" "$work/source.wav"
    flac_golden "$name" "$bits"
}

# flac_golden NAME BITS: writes the golden file for the samples in $work/source
flac_golden() {
    # flac writes raw samples only in whole bytes; --verify compared the others when they were encoded.
    case $2 in 8 | 16 | 24 | 32)
        flac --silent --force --decode --force-raw-format --endian=little --sign=signed -o "$work/decoded" "$out/$1"
        cmp "$work/source" "$work/decoded"
        ;;
    esac
    [ "$2" -gt 8 ] || { $tool unsigned8 < "$work/source" > "$work/unsigned"; mv "$work/unsigned" "$work/source"; }
    { sha256sum < "$work/source" | cut -d' ' -f1; packets "$out/$1"; } > "$out/$1.golden"
}

# lossy_golden NAME: writes the golden file of an AAC or Opus stream
lossy_golden() {
    { echo -; packets "$out/$1"; } > "$out/$1.golden"
}

# aac_fixture NAME CHANNELS RATE BITRATE SAMPLES [ffmpeg's options]
aac_fixture() {
    name=$1 channels=$2 rate=$3 bitrate=$4 samples=$5
    shift 5
    wanted "$name" || return 0
    $tool sound "$channels" 16 "$samples" > "$work/source"
    ffmpeg -v error -y -f s16le -ar "$rate" -ac "$channels" -i "$work/source" -c:a aac -b:a "$bitrate" "$@" \
        -fflags +bitexact -flags +bitexact -f adts "$out/$name"
    lossy_golden "$name"
}

# opusenc_fixture NAME CHANNELS SAMPLES [opusenc's options]
opusenc_fixture() {
    name=$1 channels=$2 samples=$3
    shift 3
    wanted "$name" || return 0
    $tool sound "$channels" 16 "$samples" > "$work/source"
    opusenc --quiet --raw --raw-rate 48000 --raw-chan "$channels" --serial 7 --padding 0 "$@" "$work/source" "$out/$name"
    lossy_golden "$name"
}

# ffmpeg_opus_fixture NAME CHANNELS SAMPLES [ffmpeg's options]
ffmpeg_opus_fixture() {
    name=$1 channels=$2 samples=$3
    shift 3
    wanted "$name" || return 0
    $tool sound "$channels" 16 "$samples" > "$work/source"
    ffmpeg -v error -y -f s16le -ar 48000 -ac "$channels" -i "$work/source" -c:a libopus "$@" \
        -fflags +bitexact -f ogg "$out/$name"
    lossy_golden "$name"
}

flac_fixture mono16.flac 1 16 48000 5000 --blocksize=1024
flac_fixture stereo16.flac 2 16 44100 5000 --blocksize=1152 -8
flac_fixture stereo8.flac 2 8 16000 3000 --blocksize=576
flac_fixture mono12.flac 1 12 22050 3000 --blocksize=1024
flac_fixture stereo20.flac 2 20 96000 2000 --blocksize=1024
flac_fixture stereo24.flac 2 24 88200 2000 --blocksize=1024
flac_fixture mono28.flac 1 28 32000 1000 --blocksize=512
flac_fixture mono32.flac 1 32 48000 1000 --blocksize=512
flac_fixture surround6.flac 6 16 48000 1200 --blocksize=512
flac_fixture surround8.flac 8 24 192000 700 --blocksize=256
flac_fixture ultrasonic250k.flac 1 16 250000 5000 --blocksize=4096
flac_fixture ultrasonic312k5.flac 1 16 312500 3000 --blocksize=1000
flac_fixture highest655350.flac 1 16 655350 3000 --blocksize=1024
flac_fixture odd250001.flac 1 16 250001 2000 --blocksize=1024
flac_fixture seektable.flac 1 16 48000 5000 --blocksize=1024 --seekpoint=4x --padding=200
flac_fixture single.flac 1 16 48000 100

if wanted unknowntotal.flac; then
    $tool unknown-total "$out/mono16.flac" "$out/unknowntotal.flac"
    $tool sound 1 16 5000 > "$work/source"
    flac_golden unknowntotal.flac 16
fi
if wanted variable.flac; then
    $tool sound 2 16 4700 > "$work/source"
    skip=0
    for part in "192 1000" "4096 1500" "577 1700" "1024 500"; do
        set -- $part
        dd if="$work/source" bs=4 skip=$skip count="$2" status=none of="$work/part"
        flac --silent --force --force-raw-format --endian=little --sign=signed --channels=2 --bps=16 \
            --sample-rate=48000 --lax --blocksize="$1" -o "$work/part$skip.flac" "$work/part"
        skip=$((skip + $2))
    done
    $tool variable "$out/variable.flac" "$work/part0.flac" "$work/part1000.flac" "$work/part2500.flac" \
        "$work/part4200.flac"
    flac_golden variable.flac 16
fi

aac_fixture mono.aac 1 48000 64k 12000 -aac_pns 0
aac_fixture stereo.aac 2 44100 96k 12000 -aac_pns 0
aac_fixture noise.aac 2 44100 48k 16000 -aac_pns 1
aac_fixture lowrate.aac 1 8000 16k 12000 -aac_pns 0
aac_fixture surround6.aac 6 48000 192k 6000 -aac_pns 0
aac_fixture surround8.aac 8 48000 256k 6000 -aac_pns 0
aac_fixture pce4.aac 4 48000 128k 6000 -aac_pns 0 -channel_layout quad
if wanted highefficiency.aac; then
    $tool sound 1 16 12000 > "$work/source"
    ffmpeg -v error -y -f s16le -ar 24000 -ac 1 -i "$work/source" -c:a aac -b:a 24k -aac_pns 0 \
        -fflags +bitexact -flags +bitexact -f adts "$work/core.aac"
    $tool sbr "$work/core.aac" "$out/highefficiency.aac"
    lossy_golden highefficiency.aac
fi

# Needs ffmpeg 7, which writes the encoder's delay.
if wanted primed.mkv; then
    $tool sound 1 16 12000 > "$work/source"
    ffmpeg -v error -y -f s16le -ar 48000 -ac 1 -i "$work/source" -c:a aac -b:a 48k -fflags +bitexact "$out/primed.mkv"
fi

opusenc_fixture mono.opus 1 24000 --bitrate 48
opusenc_fixture stereo.opus 2 24000 --bitrate 64
opusenc_fixture short2_5.opus 1 6000 --bitrate 64 --framesize 2.5
opusenc_fixture long60.opus 2 24000 --bitrate 32 --framesize 60
opusenc_fixture speech.opus 1 24000 --bitrate 12 --speech
opusenc_fixture hybrid.opus 1 24000 --bitrate 26 --speech
opusenc_fixture tiny.opus 1 300 --bitrate 48
opusenc_fixture surround6.opus 6 9600 --bitrate 128
opusenc_fixture surround8.opus 8 4800 --bitrate 192
ffmpeg_opus_fixture discrete2.opus 2 9600 -b:a 64k -mapping_family 255
ffmpeg_opus_fixture discrete4.opus 4 9600 -b:a 128k -mapping_family 255
ffmpeg_opus_fixture discrete10.opus 10 2400 -b:a 160k -mapping_family 255
ffmpeg_opus_fixture quad.opus 4 9600 -b:a 96k -channel_layout quad -mapping_family 1
ffmpeg_opus_fixture lowdelay.opus 1 9600 -b:a 48k -application lowdelay -frame_duration 5
if wanted spread.opus; then
    $tool sound 2 16 9600 > "$work/source"
    opusenc --quiet --raw --raw-rate 48000 --raw-chan 2 --serial 7 --padding 0 --bitrate 300 --hard-cbr \
        "$work/source" "$work/dense.opus"
    $tool repage 1 "$work/dense.opus" "$out/spread.opus"
    lossy_golden spread.opus
fi
for gain in -1536 768; do
    wanted "gain$gain.opus" || continue
    $tool gain "$gain" "$out/mono.opus" "$out/gain$gain.opus"
    lossy_golden "gain$gain.opus"
done
