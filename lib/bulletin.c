/* SPDX-License-Identifier: BSD-2-Clause */
/* bulletin.c - a bulletin: what a set of VIBs is for */
#include "os.h"

#include "ek/bulletin.h"
#include "ek/err.h"
#include "ek/xml.h"

void ek_bulletin_clear(struct ek_bulletin *b)
{
	char **texts[] = {
		&b->id, &b->vendor, &b->summary, &b->severity, &b->category,
		&b->urgency, &b->release_type, &b->description, &b->kb_url,
		&b->contact, &b->release_date, &b->component,
		&b->component_ui, &b->version, &b->version_ui,
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		free(*texts[i]);
		*texts[i] = NULL;
	}
	ek_strs_free(&b->platforms);
	ek_strs_free(&b->vib_ids);
}

bool ek_bulletin_is_component(const struct ek_bulletin *b)
{
	return b->component != NULL && b->version != NULL;
}

/* The text of the child called name, "" where it is absent. */
static bool text_of(const struct ek_node *root, const char *name, char **out)
{
	const struct ek_node *n = ek_node_child(root, name);

	*out = n != NULL ? ek_node_text(n, true) : strdup("");
	return *out != NULL;
}

static bool texts_of(struct ek_bulletin *b, const struct ek_node *root)
{
	return text_of(root, "id", &b->id) &&
		text_of(root, "vendor", &b->vendor) &&
		text_of(root, "summary", &b->summary) &&
		text_of(root, "severity", &b->severity) &&
		text_of(root, "category", &b->category) &&
		text_of(root, "urgency", &b->urgency) &&
		text_of(root, "releaseType", &b->release_type) &&
		text_of(root, "description", &b->description) &&
		text_of(root, "kbUrl", &b->kb_url) &&
		text_of(root, "contact", &b->contact) &&
		text_of(root, "releaseDate", &b->release_date);
}

/* <x key="..." uiString="..."/>; both stay NULL where there is no x. */
static bool spec_of(const struct ek_node *root, const char *name,
		    const char *key, char **value, char **ui)
{
	const struct ek_node *n = ek_node_child(root, name);

	return n == NULL || (ek_node_attr(n, key, value) &&
			     ek_node_attr(n, "uiString", ui));
}

static int add(struct ek_strs *l, char *s, const char *name,
	       struct ek_err *err)
{
	int rc;

	if (s == NULL)
		return ek_fail(err, EK_ESYS, "'%s': %s", name,
			       strerror(ENOMEM));
	if (l->n == EK_BULLETIN_VIBS)
		rc = ek_fail(err, EK_ELIMIT, "'%s': more than %u VIBs or"
			     " platforms", name, EK_BULLETIN_VIBS);
	else
		rc = ek_strs_add(l, s, strlen(s), err);
	free(s);
	return rc;
}

static int lists_of(struct ek_bulletin *b, const char *name,
		    const struct ek_node *root, struct ek_err *err)
{
	const struct ek_node *n = ek_node_child(root, "vibList");
	int rc = EK_OK;

	n = n != NULL ? ek_node_child(n, "vibID") : NULL;
	for (; rc == EK_OK && n != NULL; n = ek_node_next(n, "vibID"))
		rc = add(&b->vib_ids, ek_node_text(n, true), name, err);
	n = ek_node_child(root, "platforms");
	n = n != NULL ? ek_node_child(n, "softwarePlatform") : NULL;
	for (; rc == EK_OK && n != NULL;
	     n = ek_node_next(n, "softwarePlatform")) {
		char *version;

		if (!ek_node_attr(n, "version", &version) || version != NULL)
			rc = add(&b->platforms, version, name, err);
	}
	return rc;
}

static int read_root(struct ek_bulletin *b, const char *name,
		     const struct ek_node *root, struct ek_err *err)
{
	if (strcmp(ek_node_name(root), "bulletin") != 0)
		return ek_fail(err, EK_EFORMAT, "'%s' is no bulletin: its root"
			       " is <%.100s>", name, ek_node_name(root));
	if (!texts_of(b, root) ||
	    !spec_of(root, "componentNameSpec", "name", &b->component,
		     &b->component_ui) ||
	    !spec_of(root, "componentVersionSpec", "version", &b->version,
		     &b->version_ui))
		return ek_fail(err, EK_ESYS, "'%s': %s", name,
			       strerror(ENOMEM));
	if (b->id[0] == '\0')
		return ek_fail(err, EK_EFORMAT, "'%s': the bulletin has no id",
			       name);
	return lists_of(b, name, root, err);
}

int ek_bulletin_parse(struct ek_bulletin *b, const char *name,
		      const char *text, size_t len, struct ek_err *err)
{
	struct ek_xml *x;
	int rc;

	memset(b, 0, sizeof(*b));
	rc = ek_xml_parse(&x, name, text, len, NULL, err);
	if (rc != EK_OK)
		return rc;
	rc = read_root(b, name, ek_xml_root(x), err);
	ek_xml_free(&x);
	if (rc != EK_OK)
		ek_bulletin_clear(b);
	return rc;
}
