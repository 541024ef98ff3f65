/* SPDX-License-Identifier: BSD-2-Clause */
/* deflate_runs.c - one gzip member packed by several threads */
#include "os.h"

#include <pthread.h>

#include "ek/err.h"
#include "ek/io.h"
#include "ek/pool.h"
#include "rawdef.h"
#include "rawinf.h"

/*
 * A run is what one thread packs at a time. Runs stand in a ring: the caller's
 * thread fills them and writes out what has become of them, both in order, the
 * others pack. Three for each thread are enough that nobody waits.
 */
enum { RUN = 131072, RUNS = 3 };

enum state { FREE, READY, BUSY, DONE };

struct run {
	enum state state;
	bool last;
	size_t n_dict, n, got;
	uint32_t crc;
	int rc;
	struct ek_err err;
	unsigned char *dict, *data, *out; /* owned: one piece of memory */
};

struct packer {
	struct ek_out *to; /* borrowed */
	int level;
	struct run *runs;  /* n_runs of them */
	size_t n_runs;
	size_t at;         /* the run that is being filled */
	uint32_t crc, size;
	unsigned n_threads;
	pthread_t threads[EK_POOL_MAX];
	/* over the states of the runs, and the two below */
	pthread_mutex_t lock;
	pthread_cond_t ready, done;
	size_t next; /* run that is to be packed next */
	bool quit;
};

/* ---- packing ------------------------------------------------------------ */

static void pack(struct packer *p, struct run *r)
{
	r->crc = ek_crc32(0, r->data, r->n);
	r->rc = ek_rawdef_run(p->level, r->dict + EK_RAWDEF_WINDOW - r->n_dict,
			      r->n_dict, r->data, r->n, r->last, r->out,
			      ek_rawdef_bound(RUN), &r->got, &r->err);
}

static void *work(void *arg)
{
	struct packer *p = arg;

	pthread_mutex_lock(&p->lock);
	while (!p->quit) {
		struct run *r = &p->runs[p->next];

		if (r->state != READY) {
			pthread_cond_wait(&p->ready, &p->lock);
			continue;
		}
		r->state = BUSY;
		p->next = (p->next + 1) % p->n_runs;
		pthread_mutex_unlock(&p->lock);
		pack(p, r);
		pthread_mutex_lock(&p->lock);
		r->state = DONE;
		pthread_cond_signal(&p->done);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

/* ---- the caller's thread ------------------------------------------------ */

/* Hand over the run that is filled. */
static void submit(struct packer *p, bool last)
{
	struct run *r = &p->runs[p->at];

	r->last = last;
	if (p->n_threads == 0) /* none could be had */
		pack(p, r);
	pthread_mutex_lock(&p->lock);
	r->state = p->n_threads == 0 ? DONE : READY;
	pthread_cond_signal(&p->ready);
	pthread_mutex_unlock(&p->lock);
}

/* Wait for run r, if it was handed over, and write it: it is free then. */
static int collect(struct packer *p, struct run *r, struct ek_err *err)
{
	bool done;

	pthread_mutex_lock(&p->lock);
	while (r->state == READY || r->state == BUSY)
		pthread_cond_wait(&p->done, &p->lock);
	done = r->state == DONE;
	r->state = FREE;
	pthread_mutex_unlock(&p->lock);
	if (!done)
		return EK_OK;
	if (r->rc != EK_OK) {
		if (err != NULL)
			*err = r->err;
		return r->rc;
	}
	p->crc = ek_rawdef_crc_join(p->crc, r->crc, r->n);
	p->size += (uint32_t)r->n;
	ek_out_write(p->to, r->out, r->got);
	return ek_out_status(p->to, err);
}

/* Go on with the next run: the oldest of those that are under way. */
static int next_run(struct packer *p, struct ek_err *err)
{
	const struct run *old = &p->runs[p->at];
	struct run *r;
	int rc;

	p->at = (p->at + 1) % p->n_runs;
	r = &p->runs[p->at];
	rc = collect(p, r, err);
	if (rc != EK_OK)
		return rc;
	memcpy(r->dict, old->data + RUN - EK_RAWDEF_WINDOW, EK_RAWDEF_WINDOW);
	r->n_dict = EK_RAWDEF_WINDOW;
	r->n = 0;
	return EK_OK;
}

static int put(void *ctx, const void *data, size_t len, struct ek_err *err)
{
	const unsigned char *from = data;
	struct packer *p = ctx;
	int rc = EK_OK;

	while (len != 0 && rc == EK_OK) {
		struct run *r = &p->runs[p->at];
		size_t n = RUN - r->n;

		/* not before there is more: the last run ends the stream */
		if (n == 0) {
			submit(p, false);
			rc = next_run(p, err);
			continue;
		}
		if (n > len)
			n = len;
		memcpy(r->data + r->n, from, n);
		r->n += n;
		from += n;
		len -= n;
	}
	return rc;
}

static int finish(void *ctx, struct ek_err *err)
{
	struct packer *p = ctx;
	int rc = EK_OK;

	submit(p, true);
	/* the oldest first: it stands behind the one just handed over */
	for (size_t i = 1; i <= p->n_runs && rc == EK_OK; i++)
		rc = collect(p, &p->runs[(p->at + i) % p->n_runs], err);
	return rc == EK_OK ? ek_gzip_tail(p->to, p->crc, p->size, err) : rc;
}

/* ---- opening and closing ------------------------------------------------ */

static void drop(void *ctx)
{
	struct packer *p = ctx;

	pthread_mutex_lock(&p->lock);
	p->quit = true;
	pthread_cond_broadcast(&p->ready);
	pthread_mutex_unlock(&p->lock);
	while (p->n_threads > 0)
		pthread_join(p->threads[--p->n_threads], NULL);
	pthread_cond_destroy(&p->done);
	pthread_cond_destroy(&p->ready);
	pthread_mutex_destroy(&p->lock);
	for (size_t i = 0; i < p->n_runs; i++)
		free(p->runs[i].dict);
	free(p->runs);
	free(p);
}

static bool make_runs(struct packer *p, size_t n)
{
	p->runs = calloc(n, sizeof(*p->runs));
	if (p->runs == NULL)
		return false;
	for (; p->n_runs < n; p->n_runs++) {
		struct run *r = &p->runs[p->n_runs];

		r->dict = malloc(EK_RAWDEF_WINDOW + RUN + ek_rawdef_bound(RUN));
		if (r->dict == NULL)
			return false;
		r->data = r->dict + EK_RAWDEF_WINDOW;
		r->out = r->data + RUN;
	}
	return true;
}

int ek_gzip_runs(struct ek_out **out, struct ek_out *to, int level,
		 unsigned jobs, struct ek_err *err)
{
	struct packer *p = calloc(1, sizeof(*p));
	int rc;

	jobs = ek_pool_threads(jobs);
	if (p == NULL)
		return ek_fail_sys(err, "gzip");
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->ready, NULL);
	pthread_cond_init(&p->done, NULL);
	if (!make_runs(p, (size_t)jobs * RUNS)) {
		errno = ENOMEM;
		rc = ek_fail_sys(err, "gzip");
		drop(p);
		return rc;
	}
	p->to = to;
	p->level = level;
	while (p->n_threads < jobs &&
	       pthread_create(&p->threads[p->n_threads], NULL, work, p) == 0)
		p->n_threads++;
	rc = ek_out_open_put(out, "gzip", put, finish, drop, p, err);
	if (rc == EK_OK)
		ek_gzip_head(to);
	return rc;
}
