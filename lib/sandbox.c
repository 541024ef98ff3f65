/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sandbox.c - what this process may still open
 *
 * The numbers and structures of Landlock are the kernel's and do not change;
 * they are here because headers of 2023 lack half of them. A kernel that is
 * older than they are takes a longer structure where the rest of it is zero.
 */
#include "os.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ek/err.h"
#include "ek/io.h"
#include "ek/sandbox.h"
#include "io_int.h"

#ifndef SYS_landlock_create_ruleset /* older headers; never in the kernel */
#define SYS_landlock_create_ruleset (-1)
#define SYS_landlock_add_rule (-1)
#define SYS_landlock_restrict_self (-1)
#endif

struct ruleset_attr {
	uint64_t fs;     /* rights that are denied but for rules */
	uint64_t net;    /* from ABI 4 */
	uint64_t scoped; /* from ABI 6 */
};

struct beneath_attr {
	uint64_t rights;
	int32_t fd;
} __attribute__((packed));

enum { CREATE_RULESET_VERSION = 1, RULE_PATH_BENEATH = 1 };
enum { NET_BIND_CONNECT_TCP = 3, SCOPE_ABSTRACT_UNIX_AND_SIGNAL = 3 };

/* What a rule on a file can hold; the others are for directories. */
#define OF_FILE ((uint32_t)(EK_BOX_EXECUTE | EK_BOX_WRITE | EK_BOX_READ | \
			    EK_BOX_TRUNCATE | EK_BOX_IOCTL_DEV))
#define READ_BELOW ((uint32_t)(EK_BOX_READ | EK_BOX_READ_DIR))
/* a file without a name is made, written, read again, and put in place */
#define WRITE_BELOW (READ_BELOW | (uint32_t)(EK_BOX_WRITE | EK_BOX_MAKE_REG | \
		     EK_BOX_REMOVE_FILE | EK_BOX_TRUNCATE))

/* LeakSanitizer looks into /proc and traces its own process. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZER 1
#endif
#endif
#ifndef SANITIZER
#define SANITIZER 0
#endif

/* ---- the list ------------------------------------------------------------ */

static void fail(struct ek_sandbox *box, const char *path)
{
	if (box->rc == EK_OK)
		box->rc = ek_fail_sys(&box->err, "sandbox: '%s'", path);
}

/* Takes fd. */
static void add(struct ek_sandbox *box, int fd, const char *path,
		uint32_t rights)
{
	struct ek_box_rule *v = box->v;
	struct stat st;

	if (box->n == box->cap) {
		box->cap = box->cap != 0 ? 2 * box->cap : 16;
		v = realloc(box->v, box->cap * sizeof(*v));
	}
	if (v == NULL || fstat(fd, &st) != 0) {
		fail(box, path);
		box->cap = v != NULL ? box->cap : box->n;
		box->v = v != NULL ? v : box->v;
		close(fd);
		return;
	}
	box->v = v;
	if (!S_ISDIR(st.st_mode))
		rights &= OF_FILE;
	box->v[box->n++] = (struct ek_box_rule){ fd, rights };
}

/* Who opens this later will meet the same, and say so in better words. */
static bool is_of_path(int e)
{
	return e == ENOENT || e == ENOTDIR || e == EACCES || e == EPERM ||
	       e == ELOOP || e == ENAMETOOLONG;
}

void ek_sandbox_allow(struct ek_sandbox *box, const char *path,
		      uint32_t rights)
{
	int fd;

	if (box->rc != EK_OK)
		return;
	fd = open(path, O_PATH | O_CLOEXEC);
	if (fd >= 0)
		add(box, fd, path, rights);
	else if (!is_of_path(errno))
		fail(box, path);
}

void ek_sandbox_read(struct ek_sandbox *box, const char *path)
{
	if (!ek_io_is_dash(path))
		ek_sandbox_allow(box, path, READ_BELOW | EK_BOX_IOCTL_DEV);
}

void ek_sandbox_read_all(struct ek_sandbox *box, char *const *paths, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ek_sandbox_read(box, paths[i]);
}

void ek_sandbox_read_at(struct ek_sandbox *box, const char *dir,
			const char *path)
{
	char *joined;

	if (dir == NULL || path[0] == '/') {
		ek_sandbox_read(box, path);
		return;
	}
	if (asprintf(&joined, "%s/%s", dir, path) < 0) {
		fail(box, path);
		return;
	}
	ek_sandbox_read(box, joined);
	free(joined);
}

void ek_sandbox_write(struct ek_sandbox *box, const char *path)
{
	int fd;

	if (box->rc != EK_OK || ek_io_is_dash(path))
		return;
	fd = ek_io_open_where(path);
	if (fd >= 0)
		add(box, fd, path, WRITE_BELOW | EK_BOX_IOCTL_DEV);
	else if (!is_of_path(errno))
		fail(box, path);
}

static void add_copy(struct ek_sandbox *box, int fd, uint32_t rights)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);

	if (copy < 0)
		fail(box, "output");
	else
		add(box, copy, "output", rights);
}

