/* The list of a backup: whatever the bytes, no name leads out of the folder. */
#include "data/backup_sums.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
    static struct backup_file files[16];
    struct error error;
    uint32_t count = 0;
    if (backup_sums_read((const char *)data, length, files, 16, &count, &error))
        return 0;
    for (uint32_t i = 0; i < count; i++)
        if (strchr(files[i].name, '/') || strncmp(files[i].name, "store.db", 8) != 0 ||
            strlen(files[i].sum) != BACKUP_SUM_BYTES - 1)
            abort();
    return 0;
}
