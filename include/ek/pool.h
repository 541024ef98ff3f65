/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pool.h - do many independent jobs, several at a time (POSIX threads)
 *
 * What the jobs share is the caller's to keep apart: a job gets its index and
 * fills what belongs to that index. So the result does not depend on how many
 * threads there were.
 */
#ifndef EK_POOL_H
#define EK_POOL_H

#include <stddef.h>

struct ek_err;

/* More threads are of no use here, and cost memory. */
#define EK_POOL_MAX 8u

/* EK_OK, or a failure with *err filled; err is the thread's own. */
typedef int ek_pool_job(void *ctx, size_t i, struct ek_err *err);

/* threads, or where that is 0 as many as there are processors that this process
 * may use; 1 to EK_POOL_MAX. */
unsigned ek_pool_threads(unsigned threads);

/*
 * Run job for 0 to n - 1, taken in that order (so put the longest first). After
 * a failure no new one is begun; of those that failed, the one with the lowest
 * index is returned. With one thread, or where no second can be had, all runs
 * in the caller's.
 */
int ek_pool_run(unsigned threads, size_t n, ek_pool_job *job, void *ctx,
		struct ek_err *err);

#endif /* EK_POOL_H */
