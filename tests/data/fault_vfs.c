#include "tests/data/fault_vfs.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_FILES = 16, SECTOR_BYTES = 512 };

/* A change that has not been synced: bytes at an offset, or a new length (data NULL). */
struct change {
    sqlite3_int64 offset;
    int bytes;
    unsigned char *data;
};

/* What is known of one path since fault_begin(). */
struct disk_file {
    char path[4096];
    unsigned char *durable; /* what a power cut cannot take */
    size_t durable_bytes;
    struct change *pending;
    int pending_count, pending_capacity;
};

struct fault_file {
    sqlite3_file base;
    struct disk_file *disk; /* NULL for files without a name */
    sqlite3_file *real;     /* behind this struct */
};

static struct {
    sqlite3_vfs vfs;
    sqlite3_vfs *real;
    struct fault_plan plan;
    int changes;
    bool happened;
    struct disk_file files[MAX_FILES];
    int file_count;
} fault;

static void *need(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

/* Files as a disk keeps them ---------------------------------------------------------------------*/

static void apply(struct disk_file *disk, const struct change *change, int from, int bytes)
{
    if (!change->data) {
        size_t length = (size_t)change->offset;
        disk->durable = need(realloc(disk->durable, length + 1));
        if (length > disk->durable_bytes)
            memset(disk->durable + disk->durable_bytes, 0, length - disk->durable_bytes);
        disk->durable_bytes = length;
        return;
    }
    size_t start = (size_t)change->offset + (size_t)from, end = start + (size_t)bytes;
    if (end > disk->durable_bytes) {
        disk->durable = need(realloc(disk->durable, end));
        memset(disk->durable + disk->durable_bytes, 0, end - disk->durable_bytes);
        disk->durable_bytes = end;
    }
    memcpy(disk->durable + start, change->data + from, (size_t)bytes);
}

static void forget_pending(struct disk_file *disk)
{
    for (int i = 0; i < disk->pending_count; i++)
        free(disk->pending[i].data);
    disk->pending_count = 0;
}

static void make_durable(struct disk_file *disk)
{
    for (int i = 0; i < disk->pending_count; i++)
        apply(disk, &disk->pending[i], 0, disk->pending[i].bytes);
    forget_pending(disk);
}

static void note_change(struct disk_file *disk, sqlite3_int64 offset, const void *data, int bytes)
{
    if (!disk)
        return;
    if (disk->pending_count == disk->pending_capacity) {
        disk->pending_capacity = disk->pending_capacity ? disk->pending_capacity * 2 : 64;
        disk->pending =
            need(realloc(disk->pending, (size_t)disk->pending_capacity * sizeof *disk->pending));
    }
    struct change change = {offset, bytes, data ? need(malloc((size_t)bytes + 1)) : NULL};
    if (data)
        memcpy(change.data, data, (size_t)bytes);
    disk->pending[disk->pending_count++] = change;
}

static struct disk_file *find_disk_file(const char *path)
{
    for (int i = 0; i < fault.file_count; i++)
        if (strcmp(fault.files[i].path, path) == 0)
            return &fault.files[i];
    if (fault.file_count == MAX_FILES)
        abort();
    struct disk_file *disk = &fault.files[fault.file_count++];
    snprintf(disk->path, sizeof disk->path, "%s", path);
    FILE *file = fopen(path, "rb"); /* no connection has it open yet */
    if (file) {
        fseek(file, 0, SEEK_END);
        disk->durable_bytes = (size_t)ftell(file);
        rewind(file);
        disk->durable = need(malloc(disk->durable_bytes + 1));
        if (fread(disk->durable, 1, disk->durable_bytes, file) != disk->durable_bytes)
            abort();
        fclose(file);
    }
    return disk;
}

/* The VFS ----------------------------------------------------------------------------------------*/

static struct fault_file *of(sqlite3_file *file)
{
    return (struct fault_file *)file;
}

/* Counts a change; true when it must fail. */
static bool fails(void)
{
    fault.changes++;
    if (fault.plan.at &&
        (fault.changes == fault.plan.at || (fault.plan.goes_on && fault.changes > fault.plan.at)))
        fault.happened = true;
    else
        return false;
    return true;
}

static int file_write(sqlite3_file *file, const void *data, int bytes, sqlite3_int64 offset)
{
    bool cut = fails();
    if (cut && !fault.plan.goes_on)
        return fault.plan.code;
    /* At the very moment of a power cut the write may have reached the disk in part. */
    if (!cut || fault.changes == fault.plan.at)
        note_change(of(file)->disk, offset, data, bytes);
    if (cut)
        return fault.plan.code;
    return of(file)->real->pMethods->xWrite(of(file)->real, data, bytes, offset);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 length)
{
    if (fails())
        return fault.plan.code;
    note_change(of(file)->disk, length, NULL, 0);
    return of(file)->real->pMethods->xTruncate(of(file)->real, length);
}

static int file_sync(sqlite3_file *file, int flags)
{
    (void)flags;
    if (fails())
        return fault.plan.code == SQLITE_FULL ? SQLITE_FULL : SQLITE_IOERR_FSYNC;
    if (of(file)->disk && !fault.plan.only_pretend)
        make_durable(of(file)->disk);
    return SQLITE_OK;
}

#define REAL(file) (of(file)->real->pMethods)
static int file_close(sqlite3_file *file)
{
    return REAL(file)->xClose(of(file)->real);
}
static int file_read(sqlite3_file *file, void *data, int bytes, sqlite3_int64 offset)
{
    return REAL(file)->xRead(of(file)->real, data, bytes, offset);
}
static int file_size(sqlite3_file *file, sqlite3_int64 *bytes)
{
    return REAL(file)->xFileSize(of(file)->real, bytes);
}
static int file_lock(sqlite3_file *file, int lock)
{
    return REAL(file)->xLock(of(file)->real, lock);
}
static int file_unlock(sqlite3_file *file, int lock)
{
    return REAL(file)->xUnlock(of(file)->real, lock);
}
static int file_check_lock(sqlite3_file *file, int *out)
{
    return REAL(file)->xCheckReservedLock(of(file)->real, out);
}
static int file_control(sqlite3_file *file, int what, void *argument)
{
    if (what == SQLITE_FCNTL_SIZE_HINT || what == SQLITE_FCNTL_CHUNK_SIZE)
        return SQLITE_OK;
    return REAL(file)->xFileControl(of(file)->real, what, argument);
}
static int file_sector(sqlite3_file *file)
{
    (void)file;
    return SECTOR_BYTES;
}
static int file_device(sqlite3_file *file)
{
    (void)file;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}
static int file_shm_map(sqlite3_file *file, int page, int bytes, int extend, void volatile **at)
{
    return REAL(file)->xShmMap(of(file)->real, page, bytes, extend, at);
}
static int file_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
    return REAL(file)->xShmLock(of(file)->real, offset, count, flags);
}
static void file_shm_barrier(sqlite3_file *file)
{
    REAL(file)->xShmBarrier(of(file)->real);
}
static int file_shm_unmap(sqlite3_file *file, int remove)
{
    return REAL(file)->xShmUnmap(of(file)->real, remove);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_lock,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_device,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
};

