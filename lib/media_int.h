/* SPDX-License-Identifier: BSD-2-Clause */
/* media_int.h - what media_list.c and media_boot.c share */
#ifndef EK_MEDIA_INT_H
#define EK_MEDIA_INT_H

#include "ek/media.h"

struct ek_image *media_image(const struct ek_media *m);

#endif /* EK_MEDIA_INT_H */
