/* SPDX-License-Identifier: BSD-2-Clause */
/* bootcfg_edit.c - modules and kernel options of a boot.cfg */
#include "os.h"

#include "ek/bootcfg.h"
#include "ek/buf.h"
#include "ek/err.h"

#include "bootcfg_int.h"

/* New modules go before this one: what comes behind is the installer's own. */
static const char database[] = "imgdb.tgz";

/* ---- names -------------------------------------------------------------- */

static bool is_slash(char c)
{
	return c == '/' || c == '\\';
}

static const char *skip_slashes(const char *s)
{
	while (is_slash(*s))
		s++;
	return s;
}

bool ek_bootcfg_same_name(const char *a, const char *b)
{
	a = skip_slashes(a);
	b = skip_slashes(b);
	while (*a != '\0' && *b != '\0') {
		if (is_slash(*a) && is_slash(*b)) {
			a = skip_slashes(a);
			b = skip_slashes(b);
			continue;
		}
		if (strncasecmp(a, b, 1) != 0)
			return false;
		a++;
		b++;
	}
	return *a == *b;
}

const char *ek_bootcfg_module_problem(const char *name)
{
	const char *s = skip_slashes(name);

	if (*s == '\0')
		return "is no name";
	if (strstr(name, "---") != NULL)
		return "has '---', where the loader would cut it in two";
	for (; *name != '\0'; name++) {
		if (bootcfg_is_space(*name))
			return "has a blank, where the loader would end it";
		if (*name < '!' || *name > '~')
			return "has a character outside ASCII";
		if (*name == '#')
			return "has a '#', a comment to ESXi's upgrade";
		if (*name == '\\')
			return "has a '\\'; write '/'";
	}
	return NULL;
}

/* ---- the list of modules in memory -------------------------------------- */

/* Names and options, one of each a module. */
struct modules {
	const struct ek_bootcfg *cfg;
	struct ek_strs names; /* owned */
	struct ek_strs opts;  /* owned; "" for none */
};

static void modules_free(struct modules *m)
{
	ek_strs_free(&m->names);
	ek_strs_free(&m->opts);
}

/* Take the last text to place at. */
static void move_last(struct ek_strs *l, size_t at)
{
	char *last = l->v[l->n - 1];

	memmove(&l->v[at + 1], &l->v[at], (l->n - 1 - at) * sizeof(l->v[0]));
	l->v[at] = last;
}

static void drop_text(struct ek_strs *l, size_t at)
{
	free(l->v[at]);
	l->n--;
	memmove(&l->v[at], &l->v[at + 1], (l->n - at) * sizeof(l->v[0]));
}

static int module_insert(struct modules *m, size_t at, const char *name,
			 size_t len, const char *opts, size_t opts_len,
			 struct ek_err *err)
{
	int rc;

	rc = ek_strs_add(&m->names, name, len, err);
	if (rc != EK_OK)
		return rc;
	rc = ek_strs_add(&m->opts, opts, opts_len, err);
	if (rc != EK_OK) {
		drop_text(&m->names, m->names.n - 1);
		return rc;
	}
	move_last(&m->names, at);
	move_last(&m->opts, at);
	return EK_OK;
}

static void module_drop(struct modules *m, size_t at)
{
	drop_text(&m->names, at);
	drop_text(&m->opts, at);
}

static int bad_list(const struct ek_bootcfg *cfg, size_t n, struct ek_err *err)
{
	return ek_fail(err, EK_EFORMAT,
		       "'%s': modules=: an empty module behind %zu others, "
		       "where the loader drops bytes; set modules= whole to "
		       "repair it", cfg->name, n);
}

/* What the loader sees in modules=. */
static int modules_read(struct modules *m, const struct ek_bootcfg *cfg,
			struct ek_err *err)
{
	const char *list = ek_bootcfg_get(cfg, "modules");
	struct ek_bootcfg_item it;
	enum ek_bootcfg_next next;
	int rc;

