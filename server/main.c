#include "server/dispatch.h"

int main(int argc, char **argv)
{
    return dispatch_main(argc, (const char *const *)argv);
}
