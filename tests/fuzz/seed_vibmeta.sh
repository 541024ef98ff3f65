#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# seed_vibmeta.sh DIR - files of options, good and bad
cd "$1" || exit 1
printf '# c\n\nname = a\nversion=1.0-1\r\nvendor =  v \ntag = x\ntag = y\n' >plain
printf 'payload = p:vgz:3:a.v00=f\ntree = t:tgz=d\ndepends = x >= 1.0\nurl = k=u\n' >lists
printf 'any-files = true\nlevel = partner\ntarget = 8.0\noverlay = 1\n' >flags
printf 'name = a\nname = b\n' >twice
