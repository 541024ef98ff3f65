/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fault.c - a library to preload: lets the Nth call of one kind fail
 *
 *	EK_FAULT=read:7    the seventh read() of the program itself fails
 *	EK_FAULT=read:0    none fails
 *	EK_COUNT=file      at the end, how many calls of the kind there were
 *
 * Counted are calls that come from the program's own code: libraries have ways
 * of their own with a lack of memory, and what they read and write goes through
 * us anyway. Kinds: open read write sync link mmap malloc stat.
 */
#define _GNU_SOURCE 1
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct {
	char kind[16];
	unsigned long nth;
	atomic_ulong seen;
	uintptr_t from, to; /* the program's own code */
	int count;          /* EK_COUNT, or -1 */
	bool ready;
} plan;

static int find_program(struct dl_phdr_info *info, size_t size, void *ctx)
{
	(void)size;
	(void)ctx;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];

		if (p->p_type == PT_LOAD && (p->p_flags & PF_X) != 0) {
			plan.from = info->dlpi_addr + p->p_vaddr;
			plan.to = plan.from + p->p_memsz;
		}
	}
	return 1; /* the first one is the program */
}

__attribute__((constructor)) static void start(void)
{
	const char *s = getenv("EK_FAULT");
	const char *colon = s != NULL ? strchr(s, ':') : NULL;
	const char *path = getenv("EK_COUNT");

	if (colon == NULL || (size_t)(colon - s) >= sizeof(plan.kind))
		return;
	memcpy(plan.kind, s, (size_t)(colon - s));
	plan.nth = strtoul(colon + 1, NULL, 10);
	dl_iterate_phdr(find_program, NULL);
	/* now: at the end the sandbox would not let us */
	plan.count = path == NULL ? -1 :
		open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	plan.ready = true;
}

__attribute__((destructor)) static void end(void)
{
	char text[32];
	int n;

	if (!plan.ready || plan.count < 0)
		return;
	plan.ready = false;
	n = snprintf(text, sizeof(text), "%lu\n",
		     (unsigned long)atomic_load(&plan.seen));
	if (write(plan.count, text, (size_t)n) != n)
		_exit(97);
	close(plan.count);
}

/* Is this the call that fails? where is the address it returns to. */
static bool fails(const char *kind, const void *where)
{
	uintptr_t at = (uintptr_t)where;

	if (!plan.ready || strcmp(kind, plan.kind) != 0 || at < plan.from ||
	    at >= plan.to)
		return false;
	return atomic_fetch_add(&plan.seen, 1) + 1 == plan.nth;
}

