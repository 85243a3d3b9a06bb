/* The subcommands: one file each, cmd_*.c, with its table at the bottom. */
#ifndef SERVER_CMD_H
#define SERVER_CMD_H

#include "server/command.h"

extern const struct command_entry cmd_serve, cmd_init, cmd_import_register, cmd_import_communities,
    cmd_import_residents, cmd_import_osm, cmd_near, cmd_coverage, cmd_export, cmd_check, cmd_backup,
    cmd_restore, cmd_version;

#endif
