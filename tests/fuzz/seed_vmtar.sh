#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# seed_vmtar.sh DIR - the cases as tars and as vmtars of each generation
set -eu
mkvmtarcases "$1"
mkvmtarcases -l | while read -r name gen _; do
	vmtar-pack -q --generation "$gen" -o "$1/$name-$gen" "$1/$name.tar"
done