void ek_sandbox_opened(struct ek_sandbox *box, const struct ek_out *out)
{
	int fd[2] = { -1, -1 };

	if (box->rc != EK_OK || out == NULL || !ek_io_out_where(out, fd))
		return;
	add_copy(box, fd[0], EK_BOX_MAKE_REG | EK_BOX_REMOVE_FILE);
	/* xorriso and mtools open it by its descriptor */
	add_copy(box, fd[1], EK_BOX_READ | EK_BOX_WRITE | EK_BOX_TRUNCATE);
}

/* "dir/..", which is right whatever slashes dir ends with */
static void make_tree(struct ek_sandbox *box, const char *dir)
{
	char *parent;

	if (mkdir(dir, 0777) != 0) {
		if (errno != EEXIST && !is_of_path(errno))
			fail(box, dir);
		return;
	}
	box->made = dir;
	if (asprintf(&parent, "%s/..", dir) < 0) {
		fail(box, dir);
		return;
	}
	ek_sandbox_allow(box, parent, EK_BOX_REMOVE_DIR);
	free(parent);
}

void ek_sandbox_tree(struct ek_sandbox *box, const char *dir)
{
	if (dir == NULL || box->rc != EK_OK)
		return;
	box->tree = true;
	make_tree(box, dir);
	ek_sandbox_allow(box, dir, WRITE_BELOW | EK_BOX_MAKE_DIR |
			 EK_BOX_MAKE_SYM | EK_BOX_REMOVE_DIR | EK_BOX_REFER);
}

void ek_sandbox_scratch(struct ek_sandbox *box)
{
	ek_sandbox_allow(box, ek_io_scratch_dir(), WRITE_BELOW);
}

static void allow_each(struct ek_sandbox *box, const char *const *paths,
		       uint32_t rights)
{
	for (; *paths != NULL; paths++)
		ek_sandbox_allow(box, *paths, rights);
}

void ek_sandbox_system(struct ek_sandbox *box)
{
	/* iconv() of libxml2 and libarchive loads its tables when a file wants
	 * them, OpenSSL its configuration and providers */
	static const char *const read[] = {
		"/usr", "/lib", "/lib32", "/lib64", "/etc/ssl/openssl.cnf",
		"/etc/pki/tls/openssl.cnf", "/etc/ld.so.cache",
		"/dev/urandom", SANITIZER ? "/proc" : NULL, NULL,
	};
	const char *conf = secure_getenv("OPENSSL_CONF");

	allow_each(box, read, READ_BELOW);
	ek_sandbox_allow(box, "/dev/null", EK_BOX_READ | EK_BOX_WRITE |
			 EK_BOX_TRUNCATE | EK_BOX_IOCTL_DEV);
	if (conf != NULL)
		ek_sandbox_read(box, conf);
}

/* posix_spawnp() looks there */
static void allow_path(struct ek_sandbox *box, uint32_t rights)
{
	const char *p = getenv("PATH");

	while (p != NULL && *p != '\0' && box->rc == EK_OK) {
		size_t n = strcspn(p, ":");
		char *dir = strndup(p, n);

		if (dir == NULL) {
			fail(box, "PATH");
			return;
		}
		if (dir[0] == '/' && strspn(dir, "/") != n)
			ek_sandbox_allow(box, dir, rights);
		free(dir);
		p += n + (p[n] == ':');
	}
}

void ek_sandbox_programs(struct ek_sandbox *box)
{
	static const char *const run[] = {
		"/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin",
		"/nix/store", "/gnu/store", NULL,
	};
	static const char *const read[] = {
		"/etc/ld.so.preload", "/etc/localtime", "/etc/passwd",
		"/etc/group", "/etc/nsswitch.conf", "/etc/mtools.conf",
		"/etc/default/mtools.conf", "/etc/default/xorriso",
		"/etc/opt/xorriso", "/etc/xorriso", NULL,
	};

	box->programs = true;
	allow_each(box, run, READ_BELOW | EK_BOX_EXECUTE);
	allow_path(box, READ_BELOW | EK_BOX_EXECUTE);
	allow_each(box, read, READ_BELOW);
}

/* ---- Landlock ------------------------------------------------------------ */

int ek_sandbox_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
			   CREATE_RULESET_VERSION);

	return abi > 0 ? (int)abi : 0;
}

/* What an ABI can deny. */
static struct ruleset_attr handled(int abi)
{
	static const struct { int abi; uint32_t last; } fs[] = {
		{ 1, EK_BOX_MAKE_SYM }, { 2, EK_BOX_REFER },
		{ 3, EK_BOX_TRUNCATE }, { 5, EK_BOX_IOCTL_DEV },
	};
	struct ruleset_attr attr = { 0, 0, 0 };

	for (size_t i = 0; i < sizeof(fs) / sizeof(*fs); i++)
		if (abi >= fs[i].abi)
			attr.fs = 2 * (uint64_t)fs[i].last - 1;
	if (abi >= 4)
		attr.net = NET_BIND_CONNECT_TCP;
	if (abi >= 6)
		attr.scoped = SCOPE_ABSTRACT_UNIX_AND_SIGNAL;
	return attr;
}

