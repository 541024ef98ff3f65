/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_style.c - style and script of the page, and the policy that lets these
 *                  two run and nothing else
 *
 * Source of the policy: Content Security Policy level 2, hashes of inline
 * elements. No attribute of the page is a style or a script.
 */
#include "os.h"

#include "ek/digest.h"
#include "ek/err.h"
#include "report_int.h"

/* In pieces: a string in C has 4095 characters at most. Colours of text have a
 * contrast of 4.5 or more on what is below them, light and dark. */
static const char *const style[] = {
"\n:root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--mute:#57606a;"
"--line:#d0d7de;--soft:#f6f8fa;--link:#0a4fb3;--error:#a4161a;--warn:#7a4f00;"
"--info:#0a4fb3;--certified:#b9d8f8;--accepted:#bfe5c6;--partner:#eadfb5;"
"--community:#f4c7ba;--nobody:#d9dce0}\n"
"@media screen and (prefers-color-scheme:dark){:root{--bg:#14171b;--fg:#e8eaed;"
"--mute:#a9b1ba;--line:#3a4048;--soft:#1e2227;--link:#9cc4ff;--error:#ffb4ab;"
"--warn:#f2c260;--info:#9cc4ff;--certified:#1d4a78;--accepted:#1d5a36;"
"--partner:#5f4d12;--community:#7a3526;--nobody:#474d55}}\n"
"*{box-sizing:border-box}\n"
"html{scroll-padding-top:3.5rem}\n"
"body{margin:0 auto;padding:1rem;max-width:80rem;background:var(--bg);"
"color:var(--fg);font:16px/1.5 system-ui,sans-serif}\n"
"h1{font-size:1.6rem;line-height:1.25;margin:.5rem 0;overflow-wrap:anywhere}\n"
"h2{font-size:1.25rem;margin:2rem 0 .5rem;padding-top:.5rem;"
"border-top:1px solid var(--line)}\n"
"#sizes h2{border-top:0;margin-top:1rem}\n"
"h3{font-size:1rem;margin:1rem 0 .25rem}\n"
"p{margin:.5rem 0;max-width:60rem}\n"
"a{color:var(--link)}\n"
":focus-visible{outline:3px solid var(--link);outline-offset:2px}\n"
".skip{position:absolute;left:-999rem}\n"
".skip:focus{position:static}\n"
"nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;"
"margin:.5rem 0;padding:0}\n"
".note,footer{color:var(--mute)}\n",
"dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1.25rem;"
"margin:1rem 0}\n"
"dt{color:var(--mute)}\n"
"dd{margin:0;overflow-wrap:anywhere}\n"
".wide{overflow-x:auto;margin:.5rem 0}\n"
"table{border-collapse:collapse;width:100%;min-width:44rem;"
"font-size:.875rem}\n"
"caption{text-align:left;color:var(--mute);padding:.25rem 0}\n"
"th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;"
"border-bottom:1px solid var(--line);overflow-wrap:anywhere}\n"
"thead th{color:var(--mute);font-weight:600;white-space:nowrap}\n"
"tbody th{font-weight:600;min-width:11rem}\n"
"tbody tr:target{background:var(--soft)}\n"
".n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}\n"
".id{font-family:ui-monospace,monospace;white-space:nowrap}\n"
".error,.warning,.info{font-weight:600;white-space:nowrap}\n"
".error{color:var(--error)}\n"
".warning{color:var(--warn)}\n"
".info{color:var(--info)}\n"
"pre{background:var(--soft);border:1px solid var(--line);padding:.75rem;"
"overflow-x:auto;font:.875rem/1.45 ui-monospace,monospace}\n"
"summary{cursor:pointer;padding:.25rem 0}\n"
"#search{position:sticky;top:0;background:var(--bg);padding:.5rem 0;"
"border-bottom:1px solid var(--line);display:flex;flex-wrap:wrap;"
"gap:.25rem 1rem;align-items:center;z-index:1}\n"
"#search[hidden],[hidden]{display:none}\n"
"#find{font:inherit;color:inherit;background:var(--bg);"
"border:1px solid var(--mute);border-radius:.25rem;padding:.25rem .5rem;"
"width:min(28rem,100%)}\n",
"svg{display:block;width:100%;min-width:40rem;height:auto}\n"
"svg text{font:11px system-ui,sans-serif;fill:var(--fg);pointer-events:none}\n"
"rect{stroke:var(--bg);stroke-width:1}\n"
"rect.part{fill:var(--fg);fill-opacity:.07;pointer-events:none}\n"
"g:hover rect{stroke:var(--fg)}\n"
".certified{fill:var(--certified);background:var(--certified)}\n"
".accepted{fill:var(--accepted);background:var(--accepted)}\n"
".partner{fill:var(--partner);background:var(--partner)}\n"
".community{fill:var(--community);background:var(--community)}\n"
".nobody{fill:var(--nobody);background:var(--nobody)}\n"
".key{display:flex;flex-wrap:wrap;gap:.25rem 1rem;list-style:none;"
"margin:.25rem 0;padding:0;font-size:.875rem}\n"
".key span,.level{white-space:nowrap;"
"padding:.1rem .5rem;border-radius:.25rem}\n"
"@media print{body{max-width:none;padding:0;font-size:10pt}"
"nav,#search,.skip{display:none}.wide,pre{overflow:visible}"
"svg,table{min-width:0}pre{white-space:pre-wrap}tr,svg,dl{break-inside:avoid}"
"h2,h3{break-after:avoid}table{font-size:8pt}"
"tbody th{min-width:0}"
"*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}\n",
};

