/* SPDX-License-Identifier: BSD-2-Clause */
/* pool.c - do many independent jobs, several at a time */
#include "os.h"

#include <pthread.h>
#include <sched.h>

#include "ek/err.h"
#include "ek/pool.h"

struct pool {
	pthread_mutex_t lock; /* over all below but job, ctx and n */
	size_t n, next;
	ek_pool_job *job;
	void *ctx;
	size_t failed; /* lowest index of a job that failed; n: none */
	int rc;
	struct ek_err err;
};

unsigned ek_pool_threads(unsigned threads)
{
	cpu_set_t set;

	if (threads == 0) {
		threads = 1;
		if (sched_getaffinity(0, sizeof(set), &set) == 0)
			threads = (unsigned)CPU_COUNT(&set);
	}
	if (threads == 0)
		return 1;
	return threads < EK_POOL_MAX ? threads : EK_POOL_MAX;
}

/* The next index, or n where there is nothing left to begin. */
static size_t take(struct pool *p)
{
	size_t i = p->n;

	pthread_mutex_lock(&p->lock);
	if (p->failed == p->n && p->next < p->n)
		i = p->next++;
	pthread_mutex_unlock(&p->lock);
	return i;
}

static void tell(struct pool *p, size_t i, int rc, const struct ek_err *err)
{
	pthread_mutex_lock(&p->lock);
	if (i < p->failed) {
		p->failed = i;
		p->rc = rc;
		p->err = *err;
	}
	pthread_mutex_unlock(&p->lock);
}

static void *work(void *arg)
{
	struct pool *p = arg;
	size_t i;

	while ((i = take(p)) < p->n) {
		struct ek_err err = EK_ERR_INIT;
		int rc = p->job(p->ctx, i, &err);

		if (rc < 0)
			tell(p, i, rc, &err);
	}
	return NULL;
}

int ek_pool_run(unsigned threads, size_t n, ek_pool_job *job, void *ctx,
		struct ek_err *err)
{
	struct pool p = {
		.lock = PTHREAD_MUTEX_INITIALIZER, .n = n, .job = job,
		.ctx = ctx, .failed = n,
	};
	pthread_t other[EK_POOL_MAX];
	unsigned started = 0, want = ek_pool_threads(threads);

	/* this thread is one of them; one that cannot be had is done without */
	while (started + 1 < want && started + 1 < n &&
	       pthread_create(&other[started], NULL, work, &p) == 0)
		started++;
	work(&p);
	while (started > 0)
		pthread_join(other[--started], NULL);
	pthread_mutex_destroy(&p.lock);
	if (p.failed == n)
		return EK_OK;
	if (err != NULL)
		*err = p.err;
	return p.rc;
}
