/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pcimap.h - which device a driver takes (*.map), and what it is called (*.ids)
 *
 * Source: vib.5, "Driver packages". Two grammars, told apart by regtype: lines
 * of vmklinux drivers (driver.map.d) and of native ones (default, ihv, oem,
 * fallback). A map may be empty.
 */
#ifndef EK_PCIMAP_H
#define EK_PCIMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ek_err;
struct ek_buf;

/* Largest texts accepted, in bytes; pci.ids of today has 1.3 MiB. */
#define EK_PCIMAP_MAX (4u << 20)
#define EK_PCIIDS_MAX (16u << 20)

/* Characters of a native PCI id: vendor, device, subsystem vendor, subsystem
 * device, class, subclass, programming interface. A dot stands for any digit. */
#define EK_PCI_PATTERN 22

enum ek_map_kind { EK_MAP_LINUX, EK_MAP_NATIVE };

struct ek_map_line {
	enum ek_map_kind kind;
	char *bus;    /* owned, as all here: "pci", "acpi", "logical" */
	char *id;     /* "10ec:8125 0000:0000", 22 characters, or other text */
	char *driver; /* name of a file in vmkmod */
	char *class;  /* "network", "storage"; NULL where the line has none */
	char *other;  /* keys we do not know, "key=value,key=value", or NULL */
	unsigned long line;
};

struct ek_pcimap {
	struct ek_map_line *v;
	size_t n, cap;
};

/* What is odd but can be read is told here, one complete line each. */
typedef void ek_map_note(void *ctx, const char *text);

/*
 * Parse; *m is zeroed first, and left cleared on failure. name is for messages,
 * which tell the line. Upper-case hex is folded, CR before LF dropped; both, and
 * a line that is there twice, are told through note (may be NULL). A line that
 * is none of the two forms is EK_EFORMAT.
 */
int ek_pcimap_parse(struct ek_pcimap *m, const char *name, const char *text,
		    size_t len, ek_map_note *note, void *ctx,
		    struct ek_err *err);

/* Exactly the form of VMware's own files, sorted by id, each line with its LF.
 * Lack of memory sticks in out. */
void ek_pcimap_write(const struct ek_pcimap *m, struct ek_buf *out);

void ek_pcimap_clear(struct ek_pcimap *m);

/* Vendor, device, subsystem, class of a PCI line as 22 characters ("10ec8125"
 * and 14 dots), also of a vmklinux line; false for other buses. */
bool ek_map_line_pattern(const struct ek_map_line *l,
			 char out[EK_PCI_PATTERN + 1]);

/* ---- names -------------------------------------------------------------- */

enum ek_pciid_depth { EK_ID_VENDOR, EK_ID_DEVICE, EK_ID_SUBSYSTEM };

struct ek_pciid {
	enum ek_pciid_depth depth;
	uint16_t vendor, device, subvendor, subdevice; /* as far as depth */
	char *name; /* owned; blanks at its end cut */
	unsigned long line;
};

struct ek_pciids {
	struct ek_pciid *v; /* in the order of the file */
	size_t n, cap;
};

/*
 * Parse a file in the format of the PCI ID project; its class section is passed
 * over. A wrong line costs a name, not the card: it is told through note and
 * left out. Fails for lack of memory, a NUL, or above EK_PCIIDS_MAX only.
 */
int ek_pciids_parse(struct ek_pciids *ids, const char *name, const char *text,
		    size_t len, ek_map_note *note, void *ctx,
		    struct ek_err *err);
void ek_pciids_clear(struct ek_pciids *ids);

/* Does some line of m, a PCI one, take this device (subsystem and class left
 * aside where id is a device or a vendor)? */
bool ek_pcimap_takes(const struct ek_pcimap *m, const struct ek_pciid *id);

/* ---- many questions ----------------------------------------------------- */

struct ek_pciset_item; /* opaque */

/* The devices that some maps take. Zero it; add maps, sort once, then ask. A
 * question costs no walk over the lines, of which hostile maps have millions. */
struct ek_pciset {
	struct ek_pciset_item *v; /* owned */
	size_t n, cap;
	uint32_t masks[256]; /* each of 8 digits counts or does not */
	size_t n_masks;
};

int ek_pciset_add(struct ek_pciset *s, const struct ek_pcimap *m,
		  struct ek_err *err);
void ek_pciset_sort(struct ek_pciset *s);
/* As ek_pcimap_takes() with an id of depth EK_ID_DEVICE. */
bool ek_pciset_has(const struct ek_pciset *s, uint16_t vendor, uint16_t device);
void ek_pciset_clear(struct ek_pciset *s);

#endif /* EK_PCIMAP_H */
