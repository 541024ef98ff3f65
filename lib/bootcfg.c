/* SPDX-License-Identifier: BSD-2-Clause */
/* bootcfg.c - read a boot.cfg, set and delete keys, write it */
#include "os.h"

#include "ek/bootcfg.h"
#include "ek/err.h"
#include "ek/io.h"

#include "bootcfg_int.h"

const struct bootcfg_option bootcfg_options[N_OPTIONS] = {
	[OPT_KERNEL] = { "kernel", false },
	[OPT_KERNELOPT] = { "kernelopt", false },
	[OPT_MODULES] = { "modules", false },
	[OPT_TITLE] = { "title", false },
	[OPT_PREFIX] = { "prefix", false },
	[OPT_NOBOOTIF] = { "nobootif", true },
	[OPT_TIMEOUT] = { "timeout", true },
	[OPT_NOQUIRKS] = { "noquirks", true },
	[OPT_NORTS] = { "norts", true },
	[OPT_CRYPTO] = { "crypto", false },
	[OPT_RUNTIMEWD] = { "runtimewd", true },
	[OPT_TFTPBLKSIZE] = { "tftpblksize", true },
	[OPT_ACPITABLES] = { "acpitables", false },
	[OPT_RUNTIMEWDTIMEOUT] = { "runtimewdtimeout", true },
	[OPT_SKIP] = { "skip", true },
	[OPT_ERRTIMEOUT] = { "errtimeout", true },
};

/* The order in which ESXi's own writer puts its keys (boot.cfg.5, "The strict
 * reader"); a new key is put there. */
static const char *const written[] = {
	"bootstate", "title", "timeout", "prefix", "kernel", "kernelopt",
	"modules", "build", "updated",
};

#define N_WRITTEN (sizeof(written) / sizeof(written[0]))

bool bootcfg_is_space(char c)
{
	return (c >= '\b' && c <= '\r') || c == ' ' || c == (char)0xa0;
}

int bootcfg_option_find(const char *key, size_t len)
{
	for (int i = 0; i < N_OPTIONS; i++)
		if (strncasecmp(bootcfg_options[i].name, key, len) == 0)
			return i;
	return -1;
}

bool ek_bootcfg_is_number(const char *value)
{
	value += *value == '-';
	return value[strspn(value, "0123456789")] == '\0';
}

/* ---- lines -------------------------------------------------------------- */

/* Copy raw to text as the loader sees it: white space trimmed and merged. */
static void merge(const char *raw, size_t len, char *text)
{
	size_t n = 0;

	for (size_t i = 0; i < len && raw[i] != '\0'; i++) {
		if (!bootcfg_is_space(raw[i]))
			text[n++] = raw[i];
		else if (n > 0 && text[n - 1] != ' ')
			text[n++] = ' ';
	}
	if (n > 0 && text[n - 1] == ' ')
		n--;
	text[n] = '\0';
}

static void split(struct bootcfg_line *l)
{
	const char *eq = strchr(l->text, '=');

	l->option = -1;
	l->value = strlen(l->text);
	if (eq == NULL || l->text[0] == '#')
		return;
	l->key = true;
	l->klen = (size_t)(eq - l->text);
	l->value = l->klen + 1;
	if (l->text[l->value] == ' ')
		l->value++;
	l->option = bootcfg_option_find(l->text, l->klen);
}

/* Make a line of a copy of len bytes. */
static int line_make(struct bootcfg_line *l, const char *raw, size_t len,
		     struct ek_err *err)
{
	*l = (struct bootcfg_line){ .len = len, .option = -1 };
	l->raw = malloc(len + 1);
	l->text = malloc(len + 1);
	if (l->raw == NULL || l->text == NULL) {
		free(l->raw);
		free(l->text);
		return ek_fail_sys(err, "boot.cfg");
	}
	if (len != 0)
		memcpy(l->raw, raw, len);
	l->raw[len] = '\0';
	merge(l->raw, len, l->text);
	split(l);
	return EK_OK;
}

static void line_free(struct bootcfg_line *l)
{
	free(l->raw);
	free(l->text);
}

