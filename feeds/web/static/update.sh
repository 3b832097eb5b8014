#!/bin/sh
# Remakes pico.classless.min.css and its licence from the npm registry: update.sh [version]
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm pack --silent --pack-destination "$work" "@picocss/pico@${1:-2.1.1}" >/dev/null
tar -xzf "$work"/*.tgz -C "$work"
cp "$work/package/css/pico.classless.min.css" pico.classless.min.css
cp "$work/package/LICENSE.md" pico.LICENSE.md
