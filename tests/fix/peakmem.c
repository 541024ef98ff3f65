/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * peakmem.c - run a program and tell the most memory of its own that it had
 *
 *	peakmem FILE program [argument]...
 *
 * Writes to FILE, in KiB: the high-water mark of what was resident, less the
 * pages of mapped files (its code, its libraries) that are there at its end. The
 * program is stopped at its exit, when both can still be read in /proc. Ends with
 * its status.
 */
#include "os.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "peakmem: %s: %s\n", what, strerror(errno));
	exit(3);
}

static long field(const char *status, const char *name)
{
	const char *p = strstr(status, name);

	if (p == NULL)
		die(name);
	return strtol(p + strlen(name), NULL, 10);
}

static void tell(pid_t pid, const char *file)
{
	char path[64], text[8192];
	FILE *fp;
	size_t n;

	snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
	fp = fopen(path, "r");
	if (fp == NULL)
		die(path);
	n = fread(text, 1, sizeof(text) - 1, fp);
	text[n] = '\0';
	fclose(fp);
	fp = fopen(file, "w");
	if (fp == NULL)
		die(file);
	fprintf(fp, "%ld\n", field(text, "VmHWM:") - field(text, "RssFile:"));
	fclose(fp);
}

/* On to the next stop; a signal that it was stopped by is handed on. */
static void go_on(pid_t pid, int sig)
{
	if (ptrace(PTRACE_CONT, pid, 0, sig) != 0 && errno != ESRCH)
		die("ptrace");
}

/* The program stops at its own exec, at each signal, and at its exit. */
static int follow(pid_t pid, const char *file)
{
	int status, sig;

	if (waitpid(pid, &status, 0) != pid ||
	    ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACEEXIT) != 0)
		die("ptrace");
	go_on(pid, 0);
	for (;;) {
		if (waitpid(pid, &status, 0) != pid)
			die("waitpid");
		if (!WIFSTOPPED(status))
			return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
		sig = WSTOPSIG(status);
		if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8))
			tell(pid, file);
		go_on(pid, sig == SIGTRAP ? 0 : sig);
	}
}

int main(int argc, char **argv)
{
	pid_t pid;

	if (argc < 3) {
		fprintf(stderr, "usage: peakmem file program [argument]...\n");
		return 2;
	}
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, 0, 0) != 0)
			die("ptrace");
		execvp(argv[2], argv + 2);
		die(argv[2]);
	}
	return follow(pid, argv[1]);
}
