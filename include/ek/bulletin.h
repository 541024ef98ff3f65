/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bulletin.h - a bulletin: what a set of VIBs is for; with a name and a version of
 *              its own it is a component (7.0 and later)
 *
 * Source: bundle.5 and imgdb.5. Bulletins lie in databases of 7.0 and later and
 * in offline bundles. The reader takes elements in any order and passes over
 * what it does not know; nothing is refused but what is no bulletin.
 */
#ifndef EK_BULLETIN_H
#define EK_BULLETIN_H

#include <stdbool.h>
#include <stddef.h>

#include "ek/buf.h"

struct ek_err;

/* VIBs of one bulletin. */
#define EK_BULLETIN_VIBS 8192u

struct ek_bulletin {
	/* texts, "" where absent; owned */
	char *id, *vendor, *summary, *severity, *category, *urgency;
	char *release_type, *description, *kb_url, *contact, *release_date;
	/* of a component; NULL where the element is absent */
	char *component, *component_ui, *version, *version_ui;
	struct ek_strs platforms; /* versions of softwarePlatform */
	struct ek_strs vib_ids;
};

/* b is filled, or left cleared on failure. name is for messages. No XML, another
 * root than bulletin, or no id is EK_EFORMAT. */
int ek_bulletin_parse(struct ek_bulletin *b, const char *name,
		      const char *text, size_t len, struct ek_err *err);
void ek_bulletin_clear(struct ek_bulletin *b);

/* In the form and order of bundle.5, one line without its end. Lack of memory
 * sticks in out. */
void ek_bulletin_write(const struct ek_bulletin *b, struct ek_buf *out);
/* Only the elements in front of vibList. */
void ek_bulletin_fields_write(const struct ek_bulletin *b, struct ek_buf *out);

/* Both specs are there: lifecycle tools count it. */
bool ek_bulletin_is_component(const struct ek_bulletin *b);

#endif /* EK_BULLETIN_H */
