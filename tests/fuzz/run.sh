#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# run.sh NAME SECONDS [RUNS] - run one fuzz target on its seeds and corpus
#
# With RUNS it is that many executions, the same ones each time, so that CI says
# the same of the same tree; SECONDS is a bound then.
# What it finds stays in build-fuzz/found; a crash becomes a file of the corpus
# named after its bug.
set -eu
name=$1
seconds=$2
runs=${3:-}
mkdir -p "build-fuzz/corpus/$name" build-fuzz/found
if [ -f "tests/fuzz/seed_$name.sh" ]; then
	sh "tests/fuzz/seed_$name.sh" "build-fuzz/corpus/$name"
fi
set -- "build-fuzz/corpus/$name"
[ ! -d "tests/fuzz/corpus/$name" ] || set -- "$@" "tests/fuzz/corpus/$name"
if [ -f "tests/fuzz/$name.dict" ]; then
	set -- "-dict=tests/fuzz/$name.dict" "$@"
fi
[ -z "$runs" ] || set -- "-runs=$runs" -seed=1 "$@"
log=build-fuzz/$name.log
if "build-fuzz/bin/$name" -max_total_time="$seconds" -max_len=65536 \
	-timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
	-artifact_prefix="build-fuzz/found/$name-" "$@" >"$log" 2>&1
then
	echo "fuzz $name: $(sed -n 's/^stat::number_of_executed_units: *//p' \
		"$log") executions, no find"
else
	tail -n 30 "$log"
	echo "fuzz $name: FAILED, see $log and build-fuzz/found"
	exit 1
fi
