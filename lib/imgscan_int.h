/* SPDX-License-Identifier: BSD-2-Clause */
/* imgscan_int.h - what the parts of imgscan.h share */
#ifndef EK_IMGSCAN_INT_H
#define EK_IMGSCAN_INT_H

#include "ek/err.h"
#include "ek/imgscan.h"

struct ek_imgscan {
	struct ek_image *img; /* borrowed */
	struct ek_imgscan_opts o;
	struct ek_imgdb *db;
	struct ek_err why;    /* code 0: nothing is wrong with it */
	struct ek_scan_file *v; /* sorted by name */
	size_t n, cap;
};

/* Look at the bytes of every file that is there, several at a time. */
int ek_imgscan_read(struct ek_imgscan *s, struct ek_err *err);

#endif /* EK_IMGSCAN_INT_H */
