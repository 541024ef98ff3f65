/* SPDX-License-Identifier: BSD-2-Clause */
/* xml_int.h - what the two wrappers of libxml2 share */
#ifndef EK_XML_INT_H
#define EK_XML_INT_H

#include <libxml/tree.h>

struct ek_xml {
	xmlDocPtr doc; /* owned */
};

#endif /* EK_XML_INT_H */