/* The function that this one stands before. */
#define NEXT(name) \
	static __typeof__(name) *next; \
	if (next == NULL) \
		*(void **)&next = dlsym(RTLD_NEXT, #name)
#define FAULT(kind, error, result) \
	do { \
		if (fails(kind, __builtin_return_address(0))) { \
			errno = (error); \
			return (result); \
		} \
	} while (0)

/* ---- open --------------------------------------------------------------- */

static mode_t mode_of(int flags, va_list ap)
{
	if ((flags & (O_CREAT | O_TMPFILE)) == 0)
		return 0;
	return va_arg(ap, mode_t);
}

#define OPEN(name) \
int name(const char *path, int flags, ...) \
{ \
	NEXT(name); \
	va_list ap; \
	mode_t mode; \
	va_start(ap, flags); \
	mode = mode_of(flags, ap); \
	va_end(ap); \
	FAULT("open", EMFILE, -1); \
	return next(path, flags, mode); \
}
#define OPENAT(name) \
int name(int dir, const char *path, int flags, ...) \
{ \
	NEXT(name); \
	va_list ap; \
	mode_t mode; \
	va_start(ap, flags); \
	mode = mode_of(flags, ap); \
	va_end(ap); \
	FAULT("open", EMFILE, -1); \
	return next(dir, path, flags, mode); \
}
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

/* what the program is built with for _FORTIFY_SOURCE */
int __open_2(const char *path, int flags);
int __open_2(const char *path, int flags)
{
	FAULT("open", EMFILE, -1);
	return open(path, flags);
}

int __open64_2(const char *path, int flags);
int __open64_2(const char *path, int flags)
{
	FAULT("open", EMFILE, -1);
	return open(path, flags);
}

int __openat_2(int dir, const char *path, int flags);
int __openat_2(int dir, const char *path, int flags)
{
	FAULT("open", EMFILE, -1);
	return openat(dir, path, flags);
}

int __openat64_2(int dir, const char *path, int flags);
int __openat64_2(int dir, const char *path, int flags)
{
	FAULT("open", EMFILE, -1);
	return openat(dir, path, flags);
}

/* openat2 has no function of its own; what else comes this way is the sandbox,
 * whose unit test has a kernel that lacks it */
long syscall(long number, ...)
{
	NEXT(syscall);
	long a[6];
	va_list ap;

	va_start(ap, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (number == SYS_openat2)
		FAULT("open", EMFILE, -1);
	return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* ---- read, write -------------------------------------------------------- */

ssize_t read(int fd, void *buf, size_t n)
{
	NEXT(read);
	FAULT("read", EIO, -1);
	return next(fd, buf, n);
}

ssize_t __read_chk(int fd, void *buf, size_t n, size_t room);
ssize_t __read_chk(int fd, void *buf, size_t n, size_t room)
{
	NEXT(__read_chk);
	FAULT("read", EIO, -1);
	return next(fd, buf, n, room);
}

#define PREAD(name) \
ssize_t name(int fd, void *buf, size_t n, off_t off) \
{ \
	NEXT(name); \
	FAULT("read", EIO, -1); \
	return next(fd, buf, n, off); \
}
#define PREAD_CHK(name) \
ssize_t name(int fd, void *buf, size_t n, off_t off, size_t room); \
ssize_t name(int fd, void *buf, size_t n, off_t off, size_t room) \
{ \
	NEXT(name); \
	FAULT("read", EIO, -1); \
	return next(fd, buf, n, off, room); \
}
PREAD(pread)
PREAD(pread64)
PREAD_CHK(__pread_chk)
PREAD_CHK(__pread64_chk)

ssize_t write(int fd, const void *buf, size_t n)
{
	NEXT(write);
	/* the message about it must get out */
	if (fd != 2)
		FAULT("write", ENOSPC, -1);
	return next(fd, buf, n);
}

#define PWRITE(name) \
ssize_t name(int fd, const void *buf, size_t n, off_t off) \
{ \
	NEXT(name); \
	FAULT("write", ENOSPC, -1); \
	return next(fd, buf, n, off); \
}
PWRITE(pwrite)
PWRITE(pwrite64)

#define TRUNCATE(name) \
int name(int fd, off_t n) \
{ \
	NEXT(name); \
	FAULT("write", ENOSPC, -1); \
	return next(fd, n); \
}
TRUNCATE(ftruncate)
TRUNCATE(ftruncate64)

/* ---- sync, link, stat --------------------------------------------------- */

int fsync(int fd)
{
	NEXT(fsync);
	FAULT("sync", EIO, -1);
	return next(fd);
}

int linkat(int a, const char *from, int b, const char *to, int flags)
{
	NEXT(linkat);
	FAULT("link", EACCES, -1);
	return next(a, from, b, to, flags);
}

int renameat(int a, const char *from, int b, const char *to)
{
	NEXT(renameat);
	FAULT("link", EACCES, -1);
	return next(a, from, b, to);
}

int renameat2(int a, const char *from, int b, const char *to, unsigned flags)
{
	NEXT(renameat2);
	FAULT("link", EACCES, -1);
	return next(a, from, b, to, flags);
}

int symlinkat(const char *target, int dir, const char *path)
{
	NEXT(symlinkat);
	FAULT("link", EACCES, -1);
	return next(target, dir, path);
}

int mkdirat(int dir, const char *path, mode_t mode)
{
	NEXT(mkdirat);
	FAULT("link", EACCES, -1);
	return next(dir, path, mode);
}

int fstat(int fd, struct stat *st)
{
	NEXT(fstat);
	FAULT("stat", EIO, -1);
	return next(fd, st);
}

int fstat64(int fd, struct stat64 *st)
{
	NEXT(fstat64);
	FAULT("stat", EIO, -1);
	return next(fd, st);
}

/* ---- memory ------------------------------------------------------------- */

#define MMAP(name) \
void *name(void *p, size_t n, int prot, int flags, int fd, off_t off) \
{ \
	NEXT(name); \
	FAULT("mmap", ENOMEM, MAP_FAILED); \
	return next(p, n, prot, flags, fd, off); \
}
MMAP(mmap)
MMAP(mmap64)

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t k, size_t n);
void *__libc_realloc(void *p, size_t n);

void *malloc(size_t n)
{
	FAULT("malloc", ENOMEM, NULL);
	return __libc_malloc(n);
}

void *calloc(size_t k, size_t n)
{
	FAULT("malloc", ENOMEM, NULL);
	return __libc_calloc(k, n);
}

void *realloc(void *p, size_t n)
{
	FAULT("malloc", ENOMEM, NULL);
	return __libc_realloc(p, n);
}

void *reallocarray(void *p, size_t k, size_t n)
{
	NEXT(reallocarray);
	FAULT("malloc", ENOMEM, NULL);
	return next(p, k, n);
}

char *strdup(const char *s)
{
	size_t n = strlen(s) + 1;
	char *p;

	FAULT("malloc", ENOMEM, NULL);
	p = __libc_malloc(n);
	return p != NULL ? memcpy(p, s, n) : NULL;
}

char *strndup(const char *s, size_t n)
{
	char *p;

	FAULT("malloc", ENOMEM, NULL);
	n = strnlen(s, n);
	p = __libc_malloc(n + 1);
	if (p == NULL)
		return NULL;
	memcpy(p, s, n);
	p[n] = '\0';
	return p;
}

int __vasprintf_chk(char **out, int flag, const char *fmt, va_list ap);
int __vasprintf_chk(char **out, int flag, const char *fmt, va_list ap)
{
	NEXT(__vasprintf_chk);
	FAULT("malloc", ENOMEM, -1);
	return next(out, flag, fmt, ap);
}

int __asprintf_chk(char **out, int flag, const char *fmt, ...);
int __asprintf_chk(char **out, int flag, const char *fmt, ...)
{
	va_list ap;
	int n;

	(void)flag;
	FAULT("malloc", ENOMEM, -1);
	va_start(ap, fmt);
	n = vasprintf(out, fmt, ap);
	va_end(ap);
	return n;
}
