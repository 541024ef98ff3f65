#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# seed_vibcheck.sh DIR - the VIBs of seed_vib.sh, and what is inside a payload
set -eu
sh "${0%/*}/seed_vib.sh" "$1"
cd "$1"
mkdir -p t/opt/acme
echo x >t/opt/acme/a
vib-gen -q --name a --version 1-1 --vendor acme --summary s --description d \
	--tree a=t --mtime 0 -o packed
vib-gen -q --name a --version 1-1 --vendor acme --summary s --description d \
	--target 9.0 --tree a:vzstd=t --mtime 0 -o zstd
rm -r t
