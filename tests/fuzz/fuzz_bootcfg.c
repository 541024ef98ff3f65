/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_bootcfg.c - a boot.cfg is written back to the byte; an edit is there
 *                  when the result is read again, with no empty module in it;
 *                  plans and rules take everything
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ek/bootcfg.h"
#include "ek/err.h"
#include "ek/finding.h"
#include "ek/io.h"
#include "ek/release.h"
#include "ek/rules_boot.h"

static void must(int ok)
{
	if (!ok)
		abort();
}

static char *write_out(const struct ek_bootcfg *cfg, size_t *len)
{
	struct ek_out *out;
	char *buf = NULL;

	must(ek_out_open_mem(&out, &buf, len, NULL) == EK_OK);
	ek_bootcfg_write(cfg, out);
	must(ek_out_commit(&out, NULL) == EK_OK);
	return buf;
}

/* cfg as it is read again after it was written. */
static struct ek_bootcfg *again(const struct ek_bootcfg *cfg)
{
	struct ek_bootcfg *b;
	size_t len;
	char *text = write_out(cfg, &len);

	must(ek_bootcfg_parse(&b, "again", text, len, NULL) == EK_OK);
	free(text);
	return b;
}

static void look(const struct ek_bootcfg *cfg)
{
	const struct ek_rules_boot s = { .cfg = cfg };
	struct ek_boot_plan plan;
	struct ek_findings *f;

	for (enum ek_boot_fw fw = EK_BOOT_BIOS; fw <= EK_BOOT_UEFI; fw++) {
		must(ek_boot_plan(cfg, fw, ek_boot_fw_dir(fw), &plan, NULL) ==
		     EK_OK);
		must(plan.status == EK_BOOT_OK || plan.n_modules == 0);
		ek_boot_plan_clear(&plan);
	}
	must(ek_findings_new(&f, NULL) == EK_OK);
	must(ek_rules_run(ek_rules_boot, ek_rules_boot_count, EK_RALL, &s, f,
			  NULL) == EK_OK);
	ek_findings_free(&f);
}

static void no_empty_item(const struct ek_bootcfg *cfg)
{
	const char *list = ek_bootcfg_get(cfg, "modules");
	struct ek_bootcfg_item it;
	enum ek_bootcfg_next next;

	must(list != NULL);
	do {
		next = ek_bootcfg_next_item(&list, &it);
		must(next != EK_BOOTCFG_WILD && it.empty == 0);
	} while (next == EK_BOOTCFG_ITEM);
}

static void edit(struct ek_bootcfg *cfg)
{
	size_t before = ek_bootcfg_module_count(cfg);
	struct ek_bootcfg *b;

	must(ek_bootcfg_set(cfg, "title", "x", NULL) == EK_OK);
	must(ek_bootcfg_add_opt(cfg, "ks=y", NULL) == EK_OK);
	b = again(cfg);
	must(strcmp(ek_bootcfg_get(b, "title"), "x") == 0);
	must(strstr(ek_bootcfg_get(b, "kernelopt"), "ks=y") != NULL);
	must(ek_bootcfg_remove_opt(b, "ks=", NULL) == EK_OK);
	must(ek_bootcfg_module_count(b) == before);
	if (ek_bootcfg_add_module(b, "fuzz.v00", NULL, NULL) == EK_OK) {
		must(ek_bootcfg_has_module(b, "/FUZZ.V00"));
		must(ek_bootcfg_module_count(b) == before + 1);
		no_empty_item(b);
		must(ek_bootcfg_remove_module(b, "fuzz.v00", NULL) == EK_OK);
		must(ek_bootcfg_module_count(b) == before);
	}
	ek_bootcfg_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ek_bootcfg *cfg;
	size_t len;
	char *text;

	if (ek_bootcfg_parse(&cfg, "fuzz", (const char *)data, size, NULL) !=
	    EK_OK)
		return 0;
	text = write_out(cfg, &len);
	must(len == size && (len == 0 || memcmp(text, data, len) == 0));
	free(text);
	look(cfg);
	if (ek_bootcfg_line_count(cfg) < EK_BOOTCFG_LINES_MAX - 8)
		edit(cfg);
	look(cfg);
	ek_bootcfg_free(&cfg);
	return 0;
}