	*m = (struct modules){ .cfg = cfg };
	if (list == NULL)
		return EK_OK;
	while ((next = ek_bootcfg_next_item(&list, &it)) == EK_BOOTCFG_ITEM) {
		if (it.lost)
			break;
		rc = module_insert(m, m->names.n, it.name, it.name_len, it.opts,
				   it.opts_len, err);
		if (rc != EK_OK)
			return rc;
	}
	if (next != EK_BOOTCFG_END || it.lost)
		return bad_list(cfg, m->names.n, err);
	return EK_OK;
}

static int modules_write(const struct modules *m, struct ek_bootcfg *cfg,
			 struct ek_err *err)
{
	struct ek_buf b = EK_BUF_INIT;
	int rc;

	if (m->names.n > EK_BOOTCFG_MODULES_MAX)
		return ek_fail(err, EK_ELIMIT,
			       "'%s': module '%s' would be number %zu; the "
			       "loader takes %u, and hangs with more",
			       cfg->name,
			       m->names.v[EK_BOOTCFG_MODULES_MAX],
			       (size_t)EK_BOOTCFG_MODULES_MAX + 1,
			       EK_BOOTCFG_MODULES_MAX);
	for (size_t i = 0; i < m->names.n; i++) {
		ek_buf_adds(&b, i != 0 ? " --- " : "");
		ek_buf_adds(&b, m->names.v[i]);
		ek_buf_adds(&b, m->opts.v[i][0] != '\0' ? " " : "");
		ek_buf_adds(&b, m->opts.v[i]);
	}
	rc = ek_buf_check(&b, cfg->name, err);
	if (rc == EK_OK)
		rc = bootcfg_put(cfg, "modules", ek_buf_str(&b), err);
	ek_buf_free(&b);
	return rc;
}

/* Place of name, or m->names.n. */
static size_t find(const struct modules *m, const char *name)
{
	size_t i;

	for (i = 0; i < m->names.n; i++)
		if (ek_bootcfg_same_name(m->names.v[i], name))
			break;
	return i;
}

/* Place of the database, wherever it lies; or m->names.n. */
static size_t find_database(const struct modules *m)
{
	size_t i;

	for (i = 0; i < m->names.n; i++) {
		const char *slash = strrchr(m->names.v[i], '/');

		if (ek_bootcfg_same_name(slash != NULL ? slash
						       : m->names.v[i],
					 database))
			break;
	}
	return i;
}

/* Do names of this file begin with a slash: most modules, else the kernel? */
static bool slashed(const struct modules *m)
{
	const char *kernel = ek_bootcfg_get(m->cfg, "kernel");
	size_t with = 0;

	for (size_t i = 0; i < m->names.n; i++)
		with += is_slash(m->names.v[i][0]);
	if (m->names.n != 0)
		return with * 2 > m->names.n;
	return kernel == NULL || is_slash(kernel[0]);
}

/* name as this file would have it, malloc()ed; NULL: no memory. */
static char *styled(const struct modules *m, const char *name)
{
	const char *base = skip_slashes(name);
	char *out;

	if (strstr(name, "://") != NULL)
		return strdup(name);
	if (asprintf(&out, "%s%s", slashed(m) ? "/" : "", base) < 0)
		return NULL;
	return out;
}

static int check_name(const struct ek_bootcfg *cfg, const char *name,
		      struct ek_err *err)
{
	const char *problem = ek_bootcfg_module_problem(name);

	if (problem != NULL)
		return ek_fail(err, EK_EARG, "'%s': module '%s' %s", cfg->name,
			       name, problem);
	return EK_OK;
}

/* ---- modules ------------------------------------------------------------ */

size_t ek_bootcfg_module_count(const struct ek_bootcfg *cfg)
{
	const char *list = ek_bootcfg_get(cfg, "modules");
	struct ek_bootcfg_item it;
	size_t n = 0;

	while (list != NULL &&
	       ek_bootcfg_next_item(&list, &it) == EK_BOOTCFG_ITEM)
		n++;
	return n;
}