static int make_room(struct ek_bootcfg *cfg, struct ek_err *err)
{
	size_t cap = cfg->cap != 0 ? cfg->cap * 2 : 32;
	struct bootcfg_line *v;

	if (cfg->n < cfg->cap)
		return EK_OK;
	if (cfg->n >= EK_BOOTCFG_LINES_MAX)
		return ek_fail(err, EK_ELIMIT, "'%s': more than %u lines",
			       cfg->name, EK_BOOTCFG_LINES_MAX);
	v = reallocarray(cfg->v, cap, sizeof(*v));
	if (v == NULL)
		return ek_fail_sys(err, "'%s'", cfg->name);
	cfg->v = v;
	cfg->cap = cap;
	return EK_OK;
}

/* ---- the whole file ----------------------------------------------------- */

static int parse_lines(struct ek_bootcfg *cfg, const char *p, size_t len,
		       struct ek_err *err)
{
	while (len > 0) {
		const char *nl = memchr(p, '\n', len);
		size_t n = nl != NULL ? (size_t)(nl - p) : len;
		int rc;

		rc = make_room(cfg, err);
		if (rc == EK_OK)
			rc = line_make(&cfg->v[cfg->n], p, n, err);
		if (rc != EK_OK)
			return rc;
		cfg->n++;
		cfg->open_end = nl == NULL;
		n += nl != NULL;
		p += n;
		len -= n;
	}
	return EK_OK;
}

int ek_bootcfg_parse(struct ek_bootcfg **out, const char *name,
		     const char *text, size_t len, struct ek_err *err)
{
	struct ek_bootcfg *cfg;
	int rc;

	*out = NULL;
	if (len > EK_BOOTCFG_MAX)
		return ek_fail(err, EK_ELIMIT,
			       "'%s': larger than %u bytes, too large for a "
			       "boot.cfg", name, EK_BOOTCFG_MAX);
	cfg = calloc(1, sizeof(*cfg));
	if (cfg == NULL)
		return ek_fail_sys(err, "'%s'", name);
	cfg->name = strdup(name);
	rc = cfg->name != NULL ? parse_lines(cfg, text, len, err)
			       : ek_fail_sys(err, "'%s'", name);
	if (rc != EK_OK) {
		ek_bootcfg_free(&cfg);
		return rc;
	}
	*out = cfg;
	return EK_OK;
}

void ek_bootcfg_free(struct ek_bootcfg **cfg)
{
	struct ek_bootcfg *c = *cfg;

	if (c == NULL)
		return;
	for (size_t i = 0; i < c->n; i++)
		line_free(&c->v[i]);
	free(c->v);
	free(c->name);
	free(c);
	*cfg = NULL;
}

const char *ek_bootcfg_name(const struct ek_bootcfg *cfg)
{
	return cfg->name;
}

void ek_bootcfg_write(const struct ek_bootcfg *cfg, struct ek_out *out)
{
	for (size_t i = 0; i < cfg->n; i++) {
		ek_out_write(out, cfg->v[i].raw, cfg->v[i].len);
		if (i + 1 < cfg->n || !cfg->open_end)
			ek_out_write(out, "\n", 1);
	}
}

/* ---- views -------------------------------------------------------------- */

size_t ek_bootcfg_line_count(const struct ek_bootcfg *cfg)
{
	return cfg->n;
}

void ek_bootcfg_line(const struct ek_bootcfg *cfg, size_t i,
		     struct ek_bootcfg_line *line)
{
	const struct bootcfg_line *l = &cfg->v[i];

	*line = (struct ek_bootcfg_line){
		.number = i + 1, .raw = l->raw, .len = l->len, .text = l->text,
		.key = l->key ? l->text : NULL, .key_len = l->klen,
		.value = l->key ? l->text + l->value : NULL,
	};
	if (l->option >= 0) {
		line->option = bootcfg_options[l->option].name;
		line->integer = bootcfg_options[l->option].integer;
	}
}

/* Does the loader, or safeboot for the keys that are its own, take line l for
 * this key (a full name)? */
static bool is_key(const struct bootcfg_line *l, const char *key)
{
	if (!l->key)
		return false;
	if (l->option >= 0)
		return strcasecmp(bootcfg_options[l->option].name, key) == 0;
	return l->klen == strlen(key) &&
	       strncasecmp(l->text, key, l->klen) == 0;
}

