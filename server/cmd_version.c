#include "server/cmd.h"
#include "server/version.h"

static int run(struct command *command, const struct options *options)
{
    if (options_flag(options, "json"))
        fprintf(command->out, "{\"version\":\"%s\"}\n", TUOYU_VERSION);
    else
        fprintf(command->out, "tuoyu %s\n", TUOYU_VERSION);
    return COMMAND_OK;
}

static const struct option_spec specs[] = {OPTION_JSON};
static const char *const examples[] = {"tuoyu version", NULL};
static const struct usage usage = {
    .name = "version",
    .positionals = "",
    .summary = "Print the program's version",
    .options = specs,
    .option_count = COUNT_OF(specs),
    .examples = examples,
};
const struct command_entry cmd_version = {&usage, run, .is_local = true};
