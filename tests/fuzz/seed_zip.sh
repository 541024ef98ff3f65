#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# seed_zip.sh DIR - zips of every form that is read, and of some that are not
set -eu
cd "$1"
mkzip >empty
mkzip 'a text=hello' >stored
mkzip 'index.xml text=<x/> method=8' 'vib20/a/a.vib fill=3000 method=8' >two
mkzip 'd/ method=8 desc=16' 'd/a fill=100 method=8 desc=12' \
	'b text=x desc=16' >described
mkzip 'd/ by=3 mode=040755' 'd/a by=3 mode=0100644 extra=9 comment=5' >unix
mkzip 'a text=x desc=24' >zip64
mkzip 'a text=x' 'A text=x' >twice
mkzip 'a text=x' 'a/b text=x' >below
mkzip '../a text=x' >dotdot
mkzip 'a text=x by=3 mode=0120777' >symlink
mkzip 'a text=x flags=1' >encrypted
mkzip 'a text=x method=12' >bzip2
mkzip 'a text=x gap=3' 'b text=y' >gap
mkzip 'a text=x local=b' >names
