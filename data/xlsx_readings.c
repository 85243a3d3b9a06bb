#include "data/xlsx_readings.h"

#include "data/zip.h"

#include <stdlib.h>
#include <string.h>

enum { TEXTS_MAX_BYTES = 256 << 20, PREFIX_MAX_BYTES = 20 };

/* Bytes of "rPh" or "x:rPh" at `name`, a tag's name that ends at '>', '/' or
 * white space; else 0. */
static size_t reading_name(const char *name, size_t length)
{
    size_t size = 0;
    while (size < length && size < PREFIX_MAX_BYTES && !strchr(">/ \t\r\n", name[size]))
        size++;
    const char *local = memchr(name, ':', size);
    size_t left = local ? (size_t)(name + size - local - 1) : size;
    return left == 3 && memcmp(name + size - 3, "rPh", 3) == 0 ? size : 0;
}

/* Behind the element whose tag begins at xml[at]; `length` where it does not end. */
static size_t element_end(const char *xml, size_t at, size_t name, size_t length)
{
    const char *close = memchr(xml + at, '>', length - at);
    if (!close)
        return length;
    if (close[-1] == '/')
        return (size_t)(close + 1 - xml);
    char tag[PREFIX_MAX_BYTES + 3] = "</";
    memcpy(tag + 2, xml + at + 1, name);
    const char *end = memmem(close, length - (size_t)(close - xml), tag, name + 2);
    const char *behind = end ? memchr(end, '>', length - (size_t)(end - xml)) : NULL;
    return behind ? (size_t)(behind + 1 - xml) : length;
}

size_t xlsx_cut_readings(char *xml, size_t length)
{
    size_t kept = 0;
    for (size_t at = 0; at < length;) {
        size_t name = xml[at] == '<' ? reading_name(xml + at + 1, length - at - 1) : 0;
        if (name)
            at = element_end(xml, at, name, length);
        else
            xml[kept++] = xml[at++];
    }
    xml[kept] = '\0';
    return kept;
}

static enum status exchange_texts(const struct zip *zip, uint32_t member, char **bytes,
                                  size_t *length, struct error *error)
{
    char *xml, *archive;
    size_t xml_length, archive_length;
    enum status status =
        zip_unpack(&zip->members[member], TEXTS_MAX_BYTES, &xml, &xml_length, error);
    if (status)
        return status;
    size_t kept = xlsx_cut_readings(xml, xml_length);
    if (kept < xml_length) {
        status = zip_exchange(zip, member, xml, kept, &archive, &archive_length, error);
        if (!status) {
            free(*bytes);
            *bytes = archive;
            *length = archive_length;
        }
    }
    free(xml);
    return status;
}

enum status xlsx_drop_readings(char **bytes, size_t *length, struct error *error)
{
    struct zip zip;
    enum status status = zip_open(*bytes, *length, &zip, error);
    if (status)
        return status;
    for (uint32_t i = 0; i < zip.member_count; i++)
        if (zip_name_ends(&zip.members[i], "xl/sharedStrings.xml")) {
            status = exchange_texts(&zip, i, bytes, length, error);
            break;
        }
    zip_close(&zip);
    return status;
}
