/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * imgpayld.h - payloads of type boot, in imgpayld.tgz of an installer image
 *
 * Source: imgdb.5, "imgpayld.tgz". The installer takes these payloads from
 * there and not from the file of the image that the loader boots.
 */
#ifndef EK_IMGPAYLD_H
#define EK_IMGPAYLD_H

#include <stddef.h>
#include <stdint.h>

struct ek_err;
struct ek_image;
struct ek_in;

/* Files accepted below var/db/payloads/boot; bytes of all in the archive. */
#define EK_IMGPAYLD_FILES 16384u
#define EK_IMGPAYLD_MAX   ((uint64_t)4 << 30)

struct ek_imgpayld; /* opaque */

/*
 * Read the list of its files; of the data nothing is kept. img is borrowed
 * until free. EK_EREFUSE where the image has no imgpayld.tgz.
 */
int ek_imgpayld_open(struct ek_imgpayld **out, struct ek_image *img,
		     struct ek_err *err);
void ek_imgpayld_free(struct ek_imgpayld **p); /* *p may be NULL */

/* As a message should call it. */
const char *ek_imgpayld_name(const struct ek_imgpayld *p);

struct ek_imgpayld_file {
	char *name; /* local name: var/db/payloads/boot/NAME */
	uint64_t size;
};

/* NULL: not there. The first where a name is there twice. */
const struct ek_imgpayld_file *ek_imgpayld_find(const struct ek_imgpayld *p,
						const char *name);

/* Its bytes, out of the archive opened anew; p is borrowed until close. */
int ek_imgpayld_in(const struct ek_imgpayld *p,
		   const struct ek_imgpayld_file *file, struct ek_in **in,
		   struct ek_err *err);

#endif /* EK_IMGPAYLD_H */
