/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * date.h - times as descriptors and options spell them; never the clock
 *
 * Source: spec of VIB descriptors, release-date (vib.5): YYYY-MM-DDThh:mm:ss,
 * optional fraction of 1 to 6 digits, optional Z or +hh:mm; no zone is UTC.
 */
#ifndef EK_DATE_H
#define EK_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ek_err;

/* Seconds since 1970 in UTC, and microseconds. */
struct ek_date {
	int64_t sec;
	int32_t usec;
};

/* Any character may stand for the T. False where text is no date and time. */
bool ek_date_parse(const char *text, size_t len, struct ek_date *out);

/* Room for the longest text that ek_date_format() makes, NUL included. */
#define EK_DATE_SIZE 48

/* "2024-01-02T03:04:05+00:00", with ".678901" before the zone unless 0. */
void ek_date_format(const struct ek_date *d, char out[EK_DATE_SIZE]);

/* "2024-01-02 03:04:05", UTC, for listings. */
void ek_date_show(int64_t sec, char out[EK_DATE_SIZE]);

/* Seconds since 1970 in UTC, taken apart; unlike gmtime() for all of them, also
 * where time_t has 32 bits. */
struct ek_civil {
	int64_t year;
	unsigned month, day, hour, minute, second; /* month and day from 1 */
};

void ek_date_split(int64_t sec, struct ek_civil *out);

int ek_date_cmp(const struct ek_date *a, const struct ek_date *b);

/*
 * The time that was asked for: option (the value of --mtime: seconds since 1970
 * or a date as above; NULL when not given), else SOURCE_DATE_EPOCH. *given says
 * whether there was either; *sec is changed only then. EK_EARG on rubbish.
 */
int ek_date_wanted(const char *option, bool *given, int64_t *sec,
		   struct ek_err *err);

#endif /* EK_DATE_H */