/* The same where somebody put a blank before the '=': no reader takes that for
 * the key, but whoever replaces or deletes the key means this line too. */
static bool is_meant(const struct bootcfg_line *l, const char *key)
{
	size_t n = strlen(key);

	return is_key(l, key) ||
	       (l->key && l->option < 0 && l->klen == n + 1 &&
		l->text[n] == ' ' && strncasecmp(l->text, key, n) == 0);
}

const char *ek_bootcfg_get(const struct ek_bootcfg *cfg, const char *key)
{
	for (size_t i = cfg->n; i-- > 0;)
		if (is_key(&cfg->v[i], key))
			return cfg->v[i].text + cfg->v[i].value;
	return NULL;
}

/* ---- changes ------------------------------------------------------------ */

static int check_key(const char *key, struct ek_err *err)
{
	static const char word[] = "0123456789_-."
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	int option;

	if (key[0] == '\0' || key[strspn(key, word)] != '\0')
		return ek_fail(err, EK_EARG, "'%s' is not a key: letters, "
			       "digits, '_', '-' and '.' make one", key);
	option = bootcfg_option_find(key, strlen(key));
	if (option >= 0 && strlen(key) != strlen(bootcfg_options[option].name))
		return ek_fail(err, EK_EARG,
			       "'%s': the loader takes this for '%s'; write "
			       "the whole key", key,
			       bootcfg_options[option].name);
	return EK_OK;
}

/* The list must be one that the loader reads without loss. */
static int check_list(const char *value, struct ek_err *err)
{
	struct ek_bootcfg_item it;
	enum ek_bootcfg_next next;
	size_t n = 0;

	while ((next = ek_bootcfg_next_item(&value, &it)) == EK_BOOTCFG_ITEM) {
		if (it.empty != 0)
			break;
		n++;
	}
	if (next != EK_BOOTCFG_END || it.empty != 0)
		return ek_fail(err, EK_EARG,
			       "modules: an empty module behind %zu others; "
			       "the loader drops bytes there", n);
	if (n > EK_BOOTCFG_MODULES_MAX)
		return ek_fail(err, EK_ELIMIT,
			       "modules: %zu of them, the loader takes %u", n,
			       EK_BOOTCFG_MODULES_MAX);
	return EK_OK;
}

