# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# lib.sh - sourced by every test of tests/cli; prints TAP
#
#   needs PROGRAM...     leave the whole file out where one is not installed
#   t 'title' 'script'   run script in a directory of its own; ok where it is 0
#   status N command...  ok where command exits with N and nothing else
#   rejected N TEXT command...   the same, with one line that has TEXT ($lines of
#                        them), no output, and no file made or gone
#   man_examples PAGE [SECTION]   run the literal blocks under EXAMPLES of
#                        man/PAGE.1, in order, in this directory; ok where none
#                        fails
#   done_testing         last line of every file
#
# $BIN holds the commands under test, with no other one before it in PATH; $FIX
# the programs that make fixtures; $TOP is the top of the source tree.

set -u
: "${BIN:?set BIN to the directory of the commands}"
: "${FIX:=$BIN/../fix}" "${TOP:=$(cd "${0%/*}/../.." && pwd)}"
PATH=$BIN:$FIX:$PATH
LC_ALL=C
TZ=UTC
export BIN FIX TOP PATH LC_ALL TZ
unset SOURCE_DATE_EPOCH
umask 022
n=0
failed=0
top=$(mktemp -d) || exit 99
trap 'rm -rf "$top"' EXIT

needs() {
	for _program; do
		command -v "$_program" >/dev/null && continue
		echo "1..0 # SKIP $_program is not installed"
		exit 0
	done
}

status() {
	want=$1
	shift
	got=0
	"$@" || got=$?
	[ "$got" -eq "$want" ] && return 0
	echo "status $got, wanted $want: $*" >&2
	return 1
}

t() {
	n=$((n + 1))
	mkdir "$top/$n" || exit 99
	# not as a condition of if: there the shell would ignore set -e
	(set -e; cd "$top/$n"; eval "$2") >"$top/log" 2>&1
	rc=$?
	if [ "$rc" -eq 0 ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		sed 's/^/# /' "$top/log"
		failed=1
	fi
}

rejected() {
	want=$1
	text=$2
	shift 2
	: >../msg
	: >../names
	find . | sort >../names
	status "$want" "$@" >../out 2>../msg
	cat ../msg
	[ ! -s ../out ]
	[ "$(wc -l <../msg)" -eq "${lines:-1}" ]
	grep -q -e "$text" ../msg
	find . | sort | diff ../names -
}

man_examples() {
	awk '/^\.Sh/ { on = /EXAMPLES/; next }
	     on && /^\.Bd -literal/ { block = 1; next }
	     /^\.Ed/ { block = 0 }
	     block' "$TOP/man/$1.${2:-1}" |
		sed 's/\\e/\\/g; s/\\(dq/"/g; s/\\-/-/g; s/\\&//g' >examples.sh
	[ -s examples.sh ] || return 1
	sh -e examples.sh
}

done_testing() {
	echo "1..$n"
	exit "$failed"
}
