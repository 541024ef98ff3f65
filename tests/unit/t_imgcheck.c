/* SPDX-License-Identifier: BSD-2-Clause */
/* t_imgcheck.c - unit tests of imgcheck.h; the table of faults, each planted in
 *                a whole image: tests/cli/esxi-check.sh */
#include "os.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/finding.h"
#include "ek/image.h"
#include "ek/imgcheck.h"
#include "ek/imgscan.h"
#include "image_dir.h"

#define CFG(modules) "bootstate=0\nkernel=/b.b00\nkernelopt=\nmodules=" \
	modules "\nbuild=\nupdated=0\n"

struct checked {
	struct ek_image *img;
	struct ek_imgscan *scan;
	struct ek_findings *f;
	struct ek_imgcheck_tally tally;
};

static void check(struct checked *c, const char *dir)
{
	const struct ek_imgscan_opts so = {
		.threads = 2, .read = true, .entries = true,
	};
	const struct ek_imgcheck_opts o = { .tally = &c->tally };
	struct ek_err err = EK_ERR_INIT;

	assert_int_equal(ek_image_open(&c->img, dir, &err), EK_OK);
	assert_int_equal(ek_imgscan_new(&c->scan, c->img, &so, &err), EK_OK);
	assert_int_equal(ek_findings_new(&c->f, &err), EK_OK);
	if (ek_imgcheck(c->scan, &o, c->f, &err) != EK_OK)
		fail_msg("%s", err.msg);
}

static void done(struct checked *c)
{
	ek_findings_free(&c->f);
	ek_imgscan_free(&c->scan);
	ek_image_close(&c->img);
}

/* These codes, in this order, and no more. */
static void assert_codes(const struct checked *c, const char *want)
{
	struct ek_buf got = EK_BUF_INIT;
	const struct ek_finding *x;

	for (size_t i = 0; (x = ek_findings_at(c->f, i)) != NULL; i++)
		ek_buf_addf(&got, "%s%s", i != 0 ? " " : "", x->code);
	assert_string_equal(ek_buf_str(&got), want);
	ek_buf_free(&got);
}

static void test_kinds(void **state)
{
	struct checked c;

	(void)state;
	assert_string_equal(ek_image_kind_name(EK_IMAGE_ISO), "iso");
	make_image(CFG("/s.v00"), CFG("/s.v00"));
	check(&c, "d");
	assert_int_equal(c.tally.kind, EK_IMAGE_TREE);
	assert_int_equal(c.tally.modules, 2); /* kernel and module */
	assert_null(c.tally.profile);
	assert_codes(&c, "database");
	done(&c);

	assert_int_equal(system("rm -rf d/EFI d/MBOOT.C32"), 0);
	check(&c, "d");
	assert_int_equal(c.tally.kind, EK_IMAGE_BANK);
	assert_codes(&c, "database"); /* and nothing of UEFI */
	done(&c);

	assert_int_equal(remove("d/BOOT.CFG"), 0);
	check(&c, "d");
	assert_int_equal(c.tally.kind, EK_IMAGE_TREE);
	assert_codes(&c, "boot-cfg boot-cfg database");
	done(&c);
}

/* What is wrong in both files is told once, a difference is told. */
static void test_boot(void **state)
{
	struct checked c;

	(void)state;
	make_image("foo=1\n" CFG("/s.v00"), "foo=1\n" CFG("/s.v00"));
	check(&c, "d");
	assert_codes(&c, "key-unknown database");
	done(&c);
	put_file("d/EFI/BOOT/BOOT.CFG", "foo=1\n" CFG("/net-e1.v00"));
	check(&c, "d");
	assert_codes(&c, "key-unknown boot-cfg-differ database");
	done(&c);
	put_file("d/EFI/BOOT/BOOT.CFG", CFG("/gone.v00"));
	put_file("d/BOOT.CFG", CFG("/gone.v00"));
	check(&c, "d");
	assert_codes(&c, "database module-missing");
	done(&c);
}

static void test_report(void **state)
{
	struct ek_buf text = EK_BUF_INIT;
	struct ek_err err = EK_ERR_INIT;
	struct checked c;

	(void)state;
	make_image(CFG("/s.v00"), CFG("/s.v00"));
	check(&c, "d");
	c.tally.sig_untold = 3;
	assert_int_equal(ek_imgcheck_report(c.scan, &c.tally, c.f,
					    EK_IMGCHECK_TEXT, &text, &err),
			 EK_EREFUSE);
	assert_string_equal(err.msg, "'d': 1 error found");
	assert_non_null(strstr(text.p, "d: tree, 0 VIBs, 2 modules\n"));
	assert_non_null(strstr(text.p, "[database]\n"));
	assert_non_null(strstr(text.p, "cannot tell for 3 VIBs"));
	assert_non_null(strstr(text.p, "\n1 error, 0 warnings\n"));
	ek_buf_reset(&text);
	assert_int_equal(ek_imgcheck_report(c.scan, &c.tally, c.f,
					    EK_IMGCHECK_BRIEF, &text, &err),
			 EK_EREFUSE);
	assert_memory_equal(text.p, "error: d: ", 10);
	assert_null(strstr(text.p, "cannot tell"));
	ek_buf_reset(&text);
	assert_int_equal(ek_imgcheck_report(c.scan, &c.tally, c.f,
					    EK_IMGCHECK_JSON, &text, &err),
			 EK_EREFUSE);
	assert_non_null(strstr(text.p, "\"kind\": \"tree\""));
	assert_non_null(strstr(text.p, "\"cannot_tell\": 3"));
	assert_non_null(strstr(text.p, "\"code\": \"database\""));
	ek_buf_free(&text);
	done(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_kinds, enter, leave),
		cmocka_unit_test_setup_teardown(test_boot, enter, leave),
		cmocka_unit_test_setup_teardown(test_report, enter, leave),
	};

	return cmocka_run_group_tests_name("imgcheck", tests, NULL, NULL);
}
