#!/bin/sh
# Remakes axe.min.js and its licence from the npm registry: update.sh [version]
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm pack --silent --pack-destination "$work" "axe-core@${1:-4.14.1}" >/dev/null
tar -xzf "$work"/*.tgz -C "$work"
cp "$work/package/axe.min.js" axe.min.js
cp "$work/package/LICENSE" axe.LICENSE
