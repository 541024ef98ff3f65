/* SPDX-License-Identifier: BSD-2-Clause */
/* t_bootcfg.c - unit tests of bootcfg.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ek/bootcfg.h"
#include "ek/buf.h"
#include "ek/err.h"
#include "ek/io.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static struct ek_bootcfg *parse(const char *text)
{
	struct ek_bootcfg *cfg;
	struct ek_err err = EK_ERR_INIT;

	if (ek_bootcfg_parse(&cfg, "t", text, strlen(text), &err) != EK_OK)
		fail_msg("%s", err.msg);
	return cfg;
}

static char *written(const struct ek_bootcfg *cfg, size_t *len)
{
	struct ek_out *out;
	char *buf = NULL;

	assert_int_equal(ek_out_open_mem(&out, &buf, len, NULL), EK_OK);
	ek_bootcfg_write(cfg, out);
	assert_int_equal(ek_out_commit(&out, NULL), EK_OK);
	return buf;
}

static void assert_written(const struct ek_bootcfg *cfg, const char *want)
{
	size_t len = 0;
	char *buf = written(cfg, &len);

	assert_int_equal(len, strlen(want));
	assert_memory_equal(buf, want, len);
	free(buf);
}

/* ---- the loader --------------------------------------------------------- */

/*
 * What VMware's loader (esx-boot as of 9.0) made of these files. A result is
 * one line: title|prefix|timeout|kernel|kernelopt|module;options|..., "-" for
 * not set; or the loader's error number. uefi NULL: as bios.
 */
