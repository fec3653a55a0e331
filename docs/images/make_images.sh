#!/bin/sh
# Makes the pictures of the README from generated sound.
#
#   docs/images/make_images.sh DIRECTORY-OF-THE-PROGRAMS
set -eu

bin=$(readlink -f "$1")
here=$(dirname "$(readlink -f "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# A quiet night with a bird's calls that rise, a cricket's trill, and a bat that comes by.
sox -R -n -r 48000 -b 16 -c 1 wind.wav synth 60 pinknoise gain -40
sox -R -n -r 48000 -b 16 -c 1 call.wav synth 0.5 sine 2200:3600 fade h 0.05 0.5 0.1 gain -22 pad 0 2.5 repeat 19
sox -R -n -r 48000 -b 16 -c 1 trill.wav synth 60 sine 5400 tremolo 18 90 gain -38
sox -R -n -r 48000 -b 16 -c 1 bat.wav synth 0.012 sine 23000:17000 fade h 0.002 0.012 0.004 gain -18 pad 24 0.088
sox -R -n -r 48000 -b 16 -c 1 pulse.wav synth 0.012 sine 23000:17000 fade h 0.002 0.012 0.004 gain -18 pad 0 0.088 repeat 79
sox -R bat.wav pulse.wav bats.wav
sox -R -m -v 1 wind.wav -v 1 call.wav -v 1 trill.wav -v 1 bats.wav night_0412.wav trim 0 60

"$bin/zarrwlr" import night.zarr night_0412.wav --start 2025-05-01T23:59:40+02:00 --quiet
"$bin/zarrwlr" spectrogram night.zarr 0 --width 960 --height 480 --colours magma --catalogue off -o picture.png
# The pictures of the programs are not compressed.
ffmpeg -v error -y -i picture.png -compression_level 9 -pred mixed "$here/spectrogram.png"
ls -l "$here/spectrogram.png"
