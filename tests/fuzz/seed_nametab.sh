# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# seed_nametab.sh DIR - tables of names as imgdb-edit --names-out has them
set -eu
cd "$1"
row() {
	printf '%s\t%s\t%s\t%s\t%s\n' "$@"
}
{ row V_bootbank_a_1-1 a a.v00 added module
	row V_bootbank_b_1-1 b b.b00 kept boot
	row V_locker_c_1-1 c c.t00 removed file
	row V_bootbank_d_1-1 d D.V00 removed module; } >rows
# one comes where another went
{ row V_bootbank_a_1-1 a a.v00 removed module
	row V_bootbank_a_2-1 a A.V00 added module
	row V_bootbank_e_1-1 e e.v00 added module; } >update
printf 'V_bootbank_a_1-1\ta\ta.v00\tkept\n' >four
: >empty
