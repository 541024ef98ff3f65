#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# seed_gzip.sh DIR - gzip files of every shape, good and bad
set -eu
cd "$1"
: | gzip -n >empty
echo hello | gzip -n1 >one
echo hello | gzip -9 >named
cat one empty >two
{ cat one; printf 'x'; } >trailing
{ cat one; head -c 512 /dev/zero; } >padded
head -c 20 one >cut-short
head -c 100000 /dev/zero | gzip -n9 >zeros
awk 'BEGIN { for (i = 0; i < 3000; i++) print i * i }' | gzip -n6 >text
printf '\037\213\010\037\0\0\0\0\0\003\002\0ab name\0 comment\0cc' >flags
