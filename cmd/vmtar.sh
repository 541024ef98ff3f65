#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# vmtar.sh - the option letters of VMware's vmtar, over vmtar-pack and
#            vmtar-unpack
set -u
prog=vmtar

usage() {
	cat <<'END'
usage: vmtar -c tar -o out [-v]
       vmtar -x vtar -o out
       vmtar -t [-v] <vtar

Make a vmtar of a tar or tgz (-c), a tar of a vmtar (-x), or list a vmtar on
standard input (-t), as VMware's own program of ESXi 6.7 does.
END
}

# Arguments may hold anything: keep them from driving the terminal.
complain() {
	printf '%s: %s' "$prog" "$1" | LC_ALL=C tr '\001-\037\177' '?' >&2
	echo >&2
}

fail() {
	complain "$1"
	exit 255
}

bad_usage() {
	complain "$1"
	usage >&2
	exit 255
}

# The command beside this script, else the one in PATH.
find_command() {
	case $0 in
	*/*) [ -x "${0%/*}/$1" ] && { printf '%s\n' "${0%/*}/$1"; return; } ;;
	esac
	command -v "$1" || fail "$1 is neither beside vmtar nor in PATH"
}

# One cluster of letters, the next word in $2; true where that was used up.
cluster() {
	letters=$1
	while [ -n "$letters" ]; do
		rest=${letters#?}
		letter=${letters%"$rest"}
		letters=$rest
		case $letter in
		v) verbose=-v ;;
		t) mode=t; letters= ;; # what is attached is ignored
		x | c | o)
			used=0
			if [ -z "$rest" ]; then
				[ "$#" -ge 2 ] ||
					bad_usage "option -$letter needs a value"
				rest=$2
				used=1
			fi
			case $letter in
			o) out=$rest have_out=1 ;;
			*) mode=$letter in=$rest ;;
			esac
			[ "$used" -eq 1 ] && return 0
			return 1
			;;
		*) bad_usage "unknown option -$letter" ;;
		esac
	done
	return 1
}

mode='' in='' out='' have_out=0 verbose=''
while [ "$#" -gt 0 ]; do
	case $1 in
	--) break ;;
	-h | --help) usage || exit 255; exit 0 ;;
	-V | --version) echo "$prog @VERSION@" || exit 255; exit 0 ;;
	--*) bad_usage "unknown option $1" ;;
	-?*)
		word=${1#-}
		shift
		if cluster "$word" "$@"; then
			shift
		fi
		;;
	*) shift ;; # other words are ignored
	esac
done

case $mode in
'') bad_usage 'one of -c, -x and -t must be given' ;;
t)
	unpack=$(find_command vmtar-unpack) || exit 255
	"$unpack" -t ${verbose:+"$verbose"} || exit 255
	exit 0
	;;
esac
[ "$have_out" -eq 1 ] || bad_usage 'option -o must be given'
[ -n "$in" ] || fail "the input has an empty name"
[ -n "$out" ] || fail "the output has an empty name"
# a file of that name, where the commands would take "-" for a stream
case $in in -*) in=./$in ;; esac
case $out in -*) out=./$out ;; esac
if [ "$mode" = c ]; then
	pack=$(find_command vmtar-pack) || exit 255
	"$pack" --generation 6.7 ${verbose:+"$verbose"} -o "$out" "$in" ||
		exit 255
else
	unpack=$(find_command vmtar-unpack) || exit 255
	"$unpack" --tar -o "$out" "$in" || exit 255
fi
