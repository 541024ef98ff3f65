#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# esxi-customize - ISO and packages in, bootable customised ISO out
#
# Each step is one command of esxkit that reads and writes files of a work
# directory. What the commands decide (kinds, names, plans, JSON) is handed on
# as it is; nothing is parsed here but the table of imgdb-edit --names-out.
set -eu

prog=esxi-customize
case $0 in */*) PATH=${0%/*}:$PATH ;; esac
export PATH
tab=$(printf '\t')

usage() {
	cat <<'TEXT'
usage: esxi-customize -o out.iso [--add package]... [--remove vib]...
                      [--level level] [--profile-name name] [--edit]
                      [--mtime time] [--keep dir] [--manifest file]
                      [--force] [-qv] in.iso
       esxi-customize --dry-run [the same] in.iso

Add drivers and other packages to an ESXi install ISO (5.0 to 6.7), or remove
VIBs from it, so that the image boots on BIOS and UEFI and what was added
survives the installation.

  -o, --output out.iso     write the new ISO, in one step
      --add package        add a driver tgz or a .vib, told apart by content;
                           the VIB of its name goes, whatever its version
      --remove vib         remove the VIB of this name
      --level level        set the acceptance level of the image profile
      --profile-name name  rename the image profile
      --edit               unpack each package, run $EDITOR or a shell on its
                           tree, and pack it again
      --mtime time         time of all that is written
      --keep dir           leave the intermediate files in this new directory
  -n, --dry-run            print the plan, write nothing
      --manifest file      write inputs, changes and SHA-256 sums as JSON
      --force              go on where a check that says so found an error
  -q, --quiet              print errors only
  -v, --verbose            print each step
  -h, --help               print this text
  -V, --version            print the version
TEXT
}

complain() {
	printf '%s: %s\n' "$prog" "$*" | LC_ALL=C tr '\001-\011\013-\037\177' '?' >&2
}

# fail STATUS WORDS...
fail() {
	status=$1
	shift
	complain "$@"
	exit "$status"
}

bad_usage() {
	complain "$@"
	echo "Try '$prog --help'." >&2
	exit 2
}

say() {
	$quiet || printf '%s\n' "$*" || exit 3
}

# step COMMAND... - run one step; -v shows it
step() {
	if $verbose; then
		printf '+' >&2
		printf ' %s' "$@" >&2
		echo >&2
	fi
	"$@"
}

# One word for eval.
quote() {
	printf '%s\n' "$1" | sed "s/'/'\\\\''/g; 1s/^/'/; \$s/\$/'/"
}

# plain NAME - as $file, which no command takes for an option or for its input
plain() {
	case $1 in '' | -) bad_usage "'$1' cannot be a file here" ;; -*) file=./$1 ;; *) file=$1 ;; esac
}

make_work() {
	if [ -n "$keep" ]; then
		mkdir -m 700 "$keep" || fail 3 "cannot make '$keep' for --keep"
		work=$keep
		return
	fi
	work=$(mktemp -d "${TMPDIR:-/tmp}/$prog.XXXXXX") ||
		fail 3 "cannot make a directory for intermediate files"
	trap 'rm -rf "$work"' EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

# What of the image the steps need; and which release it is.
read_image() {
	step iso-cat "$iso" /BOOT.CFG >"$work/BOOT.CFG"
	step iso-cat "$iso" /EFI/BOOT/BOOT.CFG >"$work/EFIBOOT.CFG"
	step iso-cat "$iso" /IMGDB.TGZ >"$work/imgdb.in"
	cp "$work/BOOT.CFG" "$work/boot.in"
	cp "$work/EFIBOOT.CFG" "$work/efi.in"
	release=$(step imgdb-info --get esx-version "$work/imgdb.in")
	case $release in
	5.* | 6.*) ;;
	*) fail 1 "'$iso' holds ESXi $release: only images of 5.0 to 6.7 can be" \
		"customised by this version; later ones keep components and layers" \
		"that it does not know" ;;
	esac
}

# edit_vib N - let the user change what is in VIB number N, and make it again
edit_vib() {
	step vib-unpack --trees -C "$work/edit.$1" "$work/$1.vib"
	say "edit '$work/edit.$1', then leave the editor or shell to go on"
	(cd "$work/edit.$1" && eval "${EDITOR:-${SHELL:-/bin/sh}}${EDITOR:+ .}") ||
		fail 1 "the editor failed, nothing was written"
	step vib-gen --unpacked "$work/edit.$1" --target "$release" ${mtime:+--mtime "$mtime"} \
		-o "$work/$1.vib.new"
	mv "$work/$1.vib.new" "$work/$1.vib"
}

# package N FILE - make it $work/N.vib, whatever it is
package() {
	kind=$(step vib-info --kind "$2")
	case $kind in
	driver) step vib-gen ${less:+-q} --driver "$2" --target "$release" \
		${mtime:+--mtime "$mtime"} -o "$work/$1.vib" ;;
	vib) cp "$2" "$work/$1.vib" ;;
	bundle) fail 1 "'$2' is an offline bundle: take its .vib files out (unzip)" \
		"and add those" ;;
	*) fail 1 "'$2' is no driver tgz and no .vib, but: $kind" ;;
	esac
	if $edit; then edit_vib "$1"; fi
	step vib-info --id "$work/$1.vib" >"$work/$1.id"
}

# The database: $work/plan is for people, $work/names for the next steps. Its
# columns are VIB id, payload, file name, what happened, and module or file.
edit_database() {
	i=0
	while [ "$i" -lt "$n" ]; do
		i=$((i + 1))
		set -- "$@" --add "$work/$i.vib"
	done
	set -- --target "$release" ${force:+--force} ${mtime:+--mtime "$mtime"} \
		"$@" "$work/imgdb.in"
	step imgdb-edit --plan "$@" >"$work/plan"
	step imgdb-edit --plan --json "$@" >"$work/plan.json"
	step imgdb-edit -q -o "$work/IMGDB.TGZ" --names-out "$work/names" "$@"
	when=$(imgdb-info --get modifiedtime "$work/IMGDB.TGZ")
}

# The same edit of both boot.cfg, and the files of the new modules by name.
edit_boot() {
	mkdir "$work/root"
	step bootcfg-edit -i --names "$work/names" "$work/BOOT.CFG" \
		"$work/EFIBOOT.CFG" >"$work/modules"
	i=0
	while [ "$i" -lt "$n" ]; do
		i=$((i + 1))
		step vib-unpack --names "$work/names" -C "$work/root" "$work/$i.vib"
	done
}

# All that changed goes onto the disc; new members take the database's time.
rebuild() {
	set --
	cmp -s "$work/imgdb.in" "$work/IMGDB.TGZ" ||
		set -- --add "/IMGDB.TGZ=$work/IMGDB.TGZ"
	cmp -s "$work/boot.in" "$work/BOOT.CFG" ||
		set -- "$@" --add "/BOOT.CFG=$work/BOOT.CFG"
	cmp -s "$work/efi.in" "$work/EFIBOOT.CFG" ||
		set -- "$@" --add "/EFI/BOOT/BOOT.CFG=$work/EFIBOOT.CFG"
	for file in "$work/root"/*; do
		[ ! -f "$file" ] || set -- "$@" --add "/${file##*/}=$file"
	done
	cp "$work/names" "$work/names.again"
	while IFS=$tab read -r _ _ name what kind; do
		[ "$what/$kind" = removed/module ] || continue
		grep -qF "$tab$name${tab}added$tab" "$work/names.again" ||
			set -- "$@" --remove "/$name"
	done <"$work/names"
	step iso-rebuild ${less:+-q} -o "$out" --json ${force:+--force} --mtime "$when" "$@" \
		"$iso" >"$work/iso.json"
}

