/* SPDX-License-Identifier: BSD-2-Clause */
/* vibmake_driver.c - the payload out of a driver package */
#include "os.h"

#include "vibmake_int.h"

/* What was told of the driver's payload: --payload name:...= without a file. */
static const struct ek_payload_spec *driver_spec(const struct ek_vibmake *m)
{
	for (size_t i = 0; i < m->o->n_payloads; i++)
		if (m->o->payloads[i].file[0] == '\0')
			return &m->o->payloads[i];
	return NULL;
}

/* Else the template's only payload, else the first 8 characters of the name. */
static int driver_name(struct ek_vibmake *m, char out[EK_PAYLOAD_NAME_MAX + 1],
		       struct ek_err *err)
{
	const struct ek_payload_spec *s = driver_spec(m);
	struct ek_vibdesc d;
	const char *name = m->o->text[EK_VO_NAME];
	int rc = EK_OK;

	ek_vibdesc_init(&d);
	if (s == NULL && m->o->n_payloads == 0 && m->d.n_payloads == 1) {
		snprintf(out, EK_PAYLOAD_NAME_MAX + 1, "%s",
			 m->d.payloads[0].name);
		return EK_OK;
	}
	if (name == NULL)
		name = m->d.name;
	if (name == NULL || name[0] == '\0') {
		rc = ek_package_describe(m->package, NULL, &d, err);
		name = d.name;
	}
	if (rc == EK_OK && s != NULL)
		snprintf(out, EK_PAYLOAD_NAME_MAX + 1, "%s", s->name);
	else if (rc == EK_OK)
		snprintf(out, EK_PAYLOAD_NAME_MAX + 1, "%.8s", name);
	ek_vibdesc_clear(&d);
	return rc;
}

static const char *driver_type(const struct ek_vibmake *m, const char *name)
{
	const struct ek_payload_spec *s = driver_spec(m);
	const struct ek_payload *t = ek_vibdesc_payload(&m->d, name);

	if (s != NULL && s->type != NULL)
		return s->type;
	return t != NULL ? t->type : "tgz";
}

static int read_package(struct ek_vibmake *m, bool anew, struct ek_err *err)
{
	const struct ek_package_opts po = {
		.any_files = m->o->given[EK_VO_ANY_FILES],
		.target = m->o->target, .anew = anew,
		.set_mtime = m->o->has_time, .mtime = m->o->time,
		.add = m->o->add, .n_add = m->o->n_add,
		.say = m->say, .ctx = m->ctx,
	};

	return ek_package_open(&m->package, m->o->text[EK_VO_DRIVER], &po, err);
}

static int copy_files(struct vm_part *p, const struct ek_strs *files,
		      struct ek_err *err)
{
	int rc = EK_OK;

	for (size_t i = 0; rc == EK_OK && i < files->n; i++)
		rc = ek_strs_add(&p->files, files->v[i], strlen(files->v[i]),
				 err);
	return rc;
}

/* Is the payload told to be of a type, before its name is known? */
static bool wants_vmtar(const struct ek_vibmake *m)
{
	const struct ek_payload_spec *s = driver_spec(m);

	if (s != NULL && s->type != NULL)
		return vm_content(s->type) == VM_VMTAR;
	return m->d.n_payloads == 1 && m->o->n_payloads == 0 &&
		vm_content(m->d.payloads[0].type) == VM_VMTAR;
}

int vm_add_driver(struct ek_vibmake *m, struct ek_err *err)
{
	char name[EK_PAYLOAD_NAME_MAX + 1];
	struct vm_part *p;
	const char *type;
	int rc;

	rc = read_package(m, wants_vmtar(m), err);
	if (rc == EK_OK)
		rc = driver_name(m, name, err);
	if (rc != EK_OK)
		return rc;
	type = driver_type(m, name);
	if (vm_content(type) == VM_RAW)
		return ek_fail(err, EK_EREFUSE, "payload '%s': a driver is "
			       "packed as tgz or vgz, not as %s", name, type);
	rc = vm_part_new(m, name, type, &p, err);
	if (rc != EK_OK)
		return rc;
	p->source = m->package->source;
	m->package->source = NULL;
	vm_part_time(p, m->package->newest);
	rc = vm_part_extras(m, p, driver_spec(m), err);
	if (rc == EK_OK)
		rc = copy_files(p, &m->package->files, err);
	if (rc == EK_OK && vm_content(type) != VM_TAR)
		rc = vm_rewrite(m, p, true, vm_write_vmtar, err);
	return rc;
}
