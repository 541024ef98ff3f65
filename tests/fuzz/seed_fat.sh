#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# seed_fat.sh DIR - small file systems, a good one, a circle, a cut one
set -eu
mkfat >"$1/good"
mkfat loop >"$1/loop"
head -c 9000 "$1/good" >"$1/cut"
