/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mkvmtarcases.c - write the tars of vmtar_cases.h
 *
 *	mkvmtarcases DIR     each as DIR/NAME.tar, bad-ustar too
 *	mkvmtarcases -l      "NAME 6.5|6.7|8.0u1 SIZE SHA256", a line each
 */
#include "os.h"

#include "ek/buf.h"
#include "ek/io.h"
#include "vmtar_cases.h"

static int write_case(const char *dir, const char *name,
		      void (*make)(struct ek_buf *))
{
	struct ek_err err = EK_ERR_INIT;
	struct ek_buf tar = EK_BUF_INIT;
	struct ek_out *out;
	char path[1024];
	int rc;

	make(&tar);
	snprintf(path, sizeof(path), "%s/%s.tar", dir, name);
	rc = ek_buf_check(&tar, path, &err);
	if (rc == EK_OK)
		rc = ek_out_open(&out, path, &err);
	if (rc == EK_OK) {
		ek_out_write(out, tar.p, tar.len);
		rc = ek_out_commit(&out, &err);
	}
	ek_buf_free(&tar);
	if (rc != EK_OK)
		fprintf(stderr, "mkvmtarcases: %s\n", err.msg);
	return rc;
}

static void list(void)
{
	static const char *const gens[] = { "6.5", "6.7", "8.0u1" };

	for (size_t i = 0; i < VCASES; i++)
		for (size_t g = 0; g < 3 && vcases[i].out[g].size != 0; g++)
			printf("%s %s %zu %s\n", vcases[i].name, gens[g],
			       vcases[i].out[g].size, vcases[i].out[g].sha256);
}

int main(int argc, char **argv)
{
	int rc;

	if (argc != 2) {
		fprintf(stderr, "usage: mkvmtarcases DIR | -l\n");
		return 2;
	}
	if (strcmp(argv[1], "-l") == 0) {
		list();
		return 0;
	}
	rc = write_case(argv[1], "bad-ustar", vc_bad_ustar);
	for (size_t i = 0; rc == EK_OK && i < VCASES; i++)
		rc = write_case(argv[1], vcases[i].name, vcases[i].make);
	return rc == EK_OK ? 0 : 1;
}