static const struct {
	const char *name, *text, *bios, *uefi;
} golden[] = {
	{ "abbrev", "k=/k\nm=/a --- /b\nti=hello\n",
	  "hello||5|/k|-|/a;-|/b;-", "hello|/EFI/BOOT|5|/k|-|/a;-|/b;-" },
	{ "bom", "\xef\xbb\xbfkernel=/k\nmodules=/a\n", "32 Syntax", NULL },
	{ "bslash", "kernel=\\\\k.b00\nmodules=efi\\\\a.b00\n",
	  "-||5|/k.b00|-|efi/a.b00;-",
	  "-|/EFI/BOOT|5|/k.b00|-|/EFI/BOOT/efi/a.b00;-" },
	{ "case", "KERNEL=/k\nModules=/a\nTITLE=x\n", "x||5|/k|-|/a;-",
	  "x|/EFI/BOOT|5|/k|-|/a;-" },
	{ "comment", "# kernel=/x\n  # c\nkernel=/k # not a comment\n"
	  "modules=/a # x --- /b\n",
	  "-||5|/k#notacomment|-|/a;# x|/b;-",
	  "-|/EFI/BOOT|5|/k#notacomment|-|/a;# x|/b;-" },
	{ "crlf", "kernel=/k\r\nkernelopt=runweasel ks=cdrom:/KS.CFG\r\n"
	  "modules=/a --- /b\r\n",
	  "-||5|/k|runweasel ks=cdrom:/KS.CFG|/a;-|/b;-",
	  "-|/EFI/BOOT|5|/k|runweasel ks=cdrom:/KS.CFG|/a;-|/b;-" },
	{ "dashname",
	  "kernel=/k\nmodules=/a-b.v00 --- /c--d.v00 --- /e---f.v00\n",
	  "-||5|/k|-|/a-b.v00;-|/c--d.v00;-|/e;-|f.v00;-",
	  "-|/EFI/BOOT|5|/k|-|/a-b.v00;-|/c--d.v00;-|/e;-|"
	  "/EFI/BOOT/f.v00;-" },
	{ "dblsep2", "kernel=/k\nmodules=/a ------/b\n", "-||5|/k|-|/a;-|b;-",
	  "-|/EFI/BOOT|5|/k|-|/a;-|/EFI/BOOT/b;-" },
	{ "dup", "kernel=/k\nkernel=/k2\nmodules=/a\nmodules=/b --- /c\n"
	  "kernelopt=one\nkernelopt=two\n", "-||5|/k2|two|/b;-|/c;-",
	  "-|/EFI/BOOT|5|/k2|two|/b;-|/c;-" },
	{ "eqinval", "kernel=/k\nkernelopt=a=b c=d ks=http://x/y?z=1\n",
	  "-||5|/k|a=b c=d ks=http://x/y?z=1",
	  "-|/EFI/BOOT|5|/k|a=b c=d ks=http://x/y?z=1" },
	{ "intempty", "kernel=/k\ntimeout=\n", "-||0|/k|-",
	  "-|/EFI/BOOT|0|/k|-" },
	{ "intplus", "kernel=/k\ntimeout=+5\n", "32 Syntax", NULL },
	{ "kernspace", "kernel=/k opt\nmodules=/a\n", "-||5|/kopt|-|/a;-",
	  "-|/EFI/BOOT|5|/kopt|-|/a;-" },
	{ "lead", "   kernel=/k   \n\t modules=/a\t---\t/b\t opt1\t\topt2 \n",
	  "-||5|/k|-|/a;-|/b;opt1 opt2",
	  "-|/EFI/BOOT|5|/k|-|/a;-|/b;opt1 opt2" },
	{ "leadsep2", "kernel=/k\nmodules=---/a --- /b\n",
	  "-||5|/k|-|a;-|/b;-", "-|/EFI/BOOT|5|/k|-|/EFI/BOOT/a;-|/b;-" },
	{ "nbsp", "kernel=/k\ntitle=Voil\xc3\xa0  x\n", "Voil\xc3 x||5|/k|-",
	  "Voil\xc3 x|/EFI/BOOT|5|/k|-" },
	{ "nokernel", "modules=/a\n", "32 Syntax", NULL },
	{ "nonl", "kernel=/k\nmodules=/a", "-||5|/k|-|/a;-",
	  "-|/EFI/BOOT|5|/k|-|/a;-" },
	{ "prefix", "prefix=/esx/\nkernel=k.b00\n"
	  "modules=a.b00 --- /b.b00 --- sub//c.b00\n",
	  "-|/esx/|5|/esx/k.b00|-|/esx/a.b00;-|/b.b00;-|/esx/sub/c.b00;-",
	  NULL },
	{ "relative", "kernel=k.b00\nmodules=a.b00 --- /b.b00\n",
	  "-||5|k.b00|-|a.b00;-|/b.b00;-",
	  "-|/EFI/BOOT|5|/EFI/BOOT/k.b00|-|/EFI/BOOT/a.b00;-|/b.b00;-" },
	{ "skip", "skip=1\nkernel=/k\n", "22 Aborted", NULL },
	{ "space_after", "kernel= /k\nmodules=   /a ---   /b  \n",
	  "-||5|/k|-|/a;-|/b;-", "-|/EFI/BOOT|5|/k|-|/a;-|/b;-" },
	{ "space_around", "kernel = /k\nmodules = /a\n", "32 Syntax", NULL },
	{ "tight", "kernel=/k\nmodules=/a---/b---/c\n",
	  "-||5|/k|-|/a;-|/b;-|/c;-", "-|/EFI/BOOT|5|/k|-|/a;-|/b;-|/c;-" },
	{ "trailsep", "kernel=/k\nmodules=/a --- /b ---\n",
	  "-||5|/k|-|/a;-|/b;-", "-|/EFI/BOOT|5|/k|-|/a;-|/b;-" },

	/* from the rules of boot.cfg.5, "Grammar" and "modules" */
	{ "one letter", "=/k\nm=/a\nt=T\np=/p\nn=1\ns=0\nr=1\ne=2\nc=x\na=y\n",
	  "T|/p|5|/k|-|/a;-", NULL },
	{ "letter s", "kernel=/k\ns=1\n", "22 Aborted", NULL },
	{ "skip wins over no kernel", "skip=1\n", "22 Aborted", NULL },
	{ "syntax wins over skip", "skip=1\ntimeout=5s\n", "32 Syntax", NULL },
	{ "syntax in an earlier line that loses", "kernel=/k\ntimeout=x\n"
	  "timeout=5\n", "32 Syntax", NULL },
	{ "minus alone", "kernel=/k\ntimeout=-\n", "-||0|/k|-",
	  "-|/EFI/BOOT|0|/k|-" },
	{ "negative", "kernel=/k\ntimeout=-7\n", "-||-7|/k|-",
	  "-|/EFI/BOOT|-7|/k|-" },
	{ "too large", "kernel=/k\ntimeout=99999999999\n",
	  "-||2147483647|/k|-", "-|/EFI/BOOT|1215752191|/k|-" },
	{ "cr alone", "kernel=/k\rmodules=/a\r", "-||5|/kmodules=/a|-",
	  "-|/EFI/BOOT|5|/kmodules=/a|-" },
	{ "unknown key", "kernel=/k\nbootstate=x\nkernels=/x\n", "-||5|/k|-",
	  "-|/EFI/BOOT|5|/k|-" },
	{ "a key of one more letter", "kernel=/k\ntimeouts=x\n", "-||5|/k|-",
	  "-|/EFI/BOOT|5|/k|-" },
	{ "no equals sign", "kernel=/k\nmodules\n", "-||5|/k|-",
	  "-|/EFI/BOOT|5|/k|-" },
	{ "prefix of blanks", "kernel=k\nprefix=  \n", "-||5|k|-",
	  "-|/EFI/BOOT|5|/EFI/BOOT/k|-" },
	{ "prefix with white space", "kernel=k\nprefix=/a b\n",
	  "-|/a b|5|/ab/k|-", NULL },
	{ "url", "kernel=k\nprefix=http://h//d/\nmodules=//a --- https://i//b"
	  " --- sub/c\n", "-|http://h//d/|5|http://h/d/k|-|/a;-|"
	  "https://i/b;-|http://h/d/sub/c;-", NULL },
	{ "separator with a blank", "kernel=/k\nmodules=--- /a --- --- /b\n",
	  "-||5|/k|-|/a;-|/b;-", "-|/EFI/BOOT|5|/k|-|/a;-|/b;-" },
	{ "four hyphens", "kernel=/k\nmodules=/a ----\n", "-||5|/k|-|/a;-|-;-",
	  "-|/EFI/BOOT|5|/k|-|/a;-|/EFI/BOOT/-;-" },
	{ "four hyphens alone", "kernel=/k\nmodules=----\n", "-||5|/k|-",
	  "-|/EFI/BOOT|5|/k|-" },
	{ "same module twice", "kernel=/k\nmodules=/a --- /a\n",
	  "-||5|/k|-|/a;-|/a;-", "-|/EFI/BOOT|5|/k|-|/a;-|/a;-" },
	{ "no modules", "kernel=/k\nmodules=\n", "-||5|/k|-",
	  "-|/EFI/BOOT|5|/k|-" },
	{ "nothing", "", "32 Syntax", NULL },

	/* no result is known, it is undefined */
	{ "only a separator", "kernel=/k\nmodules=---\n", "-||5|/k|-|wild",
	  "-|/EFI/BOOT|5|/k|-|wild" },
	{ "two separators last", "kernel=/k\nmodules=/a --- ---\n",
	  "-||5|/k|-|/a;-|wild", "-|/EFI/BOOT|5|/k|-|/a;-|wild" },
	{ "empty the second time", "kernel=/k\nkernelopt=one\nkernelopt=\n",
	  "-||5|/k|-", "-|/EFI/BOOT|5|/k|-|wild" },
	{ "no kernel the second time", "kernel=/k\nkernel=\n", "32 Syntax",
	  "wild" },
	{ "empty, then not", "kernel=/k\ntitle=a\ntitle=\ntitle=b\n",
	  "b||5|/k|-", "b|/EFI/BOOT|5|/k|-" },
};

