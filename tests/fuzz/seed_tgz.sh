#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# seed_tgz.sh DIR - driver packages, good and bad, bare and in gzip
set -eu
for d in gnu ustar pax v7; do
	mkdriver --dialect $d --tar -o "$1/$d.tar"
	mkdriver --dialect $d -o "$1/$d.tgz"
done
for b in dotdot absolute device fifo hardlink dup longname filedir linkout \
	linkabs control sparse nodirs dotslash modes longdir notelf exec; do
	mkdriver --tar --bad $b -o "$1/$b.tar"
done
for b in members cut flip trailing; do
	mkdriver --bad $b -o "$1/$b.tgz"
done
