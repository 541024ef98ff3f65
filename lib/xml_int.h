/* SPDX-License-Identifier: BSD-2-Clause */
/* xml_int.h - what the two wrappers of libxml2 share */
#ifndef EK_XML_INT_H
#define EK_XML_INT_H

struct _xmlDoc; /* libxml2's */

struct ek_xml {
	struct _xmlDoc *doc; /* owned */
};

#endif /* EK_XML_INT_H */