static const char *dash(const char *s)
{
	return s != NULL ? s : "-";
}

static void plan_text(const struct ek_boot_plan *p, struct ek_buf *b)
{
	if (p->status != EK_BOOT_OK) {
		assert_non_null(p->why);
		ek_buf_addf(b, "%d %s", (int)p->status,
			    ek_boot_status_text(p->status));
		return;
	}
	if (p->kernel != NULL)
		ek_buf_addf(b, "%s|%s|%d|%s|%s", dash(p->title), p->prefix,
			    p->timeout, p->kernel, dash(p->kernelopt));
	for (size_t i = 0; i < p->n_modules; i++)
		ek_buf_addf(b, "|%s;%s", p->modules[i].path,
			    dash(p->modules[i].options));
	if (p->undefined != NULL)
		ek_buf_adds(b, b->len != 0 ? "|wild" : "wild");
}

static void check_plan(const char *name, const struct ek_bootcfg *cfg,
		       enum ek_boot_fw fw, const char *want)
{
	struct ek_buf b = EK_BUF_INIT;
	struct ek_boot_plan plan;

	assert_int_equal(ek_boot_plan(cfg, fw, ek_boot_fw_dir(fw), &plan, NULL),
			 EK_OK);
	plan_text(&plan, &b);
	if (strcmp(ek_buf_str(&b), want) != 0)
		fail_msg("%s, %s:\n got  %s\n want %s", name,
			 ek_boot_fw_name(fw), ek_buf_str(&b), want);
	ek_boot_plan_clear(&plan);
	ek_buf_free(&b);
}

static void test_golden(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(golden); i++) {
		struct ek_bootcfg *cfg = parse(golden[i].text);

		check_plan(golden[i].name, cfg, EK_BOOT_BIOS, golden[i].bios);
		check_plan(golden[i].name, cfg, EK_BOOT_UEFI,
			   golden[i].uefi != NULL ? golden[i].uefi
						  : golden[i].bios);
		/* not changed, not one byte */
		assert_written(cfg, golden[i].text);
		ek_bootcfg_free(&cfg);
	}
}

