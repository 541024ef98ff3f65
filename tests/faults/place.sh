# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# place.sh - where faults.sh and kill.sh work: $s has what the runs read, $w is the
# directory of one run; both go at the end
: "${BIN:?}" "${FIX:?}" "${TOP:?}"
PATH=$BIN:$FIX:$PATH
LC_ALL=C
TZ=UTC
export PATH LC_ALL TZ
unset SOURCE_DATE_EPOCH
umask 022
top=$(mktemp -d) || exit 99
trap 'rm -rf "$top"' EXIT
s=$top/shared
w=$top/work
export s w
# shellcheck source=tests/faults/inputs.sh
. "$TOP/tests/faults/inputs.sh"
