#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# seed_ar.sh DIR - archives by mkvib and by GNU ar
set -eu
cd "$1"
echo x >a
echo y >a-name-that-is-longer-than-sixteen
mkvib -o plain --payload a:vgz=a --payload b:text=a
mkvib -o slash --slash --mode 0o0 --payload a:text=a
ar rcD gnu a a-name-that-is-longer-than-sixteen
rm a a-name-that-is-longer-than-sixteen