/* Setting one key is seen by the loader and changes no other setting. */
static void test_golden_set(void **state)
{
	struct ek_boot_plan before, after;

	(void)state;
	for (size_t i = 0; i < 25; i++) {
		struct ek_bootcfg *cfg = parse(golden[i].text);

		ek_boot_plan(cfg, EK_BOOT_UEFI, "/d", &before, NULL);
		assert_int_equal(ek_bootcfg_set(cfg, "title", "new", NULL),
				 EK_OK);
		ek_boot_plan(cfg, EK_BOOT_UEFI, "/d", &after, NULL);
		assert_int_equal(before.status, after.status);
		assert_string_equal(ek_bootcfg_get(cfg, "title"), "new");
		if (before.status == EK_BOOT_OK) {
			assert_string_equal(after.title, "new");
			assert_string_equal(after.kernel, before.kernel);
			assert_string_equal(dash(after.kernelopt),
					    dash(before.kernelopt));
			assert_int_equal(after.n_modules, before.n_modules);
			assert_int_equal(after.timeout, before.timeout);
		}
		ek_boot_plan_clear(&before);
		ek_boot_plan_clear(&after);
		ek_bootcfg_free(&cfg);
	}
}

/* A NUL ends the text of its line, the next line counts. */
static void test_nul(void **state)
{
	static const char text[] = "kernel=/k\0x\r\nmodules=/a\n";
	struct ek_bootcfg *cfg;
	size_t len;
	char *buf;

	(void)state;
	assert_int_equal(ek_bootcfg_parse(&cfg, "t", text, sizeof(text) - 1,
					  NULL), EK_OK);
	check_plan("nul", cfg, EK_BOOT_BIOS, "-||5|/k|-|/a;-");
	buf = written(cfg, &len);
	assert_int_equal(len, sizeof(text) - 1);
	assert_memory_equal(buf, text, len);
	free(buf);
	ek_bootcfg_free(&cfg);
}

/* ---- edits -------------------------------------------------------------- */

#define SET    EK_BOOTCFG_SET
#define DEL    EK_BOOTCFG_DELETE
#define ADD    EK_BOOTCFG_ADD
#define BEFORE EK_BOOTCFG_ADD
#define RM     EK_BOOTCFG_REMOVE
#define REPL   EK_BOOTCFG_REPLACE
#define OPT    EK_BOOTCFG_OPT
#define NOOPT  EK_BOOTCFG_NO_OPT

