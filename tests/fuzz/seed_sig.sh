#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# seed_sig.sh DIR - signatures of every shape over "<vib/>", and a certificate, as
#                 PEM and as DER
set -eu
cd "$1"
for shape in '' noattr content nocert two sha1 'sha512 noattr' \
	'content nocert' cert 'key cert'
do
	# shellcheck disable=SC2086 # words
	echo '<vib/>' | mksig $shape >"pem-$(echo "$shape" | tr ' ' -)"
done
# the bytes inside as well
for f in pem-*; do
	[ "$f" = pem-key-cert ] ||
		sed '/^-/d' "$f" | openssl base64 -d >"der-${f#pem-}"
done
