#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# seed_elf.sh DIR - the files out of the ELF cases
set -eu
mkvmtarcases "$1"
for tar in "$1"/*.tar; do
	case ${tar##*/} in
	elf*) tail -c +513 "$tar" >"${tar%.tar}" ;;
	esac
	rm "$tar"
done