bool ek_bootcfg_has_module(const struct ek_bootcfg *cfg, const char *name)
{
	const char *list = ek_bootcfg_get(cfg, "modules");
	struct ek_bootcfg_item it;
	char own[256];

	while (list != NULL &&
	       ek_bootcfg_next_item(&list, &it) == EK_BOOTCFG_ITEM) {
		if (it.name_len >= sizeof(own))
			continue;
		memcpy(own, it.name, it.name_len);
		own[it.name_len] = '\0';
		if (ek_bootcfg_same_name(own, name))
			return true;
	}
	return false;
}

static int add_at(struct modules *m, size_t at, const char *name,
		  struct ek_err *err)
{
	char *own = styled(m, name);
	int rc;

	if (own == NULL)
		return ek_fail(err, EK_ESYS, "'%s': %s", m->cfg->name,
			       strerror(ENOMEM));
	rc = module_insert(m, at, own, strlen(own), "", 0, err);
	free(own);
	return rc;
}

int ek_bootcfg_add_module(struct ek_bootcfg *cfg, const char *name,
			  const char *before, struct ek_err *err)
{
	struct modules m;
	size_t at;
	int rc;

	rc = check_name(cfg, name, err);
	if (rc != EK_OK)
		return rc;
	rc = modules_read(&m, cfg, err);
	if (rc != EK_OK)
		goto out;
	at = before != NULL ? find(&m, before) : find_database(&m);
	if (find(&m, name) != m.names.n)
		rc = ek_fail(err, EK_EREFUSE, "'%s': module '%s' is there "
			     "already", cfg->name, name);
	else if (before != NULL && at == m.names.n)
		rc = ek_fail(err, EK_EREFUSE, "'%s': no module '%s' to put "
			     "'%s' before", cfg->name, before, name);
	else
		rc = add_at(&m, at, name, err);
	if (rc == EK_OK)
		rc = modules_write(&m, cfg, err);
out:
	modules_free(&m);
	return rc;
}

int ek_bootcfg_remove_module(struct ek_bootcfg *cfg, const char *name,
			     struct ek_err *err)
{
	struct modules m;
	size_t at;
	int rc;

	rc = modules_read(&m, cfg, err);
	if (rc != EK_OK)
		goto out;
	if (find(&m, name) == m.names.n)
		rc = ek_fail(err, EK_EREFUSE, "'%s': no module '%s' to remove",
			     cfg->name, name);
	while ((at = find(&m, name)) != m.names.n)
		module_drop(&m, at);
	if (rc == EK_OK)
		rc = modules_write(&m, cfg, err);
out:
	modules_free(&m);
	return rc;
}

static int replace_at(struct modules *m, size_t at, const char *name,
		      struct ek_err *err)
{
	size_t other = find(m, name);
	char *own;
	int rc;

	if (other != m->names.n && other != at)
		return ek_fail(err, EK_EREFUSE, "'%s': module '%s' is there "
			       "already, beside '%s'", m->cfg->name, name,
			       m->names.v[at]);
	own = styled(m, name);
	if (own == NULL)
		return ek_fail(err, EK_ESYS, "'%s': %s", m->cfg->name,
			       strerror(ENOMEM));
	rc = ek_strs_add(&m->names, own, strlen(own), err);
	free(own);
	if (rc != EK_OK)
		return rc;
	move_last(&m->names, at);
	drop_text(&m->names, at + 1);
	return EK_OK;
}

int ek_bootcfg_replace_module(struct ek_bootcfg *cfg, const char *old,
			      const char *name, struct ek_err *err)
{
	struct modules m;
	size_t at;
	int rc;

	rc = check_name(cfg, name, err);
	if (rc != EK_OK)
		return rc;
	rc = modules_read(&m, cfg, err);
	if (rc != EK_OK)
		goto out;
	at = find(&m, old);
	if (at == m.names.n)
		rc = ek_fail(err, EK_EREFUSE, "'%s': no module '%s' to replace",
			     cfg->name, old);
	else
		rc = replace_at(&m, at, name, err);
	if (rc == EK_OK)
		rc = modules_write(&m, cfg, err);
out:
	modules_free(&m);
	return rc;
}