/*
 * Rows that have all the words stay; Enter goes to the first of them. What is
 * in the fragment (#find=...) is looked for at once, so that a search can be sent
 * as a link. It does without the two characters that XML would want escaped.
 */
static const char *const script[] = {
"\n(function () {\n"
"\"use strict\";\n"
"var box = document.getElementById(\"find\");\n"
"var said = document.getElementById(\"found\");\n"
"var tables = Array.from(document.querySelectorAll(\"table[data-find]\"));\n"
"var lists = null, first = null, timer = 0;\n"
"function row(tr) {\n"
"	return { tr: tr, text: Array.from(tr.cells, function (c) {\n"
"		return c.textContent;\n"
"	}).join(\"\\n\").toLowerCase() };\n"
"}\n"
"function wanted() {\n"
"	return box.value.toLowerCase().replace(/\\b0x/g, \"\").split(/\\s+/)\n"
"		.filter(function (w) { return w !== \"\"; });\n"
"}\n"
"function tell(t, n) {\n"
"	var to = document.createElement(\"a\");\n"
"	to.href = \"#\" + t.closest(\"section\").id;\n"
"	to.textContent = t.dataset.find + \": \" + n;\n"
"	said.append(to, \" \");\n"
"	if (n !== 0)\n"
"		first = first || t;\n"
"}\n"
"function find() {\n"
"	var words = wanted();\n"
"	first = null;\n"
"	said.textContent = \"\";\n"
"	if (lists === null)\n"
"		lists = tables.map(function (t) {\n"
"			return Array.from(t.tBodies[0].rows, row);\n"
"		});\n"
"	tables.forEach(function (t, i) {\n"
"		var n = 0, fold = t.closest(\"details\");\n"
"		lists[i].forEach(function (r) {\n"
"			var hit = words.every(function (w) {\n"
"				return r.text.includes(w);\n"
"			});\n"
"			r.tr.hidden = !hit;\n"
"			n += hit ? 1 : 0;\n"
"		});\n"
"		if (words.length !== 0)\n"
"			tell(t, n);\n"
"		if (fold !== null)\n"
"			fold.open = words.length !== 0 ? n !== 0 : false;\n"
"	});\n"
"}\n"
"function linked() {\n"
"	if (!location.hash.startsWith(\"#find=\"))\n"
"		return;\n"
"	try {\n"
"		box.value = decodeURIComponent(location.hash.slice(6));\n"
"	} catch (e) {\n"
"		box.value = location.hash.slice(6);\n"
"	}\n"
"	find();\n"
"}\n"
"box.addEventListener(\"input\", function () {\n"
"	clearTimeout(timer);\n"
"	timer = setTimeout(find, 150);\n"
"});\n"
"box.addEventListener(\"keydown\", function (e) {\n"
"	if (e.key !== \"Enter\")\n"
"		return;\n"
"	clearTimeout(timer);\n"
"	find();\n"
"	if (first !== null)\n"
"		first.closest(\"section\").scrollIntoView();\n"
"});\n"
"window.addEventListener(\"hashchange\", linked);\n"
"document.getElementById(\"search\").hidden = false;\n"
"linked();\n"
"}());\n",
};

