/* SPDX-License-Identifier: BSD-2-Clause */
/* vib_show.c - a VIB package as JSON and for a person */
#include "os.h"

#include "ek/err.h"
#include "ek/json.h"
#include "ek/vib.h"

int ek_vib_json(struct ek_vib *v, struct ek_json *j, struct ek_err *err)
{
	struct ek_vib_member m;
	size_t desc_len, sig_len;
	int rc;

	(void)ek_vib_descriptor(v, &desc_len);
	(void)ek_vib_signature(v, &sig_len);
	ek_vibdesc_json(ek_vib_desc(v), j);
	ek_json_bool(j, "signed", sig_len != 0);
	ek_json_uint(j, "descriptor_size", desc_len);
	ek_json_uint(j, "signature_size", sig_len);
	ek_json_array(j, "members");
	while ((rc = ek_vib_next(v, &m, err)) == EK_OK) {
		ek_json_object(j, NULL);
		ek_json_str(j, "name", m.name);
		ek_json_uint(j, "offset", m.offset);
		ek_json_uint(j, "size", m.size);
		ek_json_bool(j, "is_payload", m.payload != NULL);
		ek_json_close(j);
	}
	ek_json_close(j);
	return rc == EK_END ? EK_OK : rc;
}

int ek_vib_text(struct ek_vib *v, struct ek_buf *out, struct ek_err *err)
{
	struct ek_vib_member m;
	size_t len;
	int rc;

	(void)ek_vib_signature(v, &len);
	ek_vibdesc_text(ek_vib_desc(v), out);
	if (len != 0)
		ek_buf_addf(out, "%-17s %zu bytes, not verified\n",
			    "signature", len);
	else
		ek_buf_addf(out, "%-17s none\n", "signature");
	while ((rc = ek_vib_next(v, &m, err)) == EK_OK)
		if (m.payload == NULL)
			ek_buf_addf(out, "%-17s %s, %llu bytes, which no"
				    " payload names\n", "other member", m.name,
				    (unsigned long long)m.size);
	return rc == EK_END ? EK_OK : rc;
}
