#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# seed_vibcheck.sh DIR - VIBs, and what else ek_kind_of() tells apart
set -eu
cd "$1"
mkdir -p t/usr/lib/vmware/vmkmod
echo x >t/usr/lib/vmware/vmkmod/m
mkvib -o none --payload a:text=t/usr/lib/vmware/vmkmod/m --sums none
mkvib -o sums --payload a:vgz=t/usr/lib/vmware/vmkmod/m --sums new
mkvib -o raw --payload b:text=t/usr/lib/vmware/vmkmod/m --stray a=t/usr/lib/vmware/vmkmod/m
tar -C t -czf driver usr
tar -C t -cf tar usr
rm -r t
printf 'PK\3\4\24\0\10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0axPK\1\2' >zip
