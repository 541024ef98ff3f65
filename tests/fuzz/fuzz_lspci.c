/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_lspci.c - a listing that parses gives devices with whole ids, written as
 *                -vmmn they are the same again; and any of them can be matched
 */
#include "os.h"

#include "ek/buf.h"
#include "ek/err.h"
#include "ek/lspci.h"
#include "ek/pcimatch.h"

/* Vendor and device are always known. */
static void check_id(const struct ek_pcidev *d)
{
	if (strspn(d->id, "0123456789abcdef?") != EK_PCI_PATTERN ||
	    strcspn(d->id, "?") < 8)
		abort();
}

static void write_record(struct ek_buf *b, const struct ek_pcidev *d)
{
	const char *s = d->id;

	ek_buf_addf(b, "Slot:\t%s\nClass:\t%.4s\nVendor:\t%.4s\n"
		    "Device:\t%.4s\n", d->slot, s + 16, s, s + 4);
	ek_buf_addf(b, "SVendor:\t%.4s\nSDevice:\t%.4s\nProgIf:\t%.2s\n\n",
		    s + 8, s + 12, s + 20);
}

static void again(const struct ek_pcidev *d)
{
	struct ek_buf b = EK_BUF_INIT;
	struct ek_pcidevs two = { NULL, 0, 0 };

	if (strchr(d->id, '?') != NULL)
		return;
	write_record(&b, d);
	if (ek_lspci_parse(&two, "again", ek_buf_str(&b), b.len, NULL) != EK_OK ||
	    two.n != 1 || strcmp(two.v[0].id, d->id) != 0)
		abort();
	ek_pcidevs_clear(&two);
	ek_buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char map[] = "regtype=native,bus=pci,"
		"id=................010802,driver=nvme\n"
		"regtype=linux,bus=pci,id=8086:150a 0000:0000,driver=x\n";
	struct ek_pcidevs d = { NULL, 0, 0 };
	struct ek_pcimap m;
	struct ek_pcisource s = { .path = "etc/vmware/default.map.d/x.map",
				  .map = &m };
	const struct ek_pcidrivers drivers = { .v = &s, .n = 1 };

	if (ek_pcimap_parse(&m, "m", map, sizeof(map) - 1, NULL, NULL, NULL) !=
	    EK_OK)
		abort();
	if (ek_lspci_parse(&d, "fuzz", (const char *)data, size, NULL) == EK_OK)
		for (size_t i = 0; i < d.n && i < 64; i++) {
			struct ek_pcimatch hit;

			check_id(&d.v[i]);
			again(&d.v[i]);
			if (ek_pcimatch(&drivers, &d.v[i], &hit, NULL) != EK_OK ||
			    hit.n > 2)
				abort();
			ek_pcimatch_clear(&hit);
		}
	ek_pcidevs_clear(&d);
	ek_pcimap_clear(&m);
	return 0;
}
