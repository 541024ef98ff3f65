#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# pipes.sh - the commands in pipes; run in a directory with in.iso, net-acme.vib
#            and a.v00
set -eu

# what the database would look like with one more VIB
iso-cat in.iso /IMGDB.TGZ | imgdb-edit --add net-acme.vib | imgdb-info

# what is in a module of the disc
iso-cat in.iso /S.V00 | vmtar-unpack -t

# take a file out of a module
vmtar-unpack --tar a.v00 | tar --delete -f - etc/x | vmtar-pack -z >b.v00
