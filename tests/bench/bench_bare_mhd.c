/*
 * The peer of the HTTP bench, not a bench itself: libmicrohttpd alone, with our server's settings,
 * answering every request with one constant body, made once.
 *
 *   bench_bare_mhd PORT BYTES [HEADERS]   serves on 127.0.0.1:PORT until it is killed, on one thread
 *
 * HEADERS is a file of "Name: value" lines, sent with every answer; without it, a Content-Type alone.
 */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { POOL_BYTES = 32 << 10, POOL_INCREMENT = 4 << 10, CONNECTIONS = 4096, SILENCE_S = 61 };

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_bytes, void **request)
{
    static int seen; /* its address marks the second call, when the request is whole */
    (void)url, (void)method, (void)version, (void)upload, (void)upload_bytes;
    if (!*request) {
        *request = &seen;
        return MHD_YES;
    }
    return MHD_queue_response(connection, MHD_HTTP_OK, context);
}

/* The headers of that file, one a line; false when it cannot be read or a line is no header. */
static bool add_headers(struct MHD_Response *response, const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    char line[1024];
    bool good = true;
    while (good && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\r\n")] = '\0';
        char *colon = strstr(line, ": ");
        if (colon)
            *colon = '\0';
        good = colon && MHD_add_response_header(response, line, colon + 2) == MHD_YES;
    }
    good = good && !ferror(file);
    fclose(file);
    return good;
}

int main(int argc, char **argv)
{
    unsigned long port = argc > 2 ? strtoul(argv[1], NULL, 10) : 0;
    size_t bytes = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
    if (port == 0 || port > 65535 || bytes == 0) {
        fprintf(stderr, "bench_bare_mhd PORT BYTES [HEADERS]\n");
        return 2;
    }
    char *body = malloc(bytes);
    if (!body)
        return 1;
    memset(body, 'x', bytes);
    struct MHD_Response *response =
        MHD_create_response_from_buffer(bytes, body, MHD_RESPMEM_MUST_FREE);
    if (argc > 3 && !add_headers(response, argv[3])) {
        fprintf(stderr, "bench_bare_mhd: %s: not readable, or not a header on each line\n",
                argv[3]);
        return 1;
    }
    if (argc <= 3)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/geo+json");
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, (uint16_t)port, NULL, NULL,
        answer, response, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)SILENCE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_BYTES,
        MHD_OPTION_CONNECTION_MEMORY_INCREMENT, (size_t)POOL_INCREMENT,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    if (!daemon) {
        fprintf(stderr, "bench_bare_mhd: cannot listen on port %lu\n", port);
        return 1;
    }
    for (;;)
        pause();
}
