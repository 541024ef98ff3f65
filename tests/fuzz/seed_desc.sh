#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# seed_desc.sh DIR - descriptors that are clean, and with a defect of each kind
set -eu
sh "$(dirname "$0")/seed_vibdesc.sh" "$1"
cd "$1"
cat >bad <<'XML'
<vib version="6"><name>a b</name><version>1-2-3</version><type>x</type>
<release-date>now</release-date><urls><url>u</url></urls><relationships>
<depends><constraint/><constraint name="vmkapi_2_3_0_0"/><constraint
name="com.vmware.driverAPI-9.2.3.0"/></depends></relationships><software-tags>
<tag/></software-tags><system-requires><maintenance-mode>maybe</maintenance-mode>
<hwplatform/></system-requires><acceptance-level>x</acceptance-level>
<overlay>x</overlay><payloads><payload name="" size="x"><checksum>0</checksum>
</payload></payloads></vib>
XML
cat >profile <<'XML'
<imageprofile><name>n</name><creator>c</creator><viblist><vib><vib-id>i</vib-id>
<payloads><payload payload-name="b">b.b00</payload></payloads></vib></viblist>
<acceptancelevel>community</acceptancelevel></imageprofile>
XML