static const struct {
	const char *in;
	enum ek_bootcfg_op op;
	const char *a, *b, *out;
} edits[] = {
	/* keys */
	{ "", SET, "q", "1", "q=1\n" },
	{ "q=1\n", SET, "q", "2", "q=2\n" },
	{ "q=1", SET, "x", "2", "q=1\nx=2\n" },
	{ "q=1", SET, "q", "2", "q=2" },
	{ "y\nq=1", SET, "q", "2", "y\nq=2" },
	{ "Q=1\n#q=0\ny\nq=3\n", SET, "q", "2", "q=2\n#q=0\ny\n" },
	{ "q=1\nx=2\nq=3\n", DEL, "q", NULL, "x=2\n" },
	{ "x=2\nq=3", DEL, "q", NULL, "x=2\n" },
	{ "q=b=c\n", SET, "q", "", "q=\n" },
	{ " build =1\r\n", SET, "build", "2", "build=2\r\n" },
	{ "kernel = /a\n", SET, "kernel", "/b", "kernel=/b\n" },
	{ "k=/a\n=/b\nKerneL=/c\n", SET, "kernel", "/d", "kernel=/d\n" },
	{ "k=/a\nkernelo=x\n", DEL, "kernelopt", NULL, "k=/a\n" },
	{ "kernel=/a\r\n", SET, "TIMEOUT", "7", "timeout=7\r\nkernel=/a\r\n" },
	{ "  timeout= 5 \n", SET, "timeout", "5", "  timeout= 5 \n" },
	{ "  timeout= 5 \n", SET, "timeout", "6", "timeout=6\n" },
	{ "TIMEOUT=5\n", SET, "timeout", "5", "timeout=5\n" },
	{ "timeout= 5 \r\n", SET, "timeout", "5", "timeout= 5 \r\n" },
	{ "# c\n\nkernel=/a\nbuild=\n", SET, "kernelopt", "x",
	  "# c\n\nkernel=/a\nkernelopt=x\nbuild=\n" },
	{ "kernel=/a\nupdated=0\n", SET, "bootstate", "0",
	  "bootstate=0\nkernel=/a\nupdated=0\n" },
	{ "kernel=/a\n", SET, "errtimeout", "-1",
	  "kernel=/a\nerrtimeout=-1\n" },
	{ "title=a\xff\xa0\xa0 b \ntimeout=1\n", SET, "timeout", "2",
	  "title=a\xff\xa0\xa0 b \ntimeout=2\n" },

	/* modules */
	{ "modules=/a --- /imgdb.tgz --- /imgpayld.tgz\n", ADD, "n.v00", NULL,
	  "modules=/a --- /n.v00 --- /imgdb.tgz --- /imgpayld.tgz\n" },
	{ "modules=/a --- /IMGDB.TGZ\n", ADD, "/n.v00", NULL,
	  "modules=/a --- /n.v00 --- /IMGDB.TGZ\n" },
	{ "modules=a --- imgdb.tgz\n", ADD, "/n.v00", NULL,
	  "modules=a --- n.v00 --- imgdb.tgz\n" },
	{ "modules=esx/a --- esx/imgdb.tgz\n", ADD, "/esx/n.v00", NULL,
	  "modules=esx/a --- esx/n.v00 --- esx/imgdb.tgz\n" },
	{ "modules=/a --- /b\n", ADD, "n.v00", NULL,
	  "modules=/a --- /b --- /n.v00\n" },
	{ "kernel=/k\n", ADD, "n.v00", NULL, "kernel=/k\nmodules=/n.v00\n" },
	{ "kernel=k\n", ADD, "n.v00", NULL, "kernel=k\nmodules=n.v00\n" },
	{ "modules=/a\n", ADD, "http://h/n.v00", NULL,
	  "modules=/a --- http://h/n.v00\n" },
	{ "modules=/a---/b ---\r\n", ADD, "NET-X.V00", NULL,
	  "modules=/a --- /b --- /NET-X.V00\r\n" },
	{ "modules=/a\t  opt  x --- --- /b\n", ADD, "c", NULL,
	  "modules=/a opt x --- /b --- /c\n" },
	{ "modules=/a --- /b --- /c\n", BEFORE, "n", "B",
	  "modules=/a --- /n --- /b --- /c\n" },
	{ "modules=/a --- /b --- /c\n", BEFORE, "n", "/a",
	  "modules=/n --- /a --- /b --- /c\n" },
	{ "modules=/a --- /b --- /c\n", RM, "B", NULL,
	  "modules=/a --- /c\n" },
	{ "modules=/a --- /b x=1 --- /c\n", RM, "//b", NULL,
	  "modules=/a --- /c\n" },
	{ "modules=/a --- /b --- /a\n", RM, "/A", NULL, "modules=/b\n" },
	{ "modules=/a\n", RM, "a", NULL, "modules=\n" },
	{ "modules=/a --- /b x=1 --- /c\n", REPL, "B", "n.v01",
	  "modules=/a --- /n.v01 x=1 --- /c\n" },
	{ "modules=/a --- /b\n", REPL, "b", "/B", "modules=/a --- /B\n" },
	{ "modules=/a\nx\nm=/b --- /c", RM, "c", NULL, "modules=/b\nx\n" },
	{ "modules=/a\\x --- /b\n", RM, "A/X", NULL, "modules=/b\n" },

	/* kernel options */
	{ "kernel=/k\n", OPT, "a", NULL, "kernel=/k\nkernelopt=a\n" },
	{ "kernelopt=runweasel\n", OPT, "ks=cdrom:/KS.CFG", NULL,
	  "kernelopt=runweasel ks=cdrom:/KS.CFG\n" },
	{ "kernelopt=a ks=x  b ks=y\n", OPT, "ks=z", NULL,
	  "kernelopt=a ks=z b\n" },
	{ "kernelopt=a b\n", OPT, "a", NULL, "kernelopt=a b\n" },
	{ "kernelopt=ks=http://h/?a=b\n", OPT, "a=c", NULL,
	  "kernelopt=ks=http://h/?a=b a=c\n" },
	{ "kernelopt=a ks=b kss=c\n", OPT, " x  ks=d\ty ", NULL,
	  "kernelopt=a ks=d kss=c x y\n" },
	{ "kernelopt=cdromBoot runweasel\n", NOOPT, "cdromBoot", NULL,
	  "kernelopt=runweasel\n" },
	{ "kernelopt=a ks=x b\n", NOOPT, "ks=", NULL, "kernelopt=a b\n" },
	{ "kernelopt=a ks=x b\n", NOOPT, "ks=x b", NULL, "kernelopt=a\n" },
	{ "kernelopt=a\n", NOOPT, "a", NULL, "kernelopt=\n" },
};

static void test_edits(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(edits); i++) {
		struct ek_bootcfg *cfg = parse(edits[i].in);
		struct ek_err err = EK_ERR_INIT;

		const struct ek_bootcfg_edit e = {
			edits[i].op, edits[i].a, edits[i].b,
		};

		if (ek_bootcfg_apply(cfg, &e, &err) != EK_OK)
			fail_msg("edit %zu of '%s': %s", i, edits[i].in,
				 err.msg);
		assert_written(cfg, edits[i].out);
		ek_bootcfg_free(&cfg);
	}
}

