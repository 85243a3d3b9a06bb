/* A workbook from anybody, as far as we open it ourselves: the archive, the readings in its texts. */
#include "data/xlsx_readings.h"
#include "data/zip.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was written must be read again, with as many members. */
static void check_again(const char *bytes, size_t length, uint32_t member_count)
{
    struct zip zip;
    if (zip_open(bytes, length, &zip, NULL) || zip.member_count != member_count)
        abort();
    zip_close(&zip);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *bytes = malloc(size + 1);
    if (!bytes)
        return 0;
    if (size)
        memcpy(bytes, data, size);
    bytes[size] = '\0';
    xlsx_cut_readings(bytes, size);
    if (size)
        memcpy(bytes, data, size);

    struct zip zip;
    struct error error;
    if (zip_open(data, size, &zip, &error) == STATUS_OK) {
        uint32_t member_count = zip.member_count;
        for (uint32_t i = 0; i < member_count; i++) {
            char *member, *archive;
            size_t length, archive_length;
            if (zip_unpack(&zip.members[i], 1 << 20, &member, &length, &error) == STATUS_OK)
                free(member);
            /* Members may overlap, so a small archive can stand for a large one: one exchange. */
            if (i == 0 &&
                zip_exchange(&zip, i, "x", 1, &archive, &archive_length, &error) == STATUS_OK) {
                check_again(archive, archive_length, member_count);
                free(archive);
            }
        }
        zip_close(&zip);
        size_t length = size;
        if (xlsx_drop_readings(&bytes, &length, &error) == STATUS_OK)
            check_again(bytes, length, member_count);
    }
    free(bytes);
    return 0;
}
