/* SPDX-License-Identifier: BSD-2-Clause */
/* bootcfg_show.c - a boot plan for a person and for a program */
#include "os.h"

#include "ek/bootcfg.h"
#include "ek/buf.h"
#include "ek/json.h"

bool ek_boot_plan_boots(const struct ek_boot_plan *plan)
{
	return plan->status == EK_BOOT_OK && plan->undefined == NULL;
}

/* ---- text --------------------------------------------------------------- */

static bool same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool same_modules(const struct ek_boot_plan *a,
			 const struct ek_boot_plan *b)
{
	if (a->n_modules != b->n_modules)
		return false;
	for (size_t i = 0; i < a->n_modules; i++)
		if (!same_text(a->modules[i].path, b->modules[i].path) ||
		    !same_text(a->modules[i].options, b->modules[i].options))
			return false;
	return true;
}

/* All that is loaded; the prefix itself is not. */
static bool same_plan(const struct ek_boot_plan *a,
		      const struct ek_boot_plan *b)
{
	return a->status == b->status && same_text(a->why, b->why) &&
	       same_text(a->undefined, b->undefined) &&
	       same_text(a->title, b->title) && a->timeout == b->timeout &&
	       same_text(a->kernel, b->kernel) &&
	       same_text(a->kernelopt, b->kernelopt) && same_modules(a, b);
}

static void add_prefix(const struct ek_boot_plan *p, struct ek_buf *out)
{
	ek_buf_adds(out, p->prefix[0] != '\0' ? p->prefix : "(root)");
}

/* p, and in both (or NULL) what has the same plan but perhaps its prefix */
static void add_settings(const struct ek_boot_plan *p,
			 const struct ek_boot_plan *both, struct ek_buf *out)
{
	if (p->title != NULL)
		ek_buf_addf(out, "  title      %s\n", p->title);
	ek_buf_adds(out, "  prefix     ");
	add_prefix(p, out);
	if (both != NULL && !same_text(p->prefix, both->prefix)) {
		ek_buf_adds(out, " (bios), ");
		add_prefix(both, out);
		ek_buf_adds(out, " (uefi)");
	}
	ek_buf_addf(out, "\n  timeout    %d\n  kernel     %s\n", p->timeout,
		    p->kernel);
	if (p->kernelopt != NULL)
		ek_buf_addf(out, "  kernelopt  %s\n", p->kernelopt);
	ek_buf_addf(out, "  modules    %zu\n", p->n_modules);
	for (size_t i = 0; i < p->n_modules; i++) {
		const struct ek_boot_module *m = &p->modules[i];

		ek_buf_addf(out, "  %5zu  %s%s%s\n", i + 1, m->path,
			    m->options != NULL ? "  " : "",
			    m->options != NULL ? m->options : "");
	}
}

static void add_plan(const char *name, const char *who,
		     const struct ek_boot_plan *p,
		     const struct ek_boot_plan *both, struct ek_buf *out)
{
	ek_buf_addf(out, "%s (%s):", name, who);
	if (p->status != EK_BOOT_OK) {
		ek_buf_addf(out, " does not boot, error %d (%s): %s\n",
			    (int)p->status, ek_boot_status_text(p->status),
			    p->why);
		return;
	}
	if (p->undefined != NULL)
		ek_buf_addf(out, " undefined: %s", p->undefined);
	ek_buf_addc(out, '\n');
	if (p->kernel != NULL)
		add_settings(p, both, out);
}

void ek_boot_plan_text(const char *name, const struct ek_boot_plan *bios,
		       const struct ek_boot_plan *uefi, struct ek_buf *out)
{
	if (bios != NULL && uefi != NULL && same_plan(bios, uefi)) {
		add_plan(name, "bios and uefi", bios, uefi, out);
		return;
	}
	if (bios != NULL)
		add_plan(name, "bios", bios, NULL, out);
	if (uefi != NULL)
		add_plan(name, "uefi", uefi, NULL, out);
}

/* ---- JSON --------------------------------------------------------------- */

void ek_boot_plan_json(const struct ek_boot_plan *plan, struct ek_json *j)
{
	if (!ek_boot_plan_boots(plan)) {
		if (plan->undefined != NULL)
			ek_json_null(j, "status");
		else
			ek_json_int(j, "status", plan->status);
		ek_json_str(j, "error", plan->undefined != NULL
			    ? plan->undefined
			    : ek_boot_status_text(plan->status));
		return;
	}
	ek_json_int(j, "status", plan->status);
	ek_json_str(j, "title", plan->title);
	ek_json_str(j, "prefix", plan->prefix);
	ek_json_int(j, "timeout", plan->timeout);
	ek_json_str(j, "kernel", plan->kernel);
	ek_json_str(j, "kernelopt", plan->kernelopt);
	ek_json_array(j, "modules");
	for (size_t i = 0; i < plan->n_modules; i++) {
		ek_json_array(j, NULL);
		ek_json_str(j, NULL, plan->modules[i].path);
		ek_json_str(j, NULL, plan->modules[i].options);
		ek_json_close(j);
	}
	ek_json_close(j);
}