/* Refused, with the code and a word of the message; nothing changed. */
static const struct {
	const char *in;
	enum ek_bootcfg_op op;
	const char *a, *b;
	int code;
	const char *word;
} refused[] = {
	{ "a=1\n", SET, "", "1", EK_EARG, "'' is not a key" },
	{ "a=1\n", SET, "#a", "1", EK_EARG, "not a key" },
	{ "a=1\n", SET, "a b", "1", EK_EARG, "not a key" },
	{ "a=1\n", SET, "a=b", "1", EK_EARG, "not a key" },
	{ "a=1\n", SET, "k", "/x", EK_EARG, "'kernel'" },
	{ "a=1\n", SET, "Mod", "/x", EK_EARG, "'modules'" },
	{ "a=1\n", SET, "q", "1\nb=2", EK_EARG, "0x0a" },
	{ "a=1\n", SET, "q", "1\r", EK_EARG, "0x0d" },
	{ "a=1\n", SET, "timeout", "5s", EK_EARG, "not a number" },
	{ "a=1\n", SET, "timeout", "+5", EK_EARG, "not a number" },
	{ "a=1\n", SET, "kernel", "/k opt", EK_EARG, "kernelopt" },
	{ "a=1\n", SET, "prefix", "/a b", EK_EARG, "blank" },
	{ "a=1\n", SET, "modules", "---", EK_EARG, "empty module" },
	{ "a=1\n", SET, "modules", "/a --- --- /b", EK_EARG, "behind 1" },
	{ "a=1\n", SET, "modules", "/a --- ---", EK_EARG, "empty module" },
	{ "a=1\n", DEL, "b", NULL, EK_EREFUSE, "no key 'b'" },
	{ "a=1\n", DEL, "k", NULL, EK_EARG, "'kernel'" },
	{ "modules=/a --- /b\n", ADD, "B", NULL, EK_EREFUSE, "there already" },
	{ "modules=/a\n", ADD, "e---f.v00", NULL, EK_EARG, "'---'" },
	{ "modules=/a\n", ADD, "e f", NULL, EK_EARG, "blank" },
	{ "modules=/a\n", ADD, "", NULL, EK_EARG, "no name" },
	{ "modules=/a\n", ADD, "/", NULL, EK_EARG, "no name" },
	{ "modules=/a\n", ADD, "e\xa0", NULL, EK_EARG, "blank" },
	{ "modules=/a\n", ADD, "\xc3\xa9", NULL, EK_EARG, "ASCII" },
	{ "modules=/a\n", ADD, "a#b", NULL, EK_EARG, "'#'" },
	{ "modules=/a\n", ADD, "a\\b", NULL, EK_EARG, "'\\'" },
	{ "modules=/a\n", BEFORE, "n", "x", EK_EREFUSE, "no module 'x'" },
	{ "modules=/a\n", RM, "b", NULL, EK_EREFUSE, "no module 'b'" },
	{ "kernel=/k\n", RM, "b", NULL, EK_EREFUSE, "no module 'b'" },
	{ "modules=/a --- /b\n", REPL, "c", "d", EK_EREFUSE, "no module 'c'" },
	{ "modules=/a --- /b\n", REPL, "a", "B", EK_EREFUSE, "there already" },
	{ "modules=/a --- /b\n", REPL, "a", "x y", EK_EARG, "blank" },
	{ "modules=---\n", ADD, "n", NULL, EK_EFORMAT, "empty module" },
	{ "modules=/a --- ---\n", ADD, "n", NULL, EK_EFORMAT, "behind 1" },
	{ "modules=/a ------/b\n", RM, "a", NULL, EK_EFORMAT, "drops bytes" },
	{ "kernelopt=a\n", NOOPT, "b", NULL, EK_EREFUSE, "there is 'a'" },
	{ "kernelopt=a ks=x\n", NOOPT, "ks", NULL, EK_EREFUSE, "'ks'" },
	{ "kernelopt=a b\n", NOOPT, "a c", NULL, EK_EREFUSE, "'c'" },
	{ "kernelopt=a b\n", OPT, "", NULL, EK_EARG, "empty" },
	{ "kernelopt=a b\n", OPT, "a\x1b", NULL, EK_EARG, "0x1b" },
};

