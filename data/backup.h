/*
 * A backup: one folder, which holds all that a store is, and can be copied with any program.
 *
 *   store.db                    the store: itself one that can be opened
 *   store.db.REGION.streets     the street file of each region that has one (region_streets.h)
 *   SHA256SUMS                  the sums of the others: `sha256sum -c` proves a copy (backup_sums.h)
 */
#ifndef DATA_BACKUP_H
#define DATA_BACKUP_H

#include "data/store.h"
#include "data/store_files.h"

struct backup_report {
    uint64_t bytes;
    uint32_t regions;                  /* with their street files */
    char kept[STORE_FILES_PATH_BYTES]; /* restore: where the store that was there is now; "" */
    char missing[512]; /* the first region whose street file is not in it, and why; "" = none */
};

/*
 * Write `store` and the street files that it names to a new folder, which has its name only when it is
 * complete and on disk. Nobody may write to the store meanwhile. A street file that is missing or
 * damaged is left out, and `report` says so; the register is worth more than the wait. CONFLICT where
 * `folder` is there already; NOT_FOUND, IO.
 */
enum status MUST_CHECK backup_write(struct store *store, const char *folder,
                                    struct backup_report *report, struct error *error);

/*
 * Put the backup in `folder` in the place of the store at `path`, all or nothing: proven by its sums,
 * copied, brought to this version, checked, and only then, in one step, made the store. Holds the
 * lock of the store at `path` from the beginning to the end. Whatever the moment at which a process
 * dies, there is the old store or the new one, each with its streets.
 *
 * replace  a store that is there is kept, as PATH.YYYYMMDD-HHMMSS (of `now`) with its street files;
 *          else CONFLICT where one is
 *
 * NOT_FOUND, CORRUPT (a sum that is not the list's, a damaged store), VERSION, BUSY (a process holds
 * the store at `path`), READ_ONLY, IO.
 */
enum status MUST_CHECK backup_restore(const char *folder, const char *path, bool replace,
                                      moment_t now, struct backup_report *report,
                                      struct error *error);

#endif
