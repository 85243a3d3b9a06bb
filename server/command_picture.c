#include "server/command_picture.h"

#include "server/picture.h"

enum status command_picture_init(struct command *command, const char *now_text, bool own,
                                 struct command_picture *held, struct error *error)
{
    *held = (struct command_picture){0};
    struct clock clock;
    enum status status = command_open_store(command, STORE_READ, error);
    if (!status)
        status = command_clock(command, now_text, &clock, error);
    if (status)
        return status;
    held->now = clock_now(&clock);
    if (command->service && !now_text && !own) {
        status = app_reader_open(command->service->app, &held->reader, error);
        held->picture = status ? NULL : app_borrow(held->reader);
    }
    if (!status && !held->picture) { /* or the server's first is not there yet */
        status =
            picture_build(command->store, held->now, NULL, PICTURE_FOR_COMMAND, &held->made, error);
        held->picture = held->made;
    }
    if (status)
        command_picture_release(held);
    return status;
}

void command_picture_release(struct command_picture *held)
{
    if (held->reader)
        app_return(held->reader);
    app_reader_close(held->reader);
    if (held->made)
        held->made->release(held->made);
    *held = (struct command_picture){0};
}
