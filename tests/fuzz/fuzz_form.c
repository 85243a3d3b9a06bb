/* A form or a query of a stranger, and its values written into a page. */
#include "server/form.h"
#include "server/html.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct form form;
    struct arena arena;
    struct json out;
    if (size > 16 * 1024)
        return 0;
    arena_init(&arena, 1 << 20);
    json_init(&out, 1 << 20);
    if (form_read((const char *)data, size, &arena, &form, NULL))
        abort();
    struct html html = {&out, LANGUAGE_ZH};
    for (uint32_t i = 0; i < form.count; i++) {
        html_attribute(&html, "value", form.fields[i].value);
        html_text(&html, form.fields[i].name);
        html_url(&html, "href", form.fields[i].value);
        html_path(&html, "href", "/", form.fields[i].value, "");
    }
    size_t quotes = 0;
    for (size_t i = 0; i < out.length; i++) {
        quotes += out.bytes[i] == '"';
        if (out.bytes[i] == '<' || out.bytes[i] == '>')
            abort(); /* nothing of what was said is markup */
    }
    if (quotes != 6 * form.count)
        abort(); /* nor ends an attribute */
    json_release(&out);
    arena_release(&arena);
    return 0;
}
