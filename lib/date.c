/* SPDX-License-Identifier: BSD-2-Clause */
/* date.c - times as descriptors and options spell them; never the clock */
#include "os.h"

#include <inttypes.h>

#include "ek/date.h"
#include "ek/err.h"
#include "ek/num.h"

/* 0001-01-01 and 9999-12-31T23:59:59, the years that ESXi can hold. */
#define SEC_MIN INT64_C(-62135596800)
#define SEC_MAX INT64_C(253402300799)

/*
 * Days since 1970-01-01 of a day of the Gregorian calendar. Years begin in
 * March here, so that the leap day is the last of a year.
 */
static int64_t days_of(int64_t year, unsigned month, unsigned day)
{
	unsigned m = (month + 9) % 12;
	int64_t y = month <= 2 ? year - 1 : year;

	return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 +
	       (day - 1) - 719468;
}

static unsigned days_in(int64_t year, unsigned month)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30,
					      31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month == 2 && leap ? 29 : days[month - 1];
}

/* What is left of a text. */
struct text {
	const char *p;
	size_t len;
};

/* Take a number of exactly n digits from least to most. */
static bool take(struct text *t, size_t n, uint64_t least, uint64_t most,
		 unsigned *out)
{
	uint64_t v;

	if (t->len < n || !ek_num_dec(t->p, n, most, &v) || v < least)
		return false;
	t->p += n;
	t->len -= n;
	*out = (unsigned)v;
	return true;
}

static bool take_char(struct text *t, char c)
{
	if (t->len == 0 || *t->p != c)
		return false;
	t->p++;
	t->len--;
	return true;
}

/* ".1" to ".123456" */
static bool take_fraction(struct text *t, int32_t *usec)
{
	unsigned v = 0, n = 0, d;

	while (n < 6 && take(t, 1, 0, 9, &d)) {
		v = v * 10 + d;
		n++;
	}
	if (n == 0)
		return false;
	for (; n < 6; n++)
		v *= 10;
	*usec = (int32_t)v;
	return true;
}

/* What is left: nothing, Z, or +hh:mm. *sec: east of Greenwich. */
static bool take_zone(struct text *t, int64_t *sec)
{
	bool west = t->len != 0 && *t->p == '-';
	unsigned h, m;

	*sec = 0;
	if (t->len == 0 || take_char(t, 'Z'))
		return t->len == 0;
	if (!take_char(t, '+') && !take_char(t, '-'))
		return false;
	if (!take(t, 2, 0, 23, &h) || !take_char(t, ':') ||
	    !take(t, 2, 0, 59, &m) || t->len != 0)
		return false;
	*sec = (int64_t)h * 3600 + (int64_t)m * 60;
	if (west)
		*sec = -*sec;
	return true;
}

bool ek_date_parse(const char *text, size_t len, struct ek_date *out)
{
	struct text t = { .p = text, .len = len };
	unsigned year, month, day, h, m, s;
	struct ek_date d = { 0, 0 };
	int64_t zone;

	if (!take(&t, 4, 1, 9999, &year) || !take_char(&t, '-') ||
	    !take(&t, 2, 1, 12, &month) || !take_char(&t, '-') ||
	    !take(&t, 2, 1, days_in(year, month), &day))
		return false;
	if (t.len == 0 || !take_char(&t, *t.p))
		return false;
	if (!take(&t, 2, 0, 23, &h) || !take_char(&t, ':') ||
	    !take(&t, 2, 0, 59, &m) || !take_char(&t, ':') ||
	    !take(&t, 2, 0, 59, &s))
		return false;
	if (take_char(&t, '.') && !take_fraction(&t, &d.usec))
		return false;
	if (!take_zone(&t, &zone))
		return false;
	d.sec = days_of(year, month, day) * 86400 + (int64_t)h * 3600 +
		(int64_t)m * 60 + s - zone;
	if (d.sec < SEC_MIN || d.sec > SEC_MAX)
		return false;
	*out = d;
	return true;
}

/* Year, month, day of a day since 1970. */
static void day_of(int64_t days, int64_t *year, unsigned *month, unsigned *day)
{
	int64_t era, y;
	unsigned doe, yoe, doy, m;

	days += 719468; /* 0000-03-01 */
	era = (days >= 0 ? days : days - 146096) / 146097;
	doe = (unsigned)(days - era * 146097);
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	m = (5 * doy + 2) / 153;
	y = (int64_t)yoe + era * 400;
	*day = doy - (153 * m + 2) / 5 + 1;
	*month = m < 10 ? m + 3 : m - 9;
	*year = *month <= 2 ? y + 1 : y;
}

void ek_date_split(int64_t sec, struct ek_civil *out)
{
	int64_t days = sec / 86400;
	int rest = (int)(sec % 86400);

	if (rest < 0) {
		rest += 86400;
		days--;
	}
	day_of(days, &out->year, &out->month, &out->day);
	out->hour = (unsigned)rest / 3600;
	out->minute = (unsigned)rest / 60 % 60;
	out->second = (unsigned)rest % 60;
}

static void put(int64_t sec, char between, char out[EK_DATE_SIZE])
{
	struct ek_civil c;

	ek_date_split(sec, &c);
	snprintf(out, EK_DATE_SIZE, "%04" PRId64 "-%02u-%02u%c%02u:%02u:%02u",
		 c.year, c.month, c.day, between, c.hour, c.minute, c.second);
}

void ek_date_format(const struct ek_date *d, char out[EK_DATE_SIZE])
{
	size_t n;

	put(d->sec, 'T', out);
	n = strlen(out);
	if (d->usec != 0)
		snprintf(out + n, EK_DATE_SIZE - n, ".%06d+00:00",
			 (int)d->usec);
	else
		snprintf(out + n, EK_DATE_SIZE - n, "+00:00");
}

void ek_date_show(int64_t sec, char out[EK_DATE_SIZE])
{
	put(sec, ' ', out);
}

int ek_date_cmp(const struct ek_date *a, const struct ek_date *b)
{
	if (a->sec != b->sec)
		return a->sec < b->sec ? -1 : 1;
	return (a->usec > b->usec) - (a->usec < b->usec);
}

int ek_date_wanted(const char *option, bool *given, int64_t *sec,
		   struct ek_err *err)
{
	const char *text = option != NULL ? option
					  : getenv("SOURCE_DATE_EPOCH");
	const char *what = option != NULL ? "--mtime" : "SOURCE_DATE_EPOCH";
	struct ek_date d = { 0, 0 };
	uint64_t v;

	*given = false;
	if (option == NULL && (text == NULL || text[0] == '\0'))
		return EK_OK;
	if (ek_num_dec(text, strlen(text), (uint64_t)SEC_MAX, &v))
		d.sec = (int64_t)v;
	else if (option == NULL || !ek_date_parse(text, strlen(text), &d))
		return ek_fail(err, EK_EARG, "%s '%s': not a time: give seconds"
			       " since 1970%s", what, text, option != NULL ?
			       " or YYYY-MM-DDThh:mm:ss" : "");
	if (d.sec < 0)
		return ek_fail(err, EK_EARG, "%s '%s' is before 1970", what,
			       text);
	*given = true;
	*sec = d.sec;
	return EK_OK;
}