static void test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(refused); i++) {
		struct ek_bootcfg *cfg = parse(refused[i].in);
		const struct ek_bootcfg_edit e = {
			refused[i].op, refused[i].a, refused[i].b,
		};
		struct ek_err err = EK_ERR_INIT;
		int rc;

		rc = ek_bootcfg_apply(cfg, &e, &err);
		if (rc != refused[i].code ||
		    strstr(err.msg, refused[i].word) == NULL)
			fail_msg("refusal %zu: %d, '%s'", i, rc, err.msg);
		assert_written(cfg, refused[i].in);
		ek_bootcfg_free(&cfg);
	}
}

/* n modules of names that fit, from a kernel on. */
static struct ek_bootcfg *many(size_t n)
{
	struct ek_buf b = EK_BUF_INIT;
	struct ek_bootcfg *cfg;

	ek_buf_adds(&b, "kernel=/k\nmodules=/m000");
	for (size_t i = 1; i < n; i++)
		ek_buf_addf(&b, " --- /m%03zu", i);
	cfg = parse(ek_buf_str(&b));
	ek_buf_free(&b);
	return cfg;
}

static void test_limit(void **state)
{
	struct ek_bootcfg *cfg = many(248);
	struct ek_err err = EK_ERR_INIT;

	(void)state;
	assert_int_equal(ek_bootcfg_add_module(cfg, "x", NULL, &err), EK_OK);
	assert_int_equal(ek_bootcfg_add_module(cfg, "y", NULL, &err),
			 EK_ELIMIT);
	assert_non_null(strstr(err.msg, "'/y' would be number 250"));
	assert_false(ek_bootcfg_has_module(cfg, "y"));
	assert_true(ek_bootcfg_has_module(cfg, "/M247"));
	ek_bootcfg_free(&cfg);

	/* one that has too many may lose some, but not too few */
	cfg = many(251);
	assert_int_equal(ek_bootcfg_remove_module(cfg, "m000", &err),
			 EK_ELIMIT);
	ek_bootcfg_free(&cfg);
	cfg = many(250);
	assert_int_equal(ek_bootcfg_remove_module(cfg, "m000", &err), EK_OK);
	ek_bootcfg_free(&cfg);
}

static void test_get(void **state)
{
	struct ek_bootcfg *cfg = parse("title= one \nTi=two  \t2\n#x=1\n"
				       "build=7\nx =1\nempty=\n");

	(void)state;
	assert_string_equal(ek_bootcfg_get(cfg, "title"), "two 2");
	assert_string_equal(ek_bootcfg_get(cfg, "TITLE"), "two 2");
	assert_string_equal(ek_bootcfg_get(cfg, "Build"), "7");
	assert_string_equal(ek_bootcfg_get(cfg, "empty"), "");
	assert_null(ek_bootcfg_get(cfg, "x"));
	assert_null(ek_bootcfg_get(cfg, "Ti"));
	assert_null(ek_bootcfg_get(cfg, "kernel"));
	ek_bootcfg_free(&cfg);
}

static void test_lines(void **state)
{
	static const char text[] = "a=1\r\n # c=d\nno\nKE=/x  y";
	struct ek_bootcfg *cfg = parse(text);
	struct ek_bootcfg_line l;

	(void)state;
	assert_int_equal(ek_bootcfg_line_count(cfg), 4);
	ek_bootcfg_line(cfg, 0, &l);
	assert_int_equal(l.len, 4);
	assert_string_equal(l.text, "a=1");
	assert_int_equal(l.key_len, 1);
	assert_string_equal(l.value, "1");
	ek_bootcfg_line(cfg, 1, &l);
	assert_null(l.key);
	ek_bootcfg_line(cfg, 2, &l);
	assert_null(l.key);
	assert_null(l.value);
	ek_bootcfg_line(cfg, 3, &l);
	assert_int_equal(l.number, 4);
	assert_string_equal(l.option, "kernel");
	assert_false(l.integer);
	assert_string_equal(l.value, "/x y");
	ek_bootcfg_free(&cfg);
}

static const struct {
	const char *a, *b, *why; /* NULL: the same */
} pairs[] = {
	{ "kernel=/k\nmodules=/a --- /b x\n",
	  "KERNEL=K\nmodules=A---b x\ntimeout=1\n", NULL },
	{ "kernel=/k\n", "kernel=/k\nmodules=\n", NULL },
	{ "kernel=/k\n", "kernel=/l\n", "kernel '/k' here, '/l' there" },
	{ "kernel=/k\nmodules=/a --- /b\n", "kernel=/k\nmodules=/a\n",
	  "module '/b' here, 'none' there" },
	{ "kernel=/k\nmodules=/a\n", "kernel=/k\nmodules=/b --- /a\n",
	  "module '/a' here, '/b' there" },
	{ "kernel=/k\nmodules=/a x\n", "kernel=/k\nmodules=/a y\n",
	  "module '/a' with options 'x' here, 'y' there" },
};

