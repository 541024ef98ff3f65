#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# seed_bundle.sh DIR - the files of bundles of ours, as fuzz_bundle.c has them
set -eu
cd "$1"
mkdir -p t/opt/a
echo x >t/opt/a/x
for n in a b; do
	vib-gen -q --name "$n" --version 1-1 --vendor v --summary s --mtime 0 \
		--target 8.0 --tree "$n=t" -o "$n.vib"
done
for p in 6.7 8.0; do
	esxi-bundle -q --platform "$p" --mtime 400000000 -o z.zip a.vib b.vib
	mkdir x x/metadata
	bsdtar -xf z.zip -C x
	bsdtar -xf x/metadata.zip -C x/metadata
	rm x/metadata.zip
	(cd x && find . -type f | sed 's/..//' | sort | while read -r f; do
		printf '@@%s\n' "$f"
		cat "$f"
	done) >"bundle-$p"
	rm -r x z.zip
done
rm -r t a.vib b.vib
