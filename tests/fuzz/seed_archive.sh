#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# seed_archive.sh DIR - vmtar and tar, bare and in gzip
set -eu
cd "$1"
set -- '5 name=etc/ mode=755' '0 name=etc/x data=hello' '0 name=e' \
	'7 name=lib data=\177ELF text=4096,2,1' '2 name=s link=../x' \
	'1 name=h link=etc/x' 'L name=././@LongLink data=long/name\000' \
	'0 name=n data=x' 'K name=././@LongLink data=target\000' '2 name=k link=t'
mkrec -v -a 512 "$@" >bare.v00
mkrec -v -a 512 '0 name=a data=aaa place=2048' '0 name=b data=bb' >back.v00
gzip -nc bare.v00 >gz.v00
mkrec "$@" >bare.tar
gzip -nc bare.tar >gz.tgz
mkrec -v -a 512 '0 name=a data=x' '0 name=a/b data=y' '2 name=l link=.' \
	'3 name=c' >bad.v00
head -c 1024 /dev/zero >empty