static void test_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(pairs); i++) {
		struct ek_bootcfg *a = parse(pairs[i].a);
		struct ek_bootcfg *b = parse(pairs[i].b);
		bool same;
		char *why;

		assert_int_equal(ek_bootcfg_same(a, b, &same, &why, NULL),
				 EK_OK);
		assert_int_equal(same, pairs[i].why == NULL);
		if (!same)
			assert_string_equal(why, pairs[i].why);
		free(why);
		ek_bootcfg_free(&a);
		ek_bootcfg_free(&b);
	}
}

static void test_bootable(void **state)
{
	static const struct {
		const char *text, *word; /* NULL: bootable */
	} rows[] = {
		{ "kernel=/k\n", NULL },
		{ "kernel=/k\nskip=1\n", NULL },
		{ "kernel =/k\n", "kernel=" },
		{ "kernel=/k\ntimeout=x\n", "'x' is not a number" },
		{ "kernel=/k\nmodules=---\n", "empty module" },
		{ "kernel=/k\ntitle=a\ntitle=\n", "twice" },
	};
	struct ek_err err = EK_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct ek_bootcfg *cfg = parse(rows[i].text);

		assert_int_equal(ek_bootcfg_bootable(cfg, &err),
				 rows[i].word == NULL ? EK_OK : EK_EREFUSE);
		if (rows[i].word != NULL)
			assert_non_null(strstr(err.msg, rows[i].word));
		ek_bootcfg_free(&cfg);
	}
}

static void test_names(void **state)
{
	(void)state;
	assert_true(ek_bootcfg_same_name("/net.v00", "NET.V00"));
	assert_true(ek_bootcfg_same_name("//a//b", "A\\B"));
	assert_false(ek_bootcfg_same_name("/a/b", "/ab"));
	assert_false(ek_bootcfg_same_name("/a", "/ab"));
	assert_false(ek_bootcfg_same_name("/ab", "/a"));
	assert_true(ek_bootcfg_same_name("", "/"));
	assert_null(ek_bootcfg_module_problem("/net-e100.v00"));
	assert_null(ek_bootcfg_module_problem("a--b"));
}

static void test_limits(void **state)
{
	size_t len = EK_BOOTCFG_MAX + 1;
	char *text = malloc(len);
	struct ek_err err = EK_ERR_INIT;
	struct ek_bootcfg *cfg;

	(void)state;
	assert_non_null(text);
	memset(text, '\n', len);
	assert_int_equal(ek_bootcfg_parse(&cfg, "t", text, len, &err),
			 EK_ELIMIT);
	assert_null(cfg);
	assert_int_equal(ek_bootcfg_parse(&cfg, "t", text,
					  EK_BOOTCFG_LINES_MAX + 1, &err),
			 EK_ELIMIT);
	assert_null(cfg);
	assert_int_equal(ek_bootcfg_parse(&cfg, "t", text,
					  EK_BOOTCFG_LINES_MAX, &err), EK_OK);
	ek_bootcfg_free(&cfg);
	/* one line of the largest size */
	memset(text, 'x', len - 1);
	assert_int_equal(ek_bootcfg_parse(&cfg, "t", text, len - 1, &err),
			 EK_OK);
	ek_bootcfg_free(&cfg);
	free(text);
}

/* A list as long as a file can be takes no time to speak of. */
static void test_long_list(void **state)
{
	struct ek_buf b = EK_BUF_INIT;
	struct ek_bootcfg *cfg;
	size_t n = 0;

	(void)state;
	ek_buf_adds(&b, "kernel=/k\nmodules=a");
	for (; b.len + 4 <= EK_BOOTCFG_MAX; n++)
		ek_buf_adds(&b, "---a");
	assert_int_equal(ek_bootcfg_parse(&cfg, "t", b.p, b.len, NULL), EK_OK);
	assert_int_equal(ek_bootcfg_module_count(cfg), n + 1);
	assert_int_equal(ek_bootcfg_add_module(cfg, "x", NULL, NULL), EK_ELIMIT);
	ek_bootcfg_free(&cfg);
	ek_buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),  cmocka_unit_test(test_nul),
		cmocka_unit_test(test_golden_set),
		cmocka_unit_test(test_edits),   cmocka_unit_test(test_refused),
		cmocka_unit_test(test_limit),   cmocka_unit_test(test_get),
		cmocka_unit_test(test_lines),   cmocka_unit_test(test_same),
		cmocka_unit_test(test_bootable), cmocka_unit_test(test_names),
		cmocka_unit_test(test_limits),  cmocka_unit_test(test_long_list),
	};

	return cmocka_run_group_tests_name("bootcfg", tests, NULL, NULL);
}
