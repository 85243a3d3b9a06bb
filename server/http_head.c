/*
 * The library reads heads loosely. A folded line is joined to the *name* of the header before it, so
 * that "Content-Length:\r\n 9" is a header named Content-Length9 and no length at all; a line that
 * begins with a colon ends the head, and what follows runs as a request; a NUL cuts a value short.
 * None of this shows in the names and values that it hands over, but all of it in where they stand:
 * it cuts the head up in place, so that one piece follows the other in its buffer, with nothing
 * between them but a space, a colon, blanks and the line's end.
 */
#include "server/http_internal.h"

#include <stdint.h>

/* The library writes NULs over CR and LF. */
static size_t count_nuls(const char *at, const char *end)
{
    size_t count = 0;
    while (at + count < end && at[count] == '\0')
        count++;
    return count;
}

/* Does `piece` stand at or behind `from` and within the head, with nothing but blanks between? */
static bool follows(const char *piece, const char *from, const char *end)
{
    if ((uintptr_t)piece < (uintptr_t)from || (uintptr_t)piece > (uintptr_t)end)
        return false;
    while (from < piece && (*from == ' ' || *from == '\t'))
        from++;
    return from == piece;
}

bool http_head_is_whole(struct MHD_Connection *connection, const struct guard_head *head)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    if (!info)
        return false;
    const char *end = head->method + info->header_size;
    const char *at = head->method + strlen(head->method) + 1 + head->url_length + 1;
    if (head->version != at)
        return false;
    at += strlen(head->version);
    for (uint32_t i = 0; i < head->header_count; i++) {
        const struct guard_header *header = &head->headers[i];
        size_t line_end = count_nuls(at, end);
        if (line_end < 1 || line_end > 2 || header->name != at + line_end)
            return false;
        at = header->name + header->name_length + 1;
        if (!header->value || !follows(header->value, at, end))
            return false;
        at = header->value + header->value_length;
    }
    size_t line_ends = count_nuls(at, end); /* the last header's and the empty line's */
    return line_ends >= 2 && line_ends <= 4 && at + line_ends == end;
}
