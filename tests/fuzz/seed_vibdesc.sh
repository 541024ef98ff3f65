#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# seed_vibdesc.sh DIR - descriptors with every element
set -eu
cd "$1"
echo x >data
mkvib --print -o plain
mkvib --print -o full --level partner --file opt/b --file opt/a \
	--depends 'x >= 1.0' --conflicts y --replaces 'z << 2' --provides 'p = 1' \
	--tag driver --tag module --url k=http://x/ --maint false --live \
	--stateless --overlay --payload a:vgz:1:a.v00=data --payload b:text=data
rm data
{
	printf '<vib><name>\303\244</name><release-date>2020-01-02 03:04:05.5Z'
	printf '</release-date><installdate>2020-01-02T03:04:05</installdate>'
	printf '<system-requires><maintenance-mode on-install="0">1'
	printf '</maintenance-mode><hwplatform vendor="&#10;x" model="y"/>'
	printf '<softwarePlatform version="8.0"/></system-requires></vib>'
} >odd
