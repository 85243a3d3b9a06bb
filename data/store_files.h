/*
 * The files that make a store on disk, for the commands that make, copy and put back whole stores.
 *
 * All of them write under another name first, and give the result its own name when it is complete:
 * a command that is killed leaves nothing that looks like a store.
 */
#ifndef DATA_STORE_FILES_H
#define DATA_STORE_FILES_H

#include "geo/status.h"

enum { STORE_FILES_PATH_BYTES = 4096 + 64 };

/* PATH.new-PID: where it is written first. */
void store_files_name_aside(const char *path, char aside[STORE_FILES_PATH_BYTES]);

/* Give what is at `aside` the name `path`, on disk when this returns; CONFLICT where something has
 * that name already: it is never replaced. What was at `aside` is gone then, and on failure too. */
enum status MUST_CHECK store_files_put_in_place(const char *aside, const char *path,
                                                struct error *error);

/* The store at `path` with what SQLite and the lock left beside it. What is not there is passed
 * over. */
void store_files_remove(const char *path);

/* The street file of a region beside a store (data/region_streets.h). It moves after its store has:
 * until then the store names a file that is missing, and says so. */
enum status MUST_CHECK store_files_move_streets(const char *aside, const char *path,
                                                const char *region, struct error *error);
void store_files_remove_streets(const char *path, const char *region);

/* What was made, renamed or taken away in the folder of `path` is on disk when this returns; IO. */
enum status MUST_CHECK store_files_sync_folder(const char *path, struct error *error);

#endif
