#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# completion.sh - what bash offers behind every command
# shellcheck disable=SC2016 # the bodies are expanded by t
. "${0%/*}/lib.sh"

needs bash
completion=$BIN/../completion/esxkit
export completion

# offer WORD... - the words that are offered for the last one, sorted. compopt
# works in a shell at a terminal only, and says so: it is put aside.
offer() {
	bash -c 'compopt() { :; }
		. "$completion"
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		spec=$(complete -p "$1") || exit 1
		[[ $spec =~ -F\ ([^\ ]+) ]] || exit 1
		"${BASH_REMATCH[1]}" "$1" "${@: -1}" "${@: -2:1}"
		[ "${#COMPREPLY[@]}" -eq 0 ] || printf "%s\n" "${COMPREPLY[@]}"' \
		offer "$@" | LC_ALL=C sort
}

# offered WORD... -- WANTED... - exactly these
offered() {
	printf '%s\n' "$@" | sed '1,/^--$/d' | sort >want
	words=$#
	for w; do
		shift
		[ "$w" != -- ] || break
		set -- "$@" "$w"
	done
	# what was behind "--" is in front now
	words=$((words - $(wc -l <want) - 1))
	while [ "$#" -gt "$words" ]; do shift; done
	offer "$@" >got
	diff want got
}

# page_options PAGE - options that the lists under DESCRIPTION define
page_options() {
	sed -n '/^\.Sh DESCRIPTION/,/^\.Sh [^D]/p' "$TOP/man/$1.1" |
		sed -e ':again' -e '/\\$/{N;s/\\\n//;b again' -e '}' |
		sed -n 's/^\.It \(Fl .*\)/\1/p' | tr ',' '\n' |
		sed -n 's/^ *Fl \([A-Za-z0-9-]*\).*/-\1/p' | sort -u
}

t 'every option of the manual page is offered, and no other' '
	for c in "$BIN"/*; do
		c=${c##*/}
		offer "$c" - >got
		page_options "$c" >page
		[ -s page ]
		# -h and -V of vmtar, levels of vmtar-pack: not in the help
		grep -vx -e -h -e --help -e -V -e --version got >got.less
		grep -vx -e -h -e --help -e -V -e --version -e "-[0-9]" page >page.less
		diff page.less got.less || { echo "at fault: $c"; exit 1; }
	done
'

t 'no command is left out' '
	for c in "$TOP"/cmd/*; do
		c=${c##*/}
		offer "${c%.*}" - | grep -q -e "^-"
	done
'

t 'options that begin so' '
	offered imgdb-edit --pro -- --profile-description --profile-name --profile-vendor
	offered vib-info --no-such | cmp - /dev/null
'

mkdir "$top/files"
(
	cd "$top/files" || exit
	mkdir dir 'a dir'
	touch a.iso B.ISO x.vib y.VIB d.tgz o.zip s.v00 S.V01 b.b00 k.pem BOOT.CFG \
		'with blank.iso' read.me
)
files=$top/files
export files

t 'operands by the suffix that the command takes, in either case' '
	cd "$files"
	offered iso-cat "" -- dir "a dir" a.iso B.ISO "with blank.iso"
	offered esxi-customize -o out.iso "" -- dir "a dir" a.iso B.ISO "with blank.iso"
	offered vib-check "" -- dir "a dir" x.vib y.VIB
	offered vmtar-unpack s -- s.v00
	offered vmtar-unpack "" -- dir "a dir" d.tgz s.v00 S.V01 b.b00
	offered esxi-bundle "" -- dir "a dir" x.vib y.VIB a.iso B.ISO "with blank.iso" o.zip
	offered bootcfg-edit B -- BOOT.CFG
'

t 'values by their name in the help' '
	cd "$files"
	offered esxi-customize --add "" -- dir "a dir" x.vib y.VIB d.tgz o.zip
	offered esxi-customize -o "" -- dir "a dir" a.iso B.ISO "with blank.iso"
	offered vib-gen --rehash "" -- dir "a dir" x.vib y.VIB
	offered vib-gen --driver d -- d.tgz dir
	offered vib-check --ca "" -- dir "a dir" k.pem
	offered vib-unpack -C "" -- dir "a dir"
	offered vib-unpack --directory "" -- dir "a dir"
	offered bootcfg-edit --firmware "" -- bios uefi
	offered vib-gen --type l -- locker
	offered imgdb-edit --level p -- partner
	offered vib-check --target 8 -- 8.0
	offered vib-gen --overlay "" -- false true
'

# bash cuts words at "=" and ":"
t 'behind = too' '
	cd "$files"
	offered iso-rebuild --add /X = rea -- read.me
	offered vib-gen --rehash = x -- x.vib
	offered vib-gen --rehash = -- dir "a dir" x.vib y.VIB
	offered vib-gen --payload p : vgz = s -- s.v00
'

t 'all files where none has the suffix' '
	mkdir sub
	touch image driver
	offered iso-cat "" -- driver image sub want got
	offered vib-check dr -- driver
'

t 'a flag takes no value: what follows is an operand' '
	cd "$files"
	offered imgdb-info --boot-order "" -- dir "a dir" d.tgz
	offered vib-info --json x -- x.vib
'

t 'the command is the one that was typed, by its path as well' '
	cd "$files"
	mkdir -p "$top/other"
	printf "%s\n" "#!/bin/sh" "echo \"usage: vib-info [--other b]\"" >"$top/other/vib-info"
	chmod 755 "$top/other/vib-info"
	bash -c ". \"\$completion\"
		COMP_WORDS=(\"\$1\" --o) COMP_CWORD=1
		_esxkit \"\$1\"
		[ \"\${COMPREPLY[*]}\" = --other ]" x "$top/other/vib-info"
'

done_testing