# What a person must know before the image is used.
advice() {
	i=0
	case $release in 5.* | 6.0*) i=$n ;; esac # they know no Secure Boot
	while [ "$i" -lt "$n" ]; do
		i=$((i + 1))
		if vib-info --signed "$work/$i.vib"; then continue; fi
		say "Secure Boot: '$(cat "$work/$i.id")' is not signed; with UEFI Secure" \
			"Boot on, ESXi 6.5 and later stops at boot (Failed to verify" \
			"signatures of the following vib(s)). Switch it off there."
		break
	done
	if iso-cat -t "$iso" /UPGRADE/METADATA.ZIP >/dev/null 2>&1; then
		say "UPGRADE/METADATA.ZIP still shows the original: Update Manager and" \
			"Lifecycle Manager do not see the change when they import the" \
			"disc; installing or upgrading by booting it does."
	fi
}

# The documents of the commands, one behind the other as they are.
write_manifest() {
	vib-info --kind --json "$iso" "$@" "$out" >"$work/inventory.json"
	bootcfg-edit --list --json "$work/BOOT.CFG" >"$work/boot.json"
	{
		printf '{\n"esxkit": "@VERSION@"'
		for part in inventory plan boot iso; do
			printf ',\n"%s": ' "$part"
			cat "$work/$part.json"
		done
		echo '}'
	} >"$work/manifest"
	if [ -e "$manifest" ] && [ ! -f "$manifest" ]; then
		cat "$work/manifest" >"$manifest" # a device, a pipe
		return
	fi
	! iso-cat "$manifest" >/dev/null 2>&1 ||
		fail 3 "'$manifest' is an image, which no manifest replaces; the ISO is complete"
	cp "$work/manifest" "$manifest.$$" && mv "$manifest.$$" "$manifest" && return
	rm -f "$manifest.$$"
	fail 3 "cannot write '$manifest'; the ISO is complete"
}

