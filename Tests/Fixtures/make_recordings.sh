#!/bin/sh
# Makes the streams in Tests/Fixtures/recordings, which are long enough for many decode units. The FLAC stream comes with:
#
#   NAME.sha256   the SHA-256 of the samples of its source: interleaved, little-endian, 16 bits
#
# Decoders of AAC, MP3, Opus and Vorbis differ between versions: the tests compare with the installed ffmpeg.
#
# Needs flac, ffmpeg, sox and vorbis-tools. The output of encoders changes with their version: run this to add a fixture, and
# commit only that one.
set -eu
out=$(dirname "$(readlink -f "$0")")/recordings
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
mkdir -p "$out"

# A chirp over noise of varying level, so that encoders use all of their coding tools.
sound() { # NAME RATE CHANNELS SECONDS
    sox -R -n -r "$2" -c "$3" -b 16 "$work/$1.wav" synth "$4" sine 300:2400 synth "$4" noise amod 0.7 30 gain -9
}

sound mono 16000 1 3
flac --silent --force --blocksize=576 -o "$out/fixed.flac" "$work/mono.wav"
sox "$work/mono.wav" -t raw - | sha256sum | cut -d' ' -f1 > "$out/fixed.flac.sha256"

sound stereo 44100 2 3
ffmpeg -v error -nostdin -y -i "$work/stereo.wav" -c:a aac -b:a 48k -aac_pns 0 "$out/exact.aac"
ffmpeg -v error -nostdin -y -i "$work/stereo.wav" -c:a aac -b:a 48k -aac_pns 1 "$out/noise.aac"

sound tones 48000 1 12
ffmpeg -v error -nostdin -y -i "$work/tones.wav" -c:a libopus -b:a 32k -application lowdelay -fflags +bitexact "$out/celt.opus"
ffmpeg -v error -nostdin -y -i "$work/tones.wav" -c:a libopus -b:a 9k -application voip -fflags +bitexact "$out/silk.opus"

ffmpeg -v error -nostdin -y -i "$work/stereo.wav" -c:a libmp3lame -q:a 7 -fflags +bitexact "$out/reservoir.mp3"
ffmpeg -v error -nostdin -y -i "$work/tones.wav" -t 3 -c:a mp2 -b:a 56k -fflags +bitexact "$out/layer2.mp2"

# Clicks make the encoder of Vorbis change between its two lengths of blocks.
sound breaths 16000 1 11
sox -R -n -r 16000 -c 1 -b 16 "$work/beats.wav" synth 11 square 1.5 gain -12
sox -R -m "$work/breaths.wav" "$work/beats.wav" -b 16 "$work/clicks.wav" gain -3
oggenc --quiet --serial 7 -q 2 -o "$out/clicks.ogg" "$work/clicks.wav"
