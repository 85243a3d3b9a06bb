/* Who may be at the other end of the control socket. */
#include "server/control_socket.h"
#include "tests/test.h"

TEST(a_server_takes_commands_from_its_own_user_and_root_alone)
{
    CHECK(control_user_is_trusted(CONTROL_SERVER, 1000, 1000));
    CHECK(control_user_is_trusted(CONTROL_SERVER, 1000, 0));
    CHECK(!control_user_is_trusted(CONTROL_SERVER, 1000, 1001));
    CHECK(control_user_is_trusted(CONTROL_SERVER, 0, 0));
    CHECK(!control_user_is_trusted(CONTROL_SERVER, 0, 1001)); /* being root is no reason to trust */
}

TEST(a_client_gives_commands_to_its_own_server_or_roots_and_root_to_any)
{
    CHECK(control_user_is_trusted(CONTROL_CLIENT, 1000, 1000));
    CHECK(control_user_is_trusted(CONTROL_CLIENT, 1000, 0));
    CHECK(!control_user_is_trusted(CONTROL_CLIENT, 1000, 1001));
    CHECK(control_user_is_trusted(CONTROL_CLIENT, 0, 1001));
}
