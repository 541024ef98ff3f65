/* SPDX-License-Identifier: BSD-2-Clause */
/* report_page.c - the page: who owns what on the image, and the sections */
#include "os.h"

#include "ek/err.h"
#include "ek/imgdb.h"
#include "ek/io.h"
#include "ek/path.h"
#include "ek/profile.h"
#include "report_int.h"

static int no_memory(const struct report *r, struct ek_err *err)
{
	errno = ENOMEM;
	return ek_fail_sys(err, "'%s'", r->name[0]);
}

/* Nobody's files last; those of one VIB largest first. */
static int by_vib(const void *a, const void *b)
{
	const struct ek_scan_file *x = *(const struct ek_scan_file *const *)a;
	const struct ek_scan_file *y = *(const struct ek_scan_file *const *)b;
	uint64_t m = ek_report_file_size(x), n = ek_report_file_size(y);
	int c = (x->vib == NULL) - (y->vib == NULL);

	if (c == 0 && x->vib != NULL)
		c = strcmp(x->vib->id, y->vib->id);
	if (c == 0 && m != n)
		c = m > n ? -1 : 1;
	return c != 0 ? c : strcmp(x->name, y->name);
}

/* Its files begin at *at, where the list is sorted as the VIBs are. */
static void give(struct report *r, struct report_vib *v, size_t *at, size_t n)
{
	v->files = r->files + *at;
	while (*at < n && r->files[*at]->vib == v->vib) {
		v->size += ek_report_file_size(r->files[*at]);
		v->n_files++;
		++*at;
	}
}

/* As people look for them. */
static int by_name(const void *a, const void *b)
{
	const struct ek_vibdesc *x = &((const struct report_vib *)a)->vib->d;
	const struct ek_vibdesc *y = &((const struct report_vib *)b)->vib->d;
	int c = strcmp(x->name, y->name);

	if (c == 0)
		c = strcmp(x->version, y->version);
	return c != 0 ? c : strcmp(x->vendor, y->vendor);
}

static int gather(struct report *r, struct ek_err *err)
{
	size_t n = ek_imgscan_count(r->page->scan), at = 0;
	size_t vibs = ek_imgdb_vibs(r->db);

	r->files = calloc(n + 1, sizeof(struct ek_scan_file *));
	r->vibs = calloc(vibs + 1, sizeof(*r->vibs));
	if (r->files == NULL || r->vibs == NULL)
		return no_memory(r, err);
	for (size_t i = 0; i < n; i++)
		r->files[i] = ek_imgscan_at(r->page->scan, i);
	qsort(r->files, n, sizeof(struct ek_scan_file *), by_vib);
	r->n_vibs = vibs + 1;
	for (size_t i = 0; i < r->n_vibs; i++) {
		if (i < vibs)
			r->vibs[i].vib = ek_imgdb_vib(r->db, i);
		give(r, &r->vibs[i], &at, n);
	}
	qsort(r->vibs, vibs, sizeof(*r->vibs), by_name);
	return EK_OK;
}

static int body(struct report *r, struct ek_err *err)
{
	int rc;

	ek_html_open(&r->h, "body");
	rc = ek_report_head(r, err);
	ek_html_open(&r->h, "main");
	ek_html_attr(&r->h, "id", "main");
	if (rc == EK_OK)
		rc = ek_report_map(r, err);
	ek_report_findings(r);
	if (rc == EK_OK)
		rc = ek_report_vibs(r, err);
	if (rc == EK_OK)
		rc = ek_report_boot(r, err);
	if (rc == EK_OK)
		rc = ek_report_pci(r, err);
	ek_report_files(r);
	ek_report_diff(r);
	ek_html_close_line(&r->h);
	ek_html_open(&r->h, "footer");
	ek_html_elem(&r->h, "p", "Made by esxi-report of esxkit " EK_VERSION
		     ". The page is whole: it asks no other for anything.");
	ek_html_close_line(&r->h);
	ek_report_script(r);
	return rc;
}

static int document(struct report *r, struct ek_out *out, struct ek_err *err)
{
	int rc;

	ek_html_begin(&r->h, out);
	ek_html_open(&r->h, "html");
	ek_html_attr(&r->h, "lang", "en");
	ek_html_open(&r->h, "head");
	rc = ek_report_style(r, err);
	ek_html_open(&r->h, "title");
	ek_html_textf(&r->h, "%.200s - esxi-report", r->name[0]);
	ek_html_close_line(&r->h);
	ek_html_close_line(&r->h);
	if (rc == EK_OK)
		rc = body(r, err);
	ek_html_end(&r->h);
	return rc == EK_OK ? ek_out_status(out, err) : rc;
}

/* "/srv/tree/" is the path "/srv/tree" and the name "tree"; "/" stays. */
static int name_path(struct report *r, size_t i, const char *path,
		     struct ek_err *err)
{
	size_t n;

	if (path == NULL)
		return EK_OK;
	n = strlen(path);
	while (n > 1 && path[n - 1] == '/')
		n--;
	r->path[i] = strndup(path, n);
	if (r->path[i] == NULL)
		return ek_fail_sys(err, "'%s'", path);
	r->name[i] = n > 1 ? ek_path_base(r->path[i]) : r->path[i];
	return EK_OK;
}

int ek_report_write(const struct ek_report_page *page, struct ek_out *out,
		    struct ek_err *err)
{
	struct report r = {
		.page = page, .db = ek_imgscan_db(page->scan),
		.img = ek_imgscan_image(page->scan),
	};
	int rc;

	if (r.db == NULL) {
		*err = *ek_imgscan_why(page->scan);
		return err->code;
	}
	if (ek_imgdb_profiles(r.db) == 1)
		r.profile = ek_imgdb_profile_at(r.db, 0);
	rc = name_path(&r, 0, page->image, err);
	if (rc == EK_OK)
		rc = name_path(&r, 1, page->other, err);
	if (rc == EK_OK)
		rc = gather(&r, err);
	if (rc == EK_OK)
		rc = document(&r, out, err);
	free(r.files);
	free(r.vibs);
	free(r.path[0]);
	free(r.path[1]);
	return rc;
}
