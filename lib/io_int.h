/* SPDX-License-Identifier: BSD-2-Clause */
/* io_int.h - what the parts of io share */
#ifndef EK_IO_INT_H
#define EK_IO_INT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "ek/io.h"

struct ek_err;

/* "-" and no path at all: standard input or output. */
bool ek_io_is_dash(const char *path);

/* A call on fd failed: is it worth another try? It waits for events (of poll())
 * where it must. errno is that of the call. */
bool ek_io_again(int fd, short events);

/* read(), or pread() where off >= 0, that go on after a signal. */
ssize_t ek_io_read(int fd, void *buf, size_t n, off_t off);

/* All of it, whatever the pieces; -1 and errno otherwise. */
int ek_io_write(int fd, const void *buf, size_t n);

/* For sandbox.c: the directory in which ek_out_open(path) would write, or where
 * that goes through a device, the device; -1 and errno. The caller closes it. */
int ek_io_open_where(const char *path);
/* The directory where out will get its name, and the file that has none yet, both
 * borrowed; false where it gets no name. */
bool ek_io_out_where(const struct ek_out *out, int fd[2]);
/* Where scratch files are made. */
const char *ek_io_scratch_dir(void);

/* Give a file that has no name (O_TMPFILE) this one in dirfd; -1 and errno. */
int ek_io_link(int fd, int dirfd, const char *name);

/* A name that a file has until it is finished. */
enum { EK_IO_TMP = 40 };
/* A new file of mode 0600 under a name of dirfd that was free, and goes to tmp;
 * how is O_WRONLY or O_RDWR. -1, errno and an empty tmp otherwise. */
int ek_io_create_tmp(int dirfd, int how, char tmp[EK_IO_TMP]);
/* Give a file that has no name such a one; -1 as above. */
int ek_io_link_tmp(int fd, int dirfd, char tmp[EK_IO_TMP]);

/*
 * A stream over [start, end) of a descriptor that can be read by offset; end
 * UINT64_MAX means to the end of the file. own: closed with the stream, and
 * also where this call fails. size is what the file has now.
 */
int ek_io_open_span(struct ek_in **in, const char *name, int fd, bool own,
		    uint64_t start, uint64_t end, uint64_t size,
		    struct ek_err *err);

/*
 * Output to a descriptor, buffered; own: closed with it. name is for messages.
 */
int ek_io_open_fd_out(struct ek_out **out, const char *name, int fd, bool own,
		      struct ek_err *err);

#endif /* EK_IO_INT_H */
