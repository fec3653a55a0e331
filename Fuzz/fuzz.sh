#!/bin/sh
# Fuzzes parsers for some seconds each: fuzz.sh BUILD SECONDS [PARSER...], by default all of them. Each begins with the fixtures that it
# can read, and with what earlier runs have found in BUILD/corpus. The exit status is that of the last parser that failed.
set -eu
build=$1
seconds=$2
shift 2
program=$build/release/zarrwlr-fuzz
fixtures=$(dirname "$(readlink -f "$0")")/../Tests/Fixtures
[ $# -gt 0 ] || set -- $("$program")
# Swift's tagged pointers hide from LeakSanitizer what is still in use.
export ASAN_OPTIONS=detect_leaks=0
status=0
for parser in "$@"; do
    corpus=$build/corpus/$parser
    seeds=$build/seeds/$parser
    mkdir -p "$corpus" "$seeds"
    case $parser in
        flac*) cp "$fixtures"/coded/*.flac "$seeds" ;;
        adts) cp "$fixtures"/coded/*.aac "$seeds" ;;
        mp3) cp "$fixtures"/coded/*.mp[23] "$seeds" ;;
        vorbis) cp "$fixtures"/coded/*.ogg "$seeds" ;;
        opus | opus-packets) cp "$fixtures"/coded/*.opus "$seeds" ;;
        outline) cp "$fixtures"/coded/*.ogg "$fixtures"/coded/*.mkv "$seeds" ;;
        marks)
            for kind in aiff w64; do
                sox -R -n -r 8000 -b 16 "$seeds/tone.$kind" synth 0.02 sine 440
            done
            printf 'FORM\0\0\0\46AIFFMARK\0\0\0\14\0\1\0\1\0\0\0\5\3endCOMT\0\0\0\14\0\1\0\0\0\0\0\1\0\2hi' > "$seeds/marks" ;;
        wave)
            for rate in 8000 96000; do
                sox -R -n -r "$rate" -b 16 "$seeds/$rate.wav" synth 0.02 sine 440
            done ;;
        document) printf '{"zarr_format":3,"node_type":"group","attributes":{"type":"original_audio_file"}}' > "$seeds/group" ;;
        listing) printf '<ListBucketResult><Contents><Key>a/zarr.json</Key><Size>7</Size><ETag>"0"</ETag></Contents><CommonPrefixes><Prefix>b/</Prefix></CommonPrefixes><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken></ListBucketResult>' > "$seeds/page" ;;
        credentials)
            printf '{"AccessKeyId":"a","SecretAccessKey":"b","Token":"c","Expiration":"2026-05-01T06:00:00Z"}' > "$seeds/role"
            printf '<R><S><Credentials><AccessKeyId>a</AccessKeyId><SecretAccessKey>b</SecretAccessKey></Credentials></S></R>' > "$seeds/identity" ;;
        profile) printf '[profile birds]\nregion = eu-central-1\ns3 =\n  addressing_style = path\n' > "$seeds/config" ;;
        address) printf 's3://birds/reserve.zarr::pond' > "$seeds/bucket" ;;
        table) printf 'Selection\tBegin Time (s)\tEnd Time (s)\tBegin File\n1\t0.5\t1.25\ta.wav\n' > "$seeds/raven" ;;
        name) printf 'PAM_20240501_060000.123+0200.wav' > "$seeds/name" ;;
        times) printf '2024-05-01T06:00:00.5+02:00' > "$seeds/time" ;;
    esac
    echo "fuzzing $parser"
    "$program" "$parser" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=0 \
        -verbosity=0 -artifact_prefix="$build/$parser-" "$corpus" "$seeds" || status=$?
done
exit "$status"
