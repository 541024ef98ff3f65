# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# esxkit.bash - completion of all commands of esxkit
#
# Options, and what their values are, come from the --help of the command that
# is completed: there is no list here to keep. A value's name there tells what
# it may be (out.iso, dir, level, bios|uefi). Where no file has the suffix that
# is looked for, all files are offered: content decides, not the name. Nothing
# but bash 4.2 is needed.

# _esxkit_note OPTIONS VALUE - "-o, --output" and "out"; '' as value: a flag
_esxkit_note() {
	local o

	for o in ${1//,/ }; do
		[[ ${_esxkit_value[$o]-} ]] || _esxkit_value[$o]=$2
	done
}

# _esxkit_usage TEXT - what stands before the first empty line, folded to one.
# What is no option and no value of one names the operands.
_esxkit_usage() {
	local rest=$1 option value
	local re='(^|[^[:alnum:]-])(--?[A-Za-z0-9][A-Za-z0-9-]*)(.*)$'

	while [[ $rest =~ $re ]]; do
		option=${BASH_REMATCH[2]}
		_esxkit_operands+=" ${rest%"$option${BASH_REMATCH[3]}"}"
		rest=${BASH_REMATCH[3]} value=
		if [[ $rest =~ ^\ ([^][|\ -][^]\ ]*) ]]; then
			value=${BASH_REMATCH[1]}
			rest=${rest#" $value"}
		elif [[ $option == --* ]]; then
			_esxkit_flag[$option]=1
		fi
		if [[ $option == --* ]]; then
			_esxkit_note "$option" "$value"
			continue
		fi
		while [[ ${#option} -gt 2 ]]; do # [-fqv]
			_esxkit_note "-${option:1:1}" ''
			option=-${option:2}
		done
		_esxkit_note "$option" "$value"
	done
	_esxkit_operands+=" $rest"
}

# _esxkit_list LINE - "  -o, --output out    text": two blanks cut the columns,
# and those that begin with a hyphen say what an option is
_esxkit_list() {
	local rest=$1 column
	local cut='^  +([^ ]+( [^ ]+)*)(.*)$'
	local define='^((--?[A-Za-z0-9][a-z0-9-]*(, )?)+)( ([^ -][^ ]*))?(.*)$'

	while [[ $rest =~ $cut ]]; do
		column=${BASH_REMATCH[1]} rest=${BASH_REMATCH[3]}
		while [[ $column =~ $define ]]; do
			column=${BASH_REMATCH[6]# }
			_esxkit_note "${BASH_REMATCH[1]}" "${BASH_REMATCH[5]}"
		done
	done
}

# _esxkit_read COMMAND - ask it; the answers are variables of the caller
_esxkit_read() {
	local line usage='' first=1 option
	local -A _esxkit_flag=()

	while IFS= read -r line; do
		[[ $line ]] || first=
		if [[ $first ]]; then usage+=" $line"; else _esxkit_list "$line"; fi
	done < <("$1" --help 2>/dev/null </dev/null)
	while [[ $usage == *'  '* ]]; do usage=${usage//  / }; done
	_esxkit_usage "$usage"
	# in a narrow list the text may look like a value; usage lines are exact
	for option in "${!_esxkit_flag[@]}"; do
		_esxkit_value[$option]=
	done
}

# _esxkit_files [SUFFIX...] - files that end so, and directories; all files
# where none does
_esxkit_files() {
	local file suffix list=() found=

	mapfile -t list < <(compgen -f -- "$cur")
	for file in "${list[@]}"; do
		if [[ -d $file ]]; then
			COMPREPLY+=("$file")
			continue
		fi
		for suffix; do
			# shellcheck disable=SC2053 # a pattern
			if [[ ${file,,} == *.$suffix ]]; then
				COMPREPLY+=("$file") found=1
				break
			fi
		done
	done
	[[ $found ]] || COMPREPLY=("${list[@]}")
	compopt -o filenames 2>/dev/null
}

_esxkit_words() {
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}

# _esxkit_kinds NAME... - suffixes that the names of values stand for
_esxkit_kinds() {
	local name

	kinds=()
	for name; do
		name=${name%...}
		case $name in
		iso | image) kinds+=(iso) ;;
		vib) kinds+=(vib) ;;
		package) kinds+=(tgz vib zip) ;;
		pem | cert) kinds+=(pem crt) ;;
		tar) kinds+=(tar tgz 'tar.*') ;;
		vtar) kinds+=('[a-z][0-9][0-9]' vtar) ;;
		*.iso | *.vib | *.zip | *.tgz | *.xml | *.img | *.html)
			kinds+=("${name##*.}") ;;
		file) # said by the name of the command alone
			case ${command##*/} in
			vib-*) kinds+=(vib) ;;
			imgdb-*) kinds+=(tgz) ;;
			bootcfg-*) kinds+=(cfg) ;;
			vmtar-*) kinds+=('[a-z][0-9][0-9]' tgz vtar vgz) ;;
			esxi-*) kinds+=(iso) ;;
			esac ;;
		esac
	done
}

# _esxkit_fill NAME - complete a value of this name
_esxkit_fill() {
	local kinds=()

	case $1 in
	dir) mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		compopt -o filenames 2>/dev/null ;;
	release) _esxkit_words '5.0 5.1 5.5 6.0 6.5 6.7 7.0 8.0 9.0' ;;
	level) _esxkit_words 'community partner accepted certified' ;;
	b) _esxkit_words 'true false' ;;
	*=* | *\<*) _esxkit_files ;;
	*\|*) _esxkit_words "${1//|/ }" ;;
	file) _esxkit_files ;;
	*) _esxkit_kinds "$1"
		_esxkit_files "${kinds[@]}" ;;
	esac
}

_esxkit() {
	local command=${1/#\~\//$HOME/} cur=${COMP_WORDS[COMP_CWORD]}
	local prev=${COMP_WORDS[COMP_CWORD-1]} _esxkit_operands='' kinds=()
	local -A _esxkit_value=()

	COMPREPLY=()
	_esxkit_read "$command"
	if [[ $cur == = ]]; then # --option= and path=
		cur=
	elif [[ $prev == = && $COMP_CWORD -gt 1 ]]; then
		prev=${COMP_WORDS[COMP_CWORD-2]}
	fi
	if [[ $prev == -* && ${_esxkit_value[$prev]-} ]]; then
		_esxkit_fill "${_esxkit_value[$prev]}"
	elif [[ $cur == -* ]]; then
		_esxkit_words "${!_esxkit_value[*]}"
	else
		read -ra kinds <<<"${_esxkit_operands//[][|<:]/ }"
		_esxkit_kinds "${kinds[@]}"
		_esxkit_files "${kinds[@]}"
	fi
}

# shellcheck disable=SC2046 # words, put in by make
complete -o default -F _esxkit @COMMANDS@