out='' iso='' keep='' manifest='' packages='' wishes='' force='' mtime='' less=''
dry=false edit=false quiet=false verbose=false
while [ $# -gt 0 ]; do
	first='' rest=${1#-?}
	case $1 in # words that getopt takes for two; flags take no value
	--[aklmopr]*=*) first=${1%%=*} rest=${1#*=} ;;
	-o?*) first=-o ;;
	-[nqvhV][!-]*) first=${1%"$rest"} rest=-$rest ;;
	esac
	[ -z "$first" ] || { shift; set -- "$first" "$rest" "$@"; }
	case $1 in
	-o | --output | --add | --remove | --level | --profile-name | --mtime | \
		--keep | --manifest)
		[ $# -ge 2 ] || bad_usage "option '$1' needs a value"
		case $1 in
		-o | --output) plain "$2" && out=$file ;;
		--add) plain "$2" && packages="$packages $(quote "$file")" ;;
		--mtime) mtime=$2 ;;
		--keep) plain "$2" && keep=$file ;;
		--manifest) plain "$2" && manifest=$file ;;
		*) wishes="$wishes $1 $(quote "$2")" ;;
		esac
		shift ;;
	--edit) edit=true ;;
	-n | --dry-run) dry=true ;;
	--force) force=yes ;;
	-q | --quiet) quiet=true less=yes ;;
	-v | --verbose) verbose=true ;;
	-h | --help) usage || exit 3; exit 0 ;;
	-V | --version) echo "$prog @VERSION@" || exit 3; exit 0 ;;
	--) shift; break ;;
	-?*) bad_usage "bad option '$1'" ;;
	*)
		[ -z "$iso" ] || bad_usage "more than one ISO: '$iso', '$1'"
		iso=$1 ;;
	esac
	shift
done
set -- ${iso:+"$iso"} "$@"
[ $# -gt 0 ] || bad_usage "no ISO given"
[ $# -eq 1 ] || bad_usage "more than one ISO: '$1', '$2'"
plain "$1" && iso=$file
[ -n "$out" ] || $dry || bad_usage "no output: give -o, or --dry-run"
[ -n "$packages$wishes" ] || bad_usage "nothing to do: give --add, --remove," \
	"--level or --profile-name"
case ${manifest:-/} in "$iso" | "$out") bad_usage "--manifest '$manifest' is an image" ;; esac

make_work
read_image
eval "set -- $packages"
n=0
for file in "$@"; do
	n=$((n + 1))
	package "$n" "$file"
done
eval "edit_database $wishes"
edit_boot
if ! $quiet || $dry; then cat "$work/plan" "$work/modules" || exit 3; fi
if $dry; then exit 0; fi
rebuild
advice
[ -z "$manifest" ] || eval "write_manifest $packages"
say "wrote '$out': ESXi $release, both boot entries proved"
