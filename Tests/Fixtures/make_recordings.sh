#!/bin/sh
# Makes the streams in Tests/Fixtures/recordings: long enough for many decode units, each beside
#
#   NAME.sha256   the SHA-256 of its whole decode by an independent tool: interleaved, little-endian, 16 bits
#
# FLAC's is of the source itself; AAC's and Opus's of the ffmpeg command line's decode, Opus's with libopus.
#
# Needs flac, ffmpeg and sox. What encoders write changes with their version: run it to add a fixture, and commit only that.
set -eu
out=$(dirname "$(readlink -f "$0")")/recordings
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
mkdir -p "$out"

# A chirping voice over noise that comes and goes: what encoders code with every tool they have.
sound() { # NAME RATE CHANNELS SECONDS
    sox -R -n -r "$2" -c "$3" -b 16 "$work/$1.wav" synth "$4" sine 300:2400 synth "$4" noise amod 0.7 30 gain -9
}

decode() { # NAME [ffmpeg's input options]
    name=$1
    shift
    ffmpeg -v error -nostdin "$@" -i "$out/$name" -f s16le "$work/decoded"
    sha256sum < "$work/decoded" | cut -d' ' -f1 > "$out/$name.sha256"
    rm "$work/decoded"
}

sound mono 16000 1 3
flac --silent --force --blocksize=576 -o "$out/fixed.flac" "$work/mono.wav"
sox "$work/mono.wav" -t raw - | sha256sum | cut -d' ' -f1 > "$out/fixed.flac.sha256"

sound stereo 44100 2 3
ffmpeg -v error -nostdin -y -i "$work/stereo.wav" -c:a aac -b:a 48k -aac_pns 0 "$out/exact.aac"
decode exact.aac
ffmpeg -v error -nostdin -y -i "$work/stereo.wav" -c:a aac -b:a 48k -aac_pns 1 "$out/noise.aac"
decode noise.aac

sound tones 48000 1 12
ffmpeg -v error -nostdin -y -i "$work/tones.wav" -c:a libopus -b:a 32k -application lowdelay -fflags +bitexact "$out/celt.opus"
decode celt.opus -c:a libopus
ffmpeg -v error -nostdin -y -i "$work/tones.wav" -c:a libopus -b:a 9k -application voip -fflags +bitexact "$out/silk.opus"
decode silk.opus -c:a libopus
