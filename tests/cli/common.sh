# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh disable=SC2016
# common.sh - what every command does alike
. "${0%/*}/lib.sh"

# each 'script': run it with $c set to every command, and name the one at fault
each() {
	for path in "$BIN"/*; do
		c=${path##*/}
		eval "$1" || { echo "at fault: $c" >&2; return 1; }
	done
}

# vmtar keeps the exit status of VMware's
usage_status() {
	if [ "$c" = vmtar ]; then echo 255; else echo 2; fi
}

t 'help goes to standard output, with exit 0' '
each "status 0 \$c --help >out 2>err && [ ! -s err ] &&
	head -n 1 out | grep -q \"^usage: \$c\" && \$c -h | cmp - out"'

t 'help fits a terminal of 80 columns, without tabs' '
each "\$c --help >out && awk \"length > 80 || /\\t/ { exit 1 }\" out"'

t 'the version begins with the name' '
each "status 0 \$c --version >out 2>err && [ ! -s err ] &&
	head -n 1 out | grep -q \"^\$c [0-9]\" && \$c -V | cmp - out"'

t 'a wrong option is exit 2, and says where help is' '
each "status \$(usage_status) \$c --no-such-option >out 2>err </dev/null &&
	[ ! -s out ] && head -n 1 err | grep -q -e \"^\$c: .*--no-such-option\""'

t 'control characters in an argument do not reach the terminal' '
esc=$(printf "\033")
each "\$c --no-such-\${esc}[2J >out 2>err </dev/null;
	[ -s err ] && ! grep -q \"\$esc\" out err"'

t 'a full disk under standard output is exit 3' '
[ -w /dev/full ] || exit 0
each "case \$c in vmtar) want=255 ;; *) want=3 ;; esac
	status \$want \$c --help >/dev/full 2>err && [ -s err ]"'

t 'closed standard output is not taken for a success' '
each "case \$c in vmtar) want=255 ;; *) want=3 ;; esac
	status \$want \$c --help >&- 2>err && [ -s err ]"'

t 'every command has a page, and the page names every long option' '
each "page=\$TOP/man/\$c.1
	[ -f \"\$page\" ] || exit 1
	\$c --help | grep -o -e \"--[a-z][a-z-]*\" | sort -u |
	while read -r o; do
		grep -q -e \"Fl -\${o#--}\" \"\$page\" || {
			echo \"\$page: no \$o\" >&2
			exit 1
		}
	done"'

done_testing