static int check_value(const char *key, const char *value, struct ek_err *err)
{
	int option = bootcfg_option_find(key, strlen(key));

	for (const char *p = value; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return ek_fail(err, EK_EARG, "%s: control character "
				       "0x%02x in its value", key,
				       (unsigned char)*p);
	if (option < 0)
		return EK_OK;
	if (bootcfg_options[option].integer && !ek_bootcfg_is_number(value))
		return ek_fail(err, EK_EARG, "%s: '%s' is not a number; the "
			       "loader would refuse the whole file", key,
			       value);
	if ((option == OPT_KERNEL || option == OPT_PREFIX) &&
	    strchr(value, ' ') != NULL)
		return ek_fail(err, EK_EARG, "%s: blank in '%s'; the loader "
			       "deletes it%s", key, value,
			       option == OPT_KERNEL
			       ? ", options belong to kernelopt" : "");
	if (option == OPT_MODULES)
		return check_list(value, err);
	return EK_OK;
}

/* Where ESXi's writer has key: 1 and up; 0 for others. */
static size_t rank(const char *key, size_t len)
{
	for (size_t i = 0; i < N_WRITTEN; i++)
		if (strlen(written[i]) == len &&
		    strncasecmp(written[i], key, len) == 0)
			return i + 1;
	return 0;
}

static size_t line_rank(const struct bootcfg_line *l)
{
	const char *name;

	if (!l->key)
		return 0;
	if (l->option < 0)
		return rank(l->text, l->klen);
	name = bootcfg_options[l->option].name;
	return rank(name, strlen(name));
}

/* Before the first line that ESXi's writer has behind key; else the end. */
static size_t place_for(const struct ek_bootcfg *cfg, const char *key)
{
	size_t mine = rank(key, strlen(key));

	for (size_t i = 0; mine != 0 && i < cfg->n; i++)
		if (line_rank(&cfg->v[i]) > mine)
			return i;
	return cfg->n;
}

/* "key=value", with a CR where the lines of the file have one. */
static int compose(struct bootcfg_line *l, const struct ek_bootcfg *cfg,
		   const char *key, const char *value, struct ek_err *err)
{
	const struct bootcfg_line *like = cfg->n != 0 ? &cfg->v[0] : NULL;
	bool cr = like != NULL && like->len != 0 &&
		  like->raw[like->len - 1] == '\r';
	char *raw;
	int n, rc;

	n = asprintf(&raw, "%s=%s%s", key, value, cr ? "\r" : "");
	if (n < 0)
		return ek_fail_sys(err, "'%s'", cfg->name);
	rc = line_make(l, raw, (size_t)n, err);
	free(raw);
	return rc;
}

static void insert(struct ek_bootcfg *cfg, size_t at, struct bootcfg_line l)
{
	/* an empty file has no open end either */
	if (at == cfg->n)
		cfg->open_end = false;
	memmove(&cfg->v[at + 1], &cfg->v[at], (cfg->n - at) * sizeof(l));
	cfg->v[at] = l;
	cfg->n++;
}

/* Drop each line that is meant by key; *first is the place of the first of
 * them, or SIZE_MAX. */
static size_t drop(struct ek_bootcfg *cfg, const char *key, size_t *first)
{
	size_t n = 0, dropped;

	*first = SIZE_MAX;
	for (size_t i = 0; i < cfg->n; i++) {
		if (!is_meant(&cfg->v[i], key)) {
			cfg->v[n++] = cfg->v[i];
			continue;
		}
		if (*first == SIZE_MAX)
			*first = n;
		line_free(&cfg->v[i]);
		/* the line before has its LF */
		if (i + 1 == cfg->n)
			cfg->open_end = false;
	}
	dropped = cfg->n - n;
	cfg->n = n;
	return dropped;
}

/* Is key there once, spelt in full, with this value already? */
static bool is_set(const struct ek_bootcfg *cfg, const char *key,
		   const char *value)
{
	size_t n = 0, good = 0;

	for (size_t i = 0; i < cfg->n; i++) {
		const struct bootcfg_line *l = &cfg->v[i];

		if (!is_meant(l, key))
			continue;
		n++;
		good += l->klen == strlen(key) &&
			strncmp(l->text, key, l->klen) == 0 &&
			strcmp(l->text + l->value, value) == 0;
	}
	return n == 1 && good == 1;
}

int bootcfg_put(struct ek_bootcfg *cfg, const char *key, const char *value,
		struct ek_err *err)
{
	struct bootcfg_line fresh;
	bool open_end = cfg->open_end;
	size_t at;
	int rc;

	if (is_set(cfg, key, value))
		return EK_OK;
	rc = make_room(cfg, err);
	if (rc == EK_OK)
		rc = compose(&fresh, cfg, key, value, err);
	if (rc != EK_OK)
		return rc;

	/* Nothing can fail from here on. */
	drop(cfg, key, &at);
	if (at != SIZE_MAX) {
		bool was_last = at == cfg->n;

		insert(cfg, at, fresh);
		/* the last line of the file stays without its LF */
		if (was_last)
			cfg->open_end = open_end;
		return EK_OK;
	}
	insert(cfg, place_for(cfg, key), fresh);
	return EK_OK;
}

int ek_bootcfg_set(struct ek_bootcfg *cfg, const char *key, const char *value,
		   struct ek_err *err)
{
	int option = bootcfg_option_find(key, strlen(key));
	int rc;

	rc = check_key(key, err);
	if (rc == EK_OK)
		rc = check_value(key, value, err);
	if (rc != EK_OK)
		return rc;
	if (option >= 0)
		key = bootcfg_options[option].name;
	else if (rank(key, strlen(key)) != 0)
		key = written[rank(key, strlen(key)) - 1];
	return bootcfg_put(cfg, key, value, err);
}

int ek_bootcfg_delete(struct ek_bootcfg *cfg, const char *key,
		      struct ek_err *err)
{
	size_t first;
	int rc;

	rc = check_key(key, err);
	if (rc != EK_OK)
		return rc;
	if (drop(cfg, key, &first) == 0)
		return ek_fail(err, EK_EREFUSE, "'%s': no key '%s' to delete",
			       cfg->name, key);
	return EK_OK;
}
