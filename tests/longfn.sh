#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# longfn.sh - fail where a function is longer than 80 lines, or a command is no
#             thin front any more (220 lines)
awk '
FNR == 1 { open = 0 }
/^\{/ { open = FNR }
/^\}/ {
	if (open != 0 && FNR - open > 80) {
		print FILENAME ":" open ": " FNR - open " lines in one function"
		bad = 1
	}
	open = 0
}
FILENAME ~ /^cmd\// && FNR == 221 {
	print FILENAME ": longer than 220 lines"
	bad = 1
}
END { exit bad }' lib/*.c cmd/*.c tests/unit/*.c tests/fix/*.c
