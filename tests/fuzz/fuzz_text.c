/* Bytes from anybody, in one of several encodings; then trimmed and folded. */
#include "data/text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text, size_t length)
{
    if (text_utf8_length(text, length) != length || strlen(text) != length)
        abort();
    const char *trimmed = text;
    size_t trimmed_length = length;
    text_trim(&trimmed, &trimmed_length);
    char *folded = malloc(length + 1);
    if (folded) {
        size_t folded_length = text_fold_digits(trimmed, trimmed_length, folded);
        if (folded_length > trimmed_length || strlen(folded) != folded_length ||
            text_utf8_length(folded, folded_length) != folded_length)
            abort();
        free(folded);
    }
}

/* The first byte chooses the encoding. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const encodings[] = {NULL,     "GB18030", "Shift_JIS", "UTF-16",
                                            "EUC-JP", "BIG5",    "UTF-7",     "ISO-2022-JP"};
    if (size == 0)
        return 0;
    size_t length = size - 1;
    char *text = malloc(size);
    if (!text)
        return 0;
    memcpy(text, data + 1, length);
    struct error error;
    if (text_decode(&text, &length, encodings[data[0] & 7], &error) == STATUS_OK)
        check_text(text, length);
    else if (text_utf8_length(error.message, strlen(error.message)) != strlen(error.message))
        abort();
    free(text);
    return 0;
}
