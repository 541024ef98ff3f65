/* SPDX-License-Identifier: BSD-2-Clause */
/* pxe_show.c - what other programs' configuration says about the tree */
#include "os.h"

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/path.h"
#include "ek/pxe.h"

/* Three texts; "@D" is the directory below the root of the TFTP server, "@U"
 * the tree as a URL. */
static const char snippets[] =
	"# dnsmasq.conf: @D is below the TFTP root; UEFI gets mboot.efi, BIOS\n"
	"# pxelinux.0 (of syslinux 3.86: no newer one starts this mboot.c32)\n"
	"enable-tftp\n"
	"tftp-root=/srv/tftp\n"
	"dhcp-match=set:efi64,option:client-arch,7\n"
	"dhcp-match=set:efi64,option:client-arch,9\n"
	"dhcp-boot=tag:efi64,@D/mboot.efi\n"
	"dhcp-boot=tag:!efi64,tag:!efihttp,pxelinux.0\n"
	"# UEFI HTTP boot\n"
	"dhcp-match=set:efihttp,option:client-arch,16\n"
	"dhcp-option-force=tag:efihttp,60,HTTPClient\n"
	"dhcp-boot=tag:efihttp,@U/mboot.efi\n"
	"\n"
	"# pxelinux.cfg/default\n"
	"DEFAULT install\n"
	"LABEL install\n"
	"  KERNEL @D/mboot.c32\n"
	"  APPEND -c @D/boot.cfg\n"
	"  IPAPPEND 2\n"
	"\n"
	"#!ipxe\n"
	"set base @U\n"
	"iseq ${platform} efi && goto efi ||\n"
	"kernel ${base}/mboot.c32 -c ${base}/boot.cfg\n"
	"boot\n"
	":efi\n"
	"kernel ${base}/mboot.efi -c ${base}/boot.cfg\n"
	"boot\n";

static bool is_url(const char *s)
{
	return s != NULL && strstr(s, "://") != NULL;
}

static void fill_in(const char *below, const char *url, struct ek_buf *out)
{
	for (const char *p = snippets; *p != '\0'; p++) {
		if (strncmp(p, "@D", 2) != 0 && strncmp(p, "@U", 2) != 0) {
			ek_buf_addc(out, *p);
			continue;
		}
		p++;
		ek_buf_adds(out, *p == 'D' ? below : url);
	}
}

int ek_pxe_snippets(const char *dir, const char *prefix, struct ek_buf *out,
		    struct ek_err *err)
{
	char *real = realpath(dir, NULL), *below = NULL, *url = NULL;
	int rc = EK_OK;

	if (real == NULL)
		return ek_fail_sys(err, "'%s'", dir);
	below = strdup(prefix == NULL || is_url(prefix) ? ek_path_base(real) :
		       prefix + strspn(prefix, "/"));
	if (is_url(prefix))
		url = strdup(prefix);
	else if (below != NULL && asprintf(&url, "http://SERVER/%s", below) < 0)
		url = NULL;
	if (below == NULL || url == NULL) {
		rc = ek_fail_sys(err, "'%s'", dir);
	} else {
		fill_in(below, url, out);
		rc = ek_buf_check(out, dir, err);
	}
	free(url);
	free(below);
	free(real);
	return rc;
}