enum { STYLES = sizeof(style) / sizeof(style[0]),
       SCRIPTS = sizeof(script) / sizeof(script[0]) };

static unsigned digit(char c)
{
	return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'a') + 10;
}

/* The 32 bytes in hex as base64: 44 characters. */
static void base64(const char hex[EK_DIGEST_HEX], char out[45])
{
	static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz0123456789+/";

	/* 3 digits are 12 bits are 2 characters; the last digit of 64 alone */
	for (size_t i = 0, o = 0; i < 64; i += 3, o += 2) {
		unsigned v = digit(hex[i]) << 8;

		if (i + 2 < 64)
			v |= digit(hex[i + 1]) << 4 | digit(hex[i + 2]);
		out[o] = set[v >> 6];
		out[o + 1] = set[v & 63];
	}
	memcpy(out + 43, "=", 2);
}

static int hash(const char *const *text, size_t n, char out[45],
		struct ek_err *err)
{
	char hex[EK_DIGEST_HEX];
	struct ek_digest *d = NULL;
	int rc = ek_digest_new(&d, EK_SHA256, err);

	for (size_t i = 0; rc == EK_OK && i < n; i++)
		ek_digest_update(d, text[i], strlen(text[i]));
	if (rc == EK_OK)
		rc = ek_digest_hex(d, hex, err);
	if (rc == EK_OK)
		base64(hex, out);
	ek_digest_free(d);
	return rc;
}

static void meta(struct report *r, const char *name, const char *content)
{
	ek_html_open(&r->h, "meta");
	ek_html_attr(&r->h, "name", name);
	ek_html_attr(&r->h, "content", content);
	ek_html_close_line(&r->h);
}

static void verbatim(struct report *r, const char *tag,
		     const char *const *text, size_t n)
{
	ek_html_open(&r->h, tag);
	for (size_t i = 0; i < n; i++)
		ek_html_verbatim(&r->h, text[i]);
	ek_html_close_line(&r->h);
}

int ek_report_style(struct report *r, struct ek_err *err)
{
	char styles[45] = "", scripts[45] = "";
	int rc = hash(style, STYLES, styles, err);

	if (rc == EK_OK)
		rc = hash(script, SCRIPTS, scripts, err);
	ek_html_open(&r->h, "meta");
	ek_html_attr(&r->h, "charset", "utf-8");
	ek_html_close_line(&r->h);
	/* before anything that it is to hold for */
	ek_html_open(&r->h, "meta");
	ek_html_attr(&r->h, "http-equiv", "Content-Security-Policy");
	ek_html_attrf(&r->h, "content", "default-src 'none'; base-uri 'none';"
		      " form-action 'none'; style-src 'sha256-%s';"
		      " script-src 'sha256-%s'", styles, scripts);
	ek_html_close_line(&r->h);
	meta(r, "viewport", "width=device-width, initial-scale=1");
	meta(r, "referrer", "no-referrer");
	meta(r, "generator", "esxi-report of esxkit " EK_VERSION);
	verbatim(r, "style", style, STYLES);
	return rc;
}

void ek_report_script(struct report *r)
{
	verbatim(r, "script", script, SCRIPTS);
}