/* A pipe or the like has no place in the tree of files, and needs no rule. */
static int add_rule(int set, const struct ek_box_rule *r, uint64_t can)
{
	struct beneath_attr attr = { r->rights & can, r->fd };

	if (attr.rights == 0 ||
	    syscall(SYS_landlock_add_rule, set, RULE_PATH_BENEATH, &attr,
		    0) == 0)
		return 0;
	return errno == EBADFD ? 0 : -1;
}

static int restrict_files(const struct ek_sandbox *box, int abi)
{
	struct ruleset_attr attr = handled(abi);
	int rc = 0, sys, set = (int)syscall(SYS_landlock_create_ruleset, &attr,
					    sizeof(attr), 0);

	if (set < 0)
		return -1;
	for (size_t i = 0; rc == 0 && i < box->n; i++)
		rc = add_rule(set, &box->v[i], attr.fs);
	if (rc == 0)
		rc = (int)syscall(SYS_landlock_restrict_self, set, 0);
	/* 16 boxes in one another are there already: those hold us */
	if (rc != 0 && errno == E2BIG)
		rc = 0;
	sys = errno;
	close(set);
	errno = sys;
	return rc;
}

/* ---- seccomp ------------------------------------------------------------- */

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && defined(__LITTLE_ENDIAN__)
#define ARCH AUDIT_ARCH_AARCH64
#elif defined(__aarch64__) && !defined(__AARCH64EB__)
#define ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH AUDIT_ARCH_RISCV64
#elif defined(__i386__)
#define ARCH AUDIT_ARCH_I386
#elif defined(__s390x__)
#define ARCH AUDIT_ARCH_S390X
#endif

#ifdef ARCH
/* What a parser that was taken over would like, and none of ours calls. */
static const uint32_t denied[] = {
	SYS_execve, SYS_execveat, SYS_ptrace, SYS_process_vm_readv,
	SYS_process_vm_writev, SYS_bpf, SYS_perf_event_open, SYS_keyctl,
	SYS_unshare, SYS_setns, SYS_mount,
#ifdef SYS_socketcall
	SYS_socketcall,
#endif
#ifdef SYS_socket
	SYS_socket, SYS_socketpair, SYS_connect,
#endif
#ifdef SYS_io_uring_setup
	SYS_io_uring_setup,
#endif
};
enum { N_DENIED = sizeof(denied) / sizeof(*denied) };

/* EPERM for those, and for calls in the manner of another architecture. */
static int restrict_calls(void)
{
	struct sock_filter f[N_DENIED + 6] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 0, N_DENIED + 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		/* x32; no other has numbers like these */
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, N_DENIED + 1,
			 0),
	};
	struct sock_fprog prog = { N_DENIED + 6, f };

	for (unsigned i = 0; i < N_DENIED; i++)
		f[i + 4] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ |
			BPF_K, denied[i], (uint8_t)(N_DENIED - i), 0);
	f[N_DENIED + 4] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
						       SECCOMP_RET_ALLOW);
	f[N_DENIED + 5] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
		SECCOMP_RET_ERRNO | EPERM);
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0);
}

/* EFAULT: the kernel has it, and looked for a filter. */
static bool has_seccomp(void)
{
	return !SANITIZER &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0) != 0 &&
	       errno == EFAULT;
}
#else
static int restrict_calls(void)
{
	return 0;
}

static bool has_seccomp(void)
{
	return false;
}
#endif

/* ---- both ---------------------------------------------------------------- */

int ek_sandbox_enter(struct ek_sandbox *box, struct ek_err *err)
{
	int abi = ek_sandbox_abi(), rc = box->rc;

	if (rc != EK_OK && err != NULL)
		*err = box->err;
	if (abi == 1 && box->tree)
		abi = 0;
	if (rc == EK_OK && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) {
		if (abi > 0 && restrict_files(box, abi) != 0)
			rc = ek_fail_sys(err, "sandbox: Landlock");
		else if (!box->programs && has_seccomp() &&
			 restrict_calls() != 0)
			rc = ek_fail_sys(err, "sandbox: seccomp");
	}
	ek_sandbox_free(box);
	return rc;
}

void ek_sandbox_free(struct ek_sandbox *box)
{
	for (size_t i = 0; i < box->n; i++)
		close(box->v[i].fd);
	free(box->v);
	box->v = NULL;
	box->n = box->cap = 0;
}

const char *ek_sandbox_text(bool programs, char buf[EK_SANDBOX_TEXT])
{
	bool calls = !programs && has_seccomp();
	int abi = ek_sandbox_abi();

	if (abi > 0)
		snprintf(buf, EK_SANDBOX_TEXT, "landlock ABI %d%s", abi,
			 calls ? ", seccomp" : "");
	else
		snprintf(buf, EK_SANDBOX_TEXT, "%s: this kernel lacks Landlock",
			 calls ? "seccomp only" : "none");
	return buf;
}
