/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libarc.h - libarchive, loaded when a tar is there to be read
 *
 * On Debian it brings libxml2, ICU and the C++ library along: two thirds of the
 * time in which "vmtar-unpack -h" answers, and what reads vmtars only has no use
 * for it. So it is opened by its name when it is wanted.
 */
#ifndef EK_LIBARC_H
#define EK_LIBARC_H

#include <archive.h>
#include <archive_entry.h>

struct ek_err;

/* The name of every release 3 on ELF systems. */
#ifndef EK_LIBARC
#define EK_LIBARC "libarchive.so.13"
#endif

/* All calls that we use. */
#define EK_LIBARC_CALLS(X) \
	X(archive_entry_filetype) \
	X(archive_entry_gid) \
	X(archive_entry_gname) \
	X(archive_entry_hardlink) \
	X(archive_entry_mtime) \
	X(archive_entry_pathname) \
	X(archive_entry_perm) \
	X(archive_entry_rdevmajor) \
	X(archive_entry_rdevminor) \
	X(archive_entry_size) \
	X(archive_entry_sparse_count) \
	X(archive_entry_symlink) \
	X(archive_entry_uid) \
	X(archive_entry_uname) \
	X(archive_errno) \
	X(archive_error_string) \
	X(archive_filter_bytes) \
	X(archive_format) \
	X(archive_read_data) \
	X(archive_read_data_block) \
	X(archive_read_data_skip) \
	X(archive_read_free) \
	X(archive_read_header_position) \
	X(archive_read_new) \
	X(archive_read_next_header) \
	X(archive_read_open) \
	X(archive_read_support_format_tar) \
	X(archive_set_error) \
	X(archive_version_string)

/* The types are those of the header: no pointer can have another one. */
#define EK_LIBARC_MEMBER(call) __typeof__(call) *call;
struct ek_libarc {
	void *handle; /* of dlopen() */
	EK_LIBARC_CALLS(EK_LIBARC_MEMBER)
};

/*
 * Load the library of that name, EK_LIBARC. EK_ESYS where it is not there or
 * lacks a call. Any thread may; once loaded it stays, so that the next time is
 * cheap.
 */
int ek_libarc_open(struct ek_libarc *la, const char *name, struct ek_err *err);
/* la may be all zero, and becomes it. */
void ek_libarc_close(struct ek_libarc *la);

/* What the library calls itself; NULL where it cannot be loaded. */
const char *ek_libarc_version(void);

#endif /* EK_LIBARC_H */
