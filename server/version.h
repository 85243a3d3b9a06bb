/* The program's version, as `tuoyu version` and /v1/status say it. */
#ifndef SERVER_VERSION_H
#define SERVER_VERSION_H

#define TUOYU_VERSION "0.1.0"

#endif