/* ---- kernel options ----------------------------------------------------- */

/* The next word at *s, which moves behind it; NULL at the end. */
static const char *next_word(const char **s, size_t *len)
{
	const char *word;

	while (bootcfg_is_space(**s))
		(*s)++;
	word = *s;
	while (**s != '\0' && !bootcfg_is_space(**s))
		(*s)++;
	*len = (size_t)(*s - word);
	return *len != 0 ? word : NULL;
}

/* Length of "key=" at the front of a word, 0 where it has none. */
static size_t key_length(const char *word, size_t len)
{
	const char *eq = memchr(word, '=', len);

	return eq != NULL && eq != word ? (size_t)(eq - word) + 1 : 0;
}

/* Does the word have to go for pattern: equal, or begins with "key="? */
static bool matches(const char *word, size_t len, const char *pattern,
		    size_t plen)
{
	if (key_length(pattern, plen) == plen && plen != 0)
		return len >= plen && memcmp(word, pattern, plen) == 0;
	return len == plen && memcmp(word, pattern, len) == 0;
}

/*
 * Copy the words of text to out without those that match pattern, and put
 * instead (may be NULL) in the place of the first of them, or last. Returns how
 * many matched.
 */
static size_t replace_words(const char *text, const char *pattern, size_t plen,
			    const char *instead, size_t ilen,
			    struct ek_buf *out)
{
	const char *word;
	size_t len, found = 0;

	while ((word = next_word(&text, &len)) != NULL) {
		if (matches(word, len, pattern, plen)) {
			if (found++ != 0 || instead == NULL)
				continue;
			word = instead;
			len = ilen;
		}
		ek_buf_adds(out, out->len != 0 ? " " : "");
		ek_buf_add(out, word, len);
	}
	if (found == 0 && instead != NULL) {
		ek_buf_adds(out, out->len != 0 ? " " : "");
		ek_buf_add(out, instead, ilen);
	}
	return found;
}

/* One word into or out of the options in from; the result goes to to. */
static int edit_word(const struct ek_bootcfg *cfg, const char *from,
		     const char *word, size_t len, bool add, struct ek_buf *to,
		     struct ek_err *err)
{
	size_t key = key_length(word, len);

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)word[i] < ' ' || word[i] == 0x7f)
			return ek_fail(err, EK_EARG, "'%s': control character "
				       "0x%02x in a kernel option", cfg->name,
				       (unsigned char)word[i]);
	if (add) {
		replace_words(from, word, key != 0 ? key : len, word, len, to);
		return EK_OK;
	}
	if (replace_words(from, word, len, NULL, 0, to) == 0)
		return ek_fail(err, EK_EREFUSE, "'%s': no kernel option '%.*s' "
			       "to remove; there is '%s'", cfg->name, (int)len,
			       word, from);
	return EK_OK;
}

static int edit_opts(struct ek_bootcfg *cfg, const char *opts, bool add,
		     struct ek_err *err)
{
	const char *old = ek_bootcfg_get(cfg, "kernelopt");
	struct ek_buf now = EK_BUF_INIT, next = EK_BUF_INIT, swap;
	const char *word;
	size_t len, n = 0;
	int rc = EK_OK;

	ek_buf_adds(&now, old != NULL ? old : "");
	while (rc == EK_OK && (word = next_word(&opts, &len)) != NULL) {
		ek_buf_reset(&next);
		rc = edit_word(cfg, ek_buf_str(&now), word, len, add, &next,
			       err);
		swap = now;
		now = next;
		next = swap;
		n++;
	}
	if (rc == EK_OK && n == 0)
		rc = ek_fail(err, EK_EARG, "an empty kernel option");
	if (rc == EK_OK)
		rc = ek_buf_check(&now, "kernelopt", err);
	if (rc == EK_OK)
		rc = ek_buf_check(&next, "kernelopt", err);
	if (rc == EK_OK)
		rc = bootcfg_put(cfg, "kernelopt", ek_buf_str(&now), err);
	ek_buf_free(&now);
	ek_buf_free(&next);
	return rc;
}