static int vfs_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out)
{
    (void)vfs;
    struct fault_file *opened = of(file);
    memset(opened, 0, sizeof *opened);
    opened->real = (sqlite3_file *)(opened + 1);
    opened->disk = path ? find_disk_file(path) : NULL;
    int code = fault.real->xOpen(fault.real, path, opened->real, flags, out);
    if (code == SQLITE_OK)
        opened->base.pMethods = &methods;
    return code;
}

/* A removed file is gone at once: the worst case, because its pages must be elsewhere by then. */
static int vfs_delete(sqlite3_vfs *vfs, const char *path, int sync_folder)
{
    (void)vfs;
    if (fault.plan.goes_on && fault.happened)
        return SQLITE_IOERR_DELETE;
    int code = fault.real->xDelete(fault.real, path, sync_folder);
    for (int i = 0; i < fault.file_count && code == SQLITE_OK; i++) {
        struct disk_file *disk = &fault.files[i];
        if (strcmp(disk->path, path) != 0)
            continue;
        forget_pending(disk);
        disk->durable_bytes = 0;
    }
    return code;
}

void fault_install(void)
{
    fault.real = sqlite3_vfs_find(NULL);
    fault.vfs = *fault.real;
    fault.vfs.zName = "fault";
    fault.vfs.szOsFile = (int)sizeof(struct fault_file) + fault.real->szOsFile;
    fault.vfs.xOpen = vfs_open;
    fault.vfs.xDelete = vfs_delete;
    if (sqlite3_vfs_register(&fault.vfs, 1) != SQLITE_OK)
        abort();
}

void fault_begin(struct fault_plan plan)
{
    for (int i = 0; i < fault.file_count; i++) {
        forget_pending(&fault.files[i]);
        free(fault.files[i].pending);
        free(fault.files[i].durable);
        fault.files[i] = (struct disk_file){0};
    }
    fault.file_count = 0;
    fault.plan = plan;
    fault.changes = 0;
    fault.happened = false;
}

void fault_heal(void)
{
    fault.plan = (struct fault_plan){0};
}

int fault_changes(void)
{
    return fault.changes;
}

bool fault_happened(void)
{
    return fault.happened;
}

void fault_cut_power(struct test_random *random)
{
    for (int i = 0; i < fault.file_count; i++) {
        struct disk_file *disk = &fault.files[i];
        for (int j = 0; j < disk->pending_count; j++) {
            const struct change *change = &disk->pending[j];
            if (!change->data && test_random_below(random, 2))
                apply(disk, change, 0, 0);
            for (int from = 0; change->data && from < change->bytes; from += SECTOR_BYTES) {
                int bytes =
                    change->bytes - from < SECTOR_BYTES ? change->bytes - from : SECTOR_BYTES;
                if (test_random_below(random, 2))
                    apply(disk, change, from, bytes);
            }
        }
        forget_pending(disk);
        if (!strstr(disk->path, "-wal") && disk->durable_bytes == 0)
            continue;
        FILE *file = fopen(disk->path, "wb");
        if (!file || fwrite(disk->durable, 1, disk->durable_bytes, file) != disk->durable_bytes)
            abort();
        fclose(file);
    }
    fault.plan = (struct fault_plan){0};
}
