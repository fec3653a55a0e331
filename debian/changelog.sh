#!/bin/sh
# Prints debian/changelog, made from CHANGELOG.md: an entry for each release, and a line for each of its items.
#
#   debian/changelog.sh DEBIAN-REVISION DISTRIBUTION
set -eu

cd "$(dirname "$0")/.."
maintainer=$(sed -n 's/^Maintainer: //p' debian/control)
revision=$1
distribution=$2

# The date of a release, as RFC 5322 has it.
mail_date() { LC_ALL=C date -u -d "$1 12:00" '+%a, %d %b %Y %H:%M:%S +0000'; }

close_entry() { [ -z "$released" ] || printf '\n -- %s  %s\n\n' "$maintainer" "$(mail_date "$released")"; }

released=
item=
print_item() {
    [ -z "$item" ] || printf '%s\n' "$item" | sed 's/`//g' | fold -s -w 74 | sed '1s/^/  * /; 2,$s/^/    /; s/ *$//'
    item=
}

while IFS= read -r line; do
    case $line in
    '## ['[0-9]*)
        print_item
        close_entry
        version=${line#*[}
        released=${line##* - }
        printf 'zarrwlr-mount (%s-%s) %s; urgency=medium\n\n' "${version%%]*}" "$revision" "$distribution"
        ;;
    '- '*)
        print_item
        item=${line#- }
        ;;
    '  '*) [ -z "$item" ] || item="$item ${line#  }" ;;
    *) print_item ;;
    esac
done < CHANGELOG.md
print_item
close_entry