int ek_bootcfg_add_opt(struct ek_bootcfg *cfg, const char *opts,
		       struct ek_err *err)
{
	return edit_opts(cfg, opts, true, err);
}

int ek_bootcfg_remove_opt(struct ek_bootcfg *cfg, const char *opts,
			  struct ek_err *err)
{
	return edit_opts(cfg, opts, false, err);
}

int ek_bootcfg_apply(struct ek_bootcfg *cfg, const struct ek_bootcfg_edit *e,
		     struct ek_err *err)
{
	switch (e->op) {
	case EK_BOOTCFG_SET:
		return ek_bootcfg_set(cfg, e->a, e->b, err);
	case EK_BOOTCFG_DELETE:
		return ek_bootcfg_delete(cfg, e->a, err);
	case EK_BOOTCFG_ADD:
		return ek_bootcfg_add_module(cfg, e->a, e->b, err);
	case EK_BOOTCFG_REMOVE:
		return ek_bootcfg_remove_module(cfg, e->a, err);
	case EK_BOOTCFG_REPLACE:
		return ek_bootcfg_replace_module(cfg, e->a, e->b, err);
	case EK_BOOTCFG_OPT:
		return ek_bootcfg_add_opt(cfg, e->a, err);
	case EK_BOOTCFG_NO_OPT:
		return ek_bootcfg_remove_opt(cfg, e->a, err);
	}
	return ek_fail(err, EK_EARG, "'%s': unknown edit", cfg->name);
}

/* ---- two files ---------------------------------------------------------- */

/* *why as for ek_bootcfg_same(); false where memory ran out. */
static bool tell_names(char **why, const char *what, const char *a,
		       const char *b)
{
	if (why == NULL)
		return true;
	if (asprintf(why, "%s '%s' here, '%s' there", what, a, b) < 0)
		*why = NULL;
	return *why != NULL;
}

static bool tell_opts(char **why, const char *name, const char *a,
		      const char *b)
{
	if (why == NULL)
		return true;
	if (asprintf(why, "module '%s' with options '%s' here, '%s' there",
		     name, a, b) < 0)
		*why = NULL;
	return *why != NULL;
}

/* *ok becomes false where memory ran out. */
static bool same_modules(const struct modules *a, const struct modules *b,
			 char **why, bool *ok)
{
	for (size_t i = 0; i < a->names.n || i < b->names.n; i++) {
		const char *x = i < a->names.n ? a->names.v[i] : NULL;
		const char *y = i < b->names.n ? b->names.v[i] : NULL;

		if (x == NULL || y == NULL || !ek_bootcfg_same_name(x, y)) {
			*ok = tell_names(why, "module", x != NULL ? x : "none",
					 y != NULL ? y : "none");
			return false;
		}
		if (strcmp(a->opts.v[i], b->opts.v[i]) != 0) {
			*ok = tell_opts(why, x, a->opts.v[i], b->opts.v[i]);
			return false;
		}
	}
	return true;
}

int ek_bootcfg_same(const struct ek_bootcfg *a, const struct ek_bootcfg *b,
		    bool *same, char **why, struct ek_err *err)
{
	const char *ka = ek_bootcfg_get(a, "kernel");
	const char *kb = ek_bootcfg_get(b, "kernel");
	struct modules ma, mb = { .cfg = NULL };
	bool ok = true;
	int rc;

	*same = false;
	if (why != NULL)
		*why = NULL;
	rc = modules_read(&ma, a, err);
	if (rc == EK_OK)
		rc = modules_read(&mb, b, err);
	if (rc != EK_OK)
		goto out;
	ka = ka != NULL ? ka : "";
	kb = kb != NULL ? kb : "";
	if (!ek_bootcfg_same_name(ka, kb))
		ok = tell_names(why, "kernel", ka, kb);
	else
		*same = same_modules(&ma, &mb, why, &ok);
	if (!ok)
		rc = ek_fail(err, EK_ESYS, "boot.cfg: %s", strerror(ENOMEM));
out:
	modules_free(&ma);
	modules_free(&mb);
	return rc;
}
