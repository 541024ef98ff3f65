#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# seed_bulletin.sh DIR - bulletins of a made-up database of 8.0, and small ones
set -eu
cd "$1"
mkdb --shape 8.0 -o db
tar -xzf db --strip-components=4 var/db/esximg/bulletins
rm db
echo '<bulletin><id>x</id><vibList><vibID>a</vibID></vibList></bulletin>' >small
printf '%s' '<bulletin><platforms><softwarePlatform version="7.*"/></platforms>' \
	'<componentNameSpec name="n"/><id>x</id></bulletin>' >half
