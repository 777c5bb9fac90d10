/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capabilities: copied, minted, moved, looked at, and sent in messages.
 */
#include "fixture.h"

static struct party server, client;
static unsigned end; /* of the server, in the client's table, with all rights */

static int boot(void **state)
{
    (void)state;
    boot_machine(SMALL_RAM);
    server = make_party(PASSIVE);
    client = make_awake(10);
    end = give(&client, server.endpoint);
    return 0;
}

static void inspect(unsigned slot)
{
    must(INIT_SLOT_CAPTABLE, CAPTABLE_INSPECT, slot);
}

static void rights_only_shrink(void **state)
{
    unsigned source = make(OBJECT_ENDPOINT);
    unsigned less = mint(source, RIGHT_SEND | RIGHT_CONTROL, 0);
    unsigned again = mint(less, RIGHTS_ALL, 0);

    (void)state;
    inspect(again);
    assert_int_equal(answer[1], RIGHT_SEND | RIGHT_CONTROL);
    inspect(mint(less, UINT32_MAX, 0));
    assert_int_equal(answer[1], RIGHT_SEND | RIGHT_CONTROL);
    assert_int_equal(answer[3], 3);
}

static void a_badge_is_given_once(void **state)
{
    unsigned source = make(OBJECT_ENDPOINT), badged = mint(source, RIGHTS_ALL, 5);

    (void)state;
    inspect(badged);
    assert_int_equal(answer[2], 5);
    assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_MINT, new_slot(), INIT_SLOT_CAPTABLE, badged,
                         RIGHTS_ALL, 6), BAD_ARGUMENT);
    inspect(mint(badged, RIGHTS_ALL, 0));
    assert_int_equal(answer[2], 5);
    assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_MINT, new_slot(), INIT_SLOT_CAPTABLE,
                         make(OBJECT_TIMER), RIGHTS_ALL, 6), BAD_ARGUMENT);
}

static void only_who_controls_a_table_takes_out_of_it(void **state)
{
    unsigned table = make_sized(OBJECT_CAPTABLE, 2), free = new_slot();
    unsigned weak = mint(table, RIGHTS_ALL & ~RIGHT_CONTROL, 0);

    (void)state;
    must(table, CAPTABLE_COPY, 3, INIT_SLOT_CAPTABLE, server.endpoint, RIGHTS_ALL);
    assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_COPY, free, weak, 3, RIGHTS_ALL), NO_RIGHT);
    assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_MOVE, free, weak, 3), NO_RIGHT);
    assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_COPY, free, table, 3, RIGHTS_ALL), DONE);
}

static void inspecting_tells_badges_and_nothing_of_the_kernels_own(void **state)
{
    unsigned memory = make_untyped(14), bell = make(OBJECT_NOTIFICATION);

    (void)state;
    make_from(memory, OBJECT_FRAME, 12);
    assert_int_not_equal(known.init_table[memory].badge, 0);
    inspect(memory);
    assert_int_equal(answer[0], OBJECT_UNTYPED);
    assert_int_equal(answer[2], 0);
    inspect(mint(bell, RIGHT_SEND, 77));
    assert_int_equal(answer[2], 77);
}

static void some_capabilities_cannot_be_copied(void **state)
{
    const unsigned slot[] = { make_untyped(12), make(OBJECT_PAGE_TABLE) };

    (void)state;
    for (unsigned index = 0; index < 2; index++)
        assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_COPY, new_slot(), INIT_SLOT_CAPTABLE,
                             slot[index], RIGHTS_ALL), NOT_COPYABLE);
}

static void a_move_keeps_children_and_depth(void **state)
{
    unsigned source = make(OBJECT_ENDPOINT), child = mint(source, RIGHTS_ALL, 0);
    unsigned to = new_slot();

    (void)state;
    must(INIT_SLOT_CAPTABLE, CAPTABLE_MOVE, to, INIT_SLOT_CAPTABLE, source);
    assert_false(slot_in_use(source));
    inspect(to);
    assert_int_equal(answer[3], 1);
    assert_result(delete_slot(to), DONE);
    assert_false(slot_in_use(child));
}

static void the_table_called_can_itself_be_moved(void **state)
{
    unsigned table = make_sized(OBJECT_CAPTABLE, 4), to = new_slot();

    (void)state;
    must(table, CAPTABLE_COPY, 3, INIT_SLOT_CAPTABLE, table, RIGHTS_ALL);
    assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_MOVE, to, INIT_SLOT_CAPTABLE, table), DONE);
    assert_result(invoke(to, CAPTABLE_INSPECT, 3), DONE);
    assert_int_equal(answer[0], OBJECT_CAPTABLE);
}

static void bad_slots_are_told_apart(void **state)
{
    unsigned free = new_slot(), table = make_sized(OBJECT_CAPTABLE, 2);
    const uint64_t outside[] = { 0, 1 << 13, UINT64_MAX, 1ULL << 63 };

    (void)state;
    for (unsigned index = 0; index < 4; index++) {
        assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_COPY, outside[index], INIT_SLOT_CAPTABLE,
                             1, RIGHTS_ALL), BAD_SLOT);
        assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_MOVE, free, INIT_SLOT_CAPTABLE,
                             outside[index]), BAD_SLOT);
        assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_DELETE, outside[index]), BAD_SLOT);
        assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_REVOKE, outside[index]), BAD_SLOT);
        assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_INSPECT, outside[index]), BAD_SLOT);
        assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_CLOSE, outside[index]), BAD_SLOT);
    }
    assert_result(invoke(table, CAPTABLE_COPY, 4, INIT_SLOT_CAPTABLE, 1, RIGHTS_ALL), BAD_SLOT);
    assert_result(invoke(table, CAPTABLE_COPY, 3, INIT_SLOT_CAPTABLE, free, RIGHTS_ALL), EMPTY);
    assert_result(invoke(table, CAPTABLE_COPY, 3, free, 1, RIGHTS_ALL), EMPTY);
    assert_result(invoke(table, CAPTABLE_COPY, 3, INIT_SLOT_ENDPOINT, 1, RIGHTS_ALL), BAD_SLOT);
    assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_COPY, 1, INIT_SLOT_CAPTABLE, 1, RIGHTS_ALL),
                  OCCUPIED);
    assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_CLOSE, table), BAD_SLOT);
    assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_OPEN, mint(server.endpoint, RIGHT_SEND, 0)),
                  NO_RIGHT);
}

static void a_derivation_that_is_too_deep_is_refused_everywhere(void **state)
{
    unsigned deep = make(OBJECT_ENDPOINT), time = make_time(5);

    (void)state;
    compare_every = 10;
    for (unsigned depth = 1; depth < DERIVATION_MAX_DEPTH; depth++) {
        deep = mint(deep, RIGHTS_ALL, 0);
        time = mint(time, RIGHTS_ALL, 0);
    }
    inspect(deep);
    assert_int_equal(answer[3], DERIVATION_MAX_DEPTH);
    assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_COPY, new_slot(), INIT_SLOT_CAPTABLE, deep,
                         RIGHTS_ALL), TOO_DEEP);
    unsigned bell = make(OBJECT_NOTIFICATION), thread = make(OBJECT_THREAD);

    assert_result(invoke(bell, NOTIFICATION_BIND, deep, 0), TOO_DEEP);
    assert_result(invoke(bell, NOTIFICATION_BIND, server.endpoint, time), TOO_DEEP);
    assert_result(invoke(thread, THREAD_CONFIGURE, INIT_SLOT_CAPTABLE, INIT_SLOT_ADDRESS_SPACE,
                         deep, 0, 0), TOO_DEEP);
    assert_result(invoke(thread, THREAD_CONFIGURE, INIT_SLOT_CAPTABLE, INIT_SLOT_ADDRESS_SPACE,
                         server.endpoint, deep, 0), TOO_DEEP);
    assert_result(invoke(thread, THREAD_CONFIGURE, INIT_SLOT_CAPTABLE, INIT_SLOT_ADDRESS_SPACE,
                         server.endpoint, 0, time), TOO_DEEP);
}

static void untyped_memory_that_is_too_deep_makes_nothing(void **state)
{
    unsigned memory = make_untyped(6);

    (void)state;
    for (unsigned depth = 1; depth < DERIVATION_MAX_DEPTH; depth++)
        memory = make_from(memory, OBJECT_UNTYPED, 6);
    assert_result(invoke(memory, UNTYPED_RETYPE, OBJECT_UNTYPED, 6, INIT_SLOT_CAPTABLE,
                         new_slot()), TOO_DEEP);
}

/* --- In messages ------------------------------------------------------------------- */

#define ARRIVAL 50

static void send_cap(unsigned target, uint64_t slot, uint32_t arrival)
{
    system_call(SYSCALL_CALL, (struct registers){ .target = target, .words = 6, .cap = true,
                                                  WORDS(1, 2, 3, 4, 5, slot),
                                                  .arrival = arrival });
}

static void reply_cap(uint64_t slot, uint32_t arrival)
{
    system_call(SYSCALL_REPLY_RECV, (struct registers){ .target = OWN_ENDPOINT, .words = 6,
                                                        .cap = true, WORDS(1, 2, 3, 4, 5, slot),
                                                        .arrival = arrival });
}

static const struct slot *in(const struct party *party, unsigned slot)
{
    return thread_slot(party->thread, slot);
}

static void a_capability_arrives_as_a_child_in_the_slot_named_before(void **state)
{
    (void)state;
    as(&client);
    send_cap(end, OWN_THREAD, 0);
    assert_false(got_cap(&server)); /* no slot was named */
    assert_int_equal(got_word(&server, 5), 0);
    reply_cap(OWN_ENDPOINT, ARRIVAL);
    assert_false(got_cap(&client));
    send_cap(end, OWN_THREAD, ARRIVAL);
    assert_true(got_cap(&server));
    assert_int_equal(got_word(&server, 5), 0);
    assert_int_equal(slot_type(in(&server, ARRIVAL)), OBJECT_THREAD);
    assert_ptr_equal(slot_prev(in(&server, ARRIVAL)), in(&client, OWN_THREAD));
    reply_cap(OWN_ENDPOINT, 0);
    assert_true(got_cap(&client));
    assert_int_equal(slot_type(in(&client, ARRIVAL)), OBJECT_ENDPOINT);
}

/* The server waits with an arrival slot; `target` and `offered` decide. */
static bool arrives(unsigned target, uint64_t offered)
{
    as(&client);
    send_cap(end, 0, 0);
    reply_cap(0, ARRIVAL);
    send_cap(target, offered, 0);
    assert_true(runs(&server));
    return got_cap(&server);
}

static void without_the_right_to_grant_nothing_arrives(void **state)
{
    unsigned no_grant = give_minted(&client, server.endpoint, RIGHT_SEND, 0);

    (void)state;
    assert_false(arrives(no_grant, OWN_THREAD));
    assert_true(slot_is_empty(in(&server, ARRIVAL)));
}

static void empty_slots_and_slots_that_do_not_exist_do_not_arrive(void **state)
{
    (void)state;
    assert_false(arrives(end, 40));
    reply_cap(0, ARRIVAL);
    assert_false(arrives(end, 0));
    reply_cap(0, ARRIVAL);
    assert_false(arrives(end, 64));
    reply_cap(0, ARRIVAL);
    assert_false(arrives(end, UINT64_MAX));
}

static void what_cannot_be_copied_does_not_arrive(void **state)
{
    unsigned memory = make_untyped(12);

    (void)state;
    must(client.table, CAPTABLE_MOVE, 40, INIT_SLOT_CAPTABLE, memory);
    assert_false(arrives(end, 40));
}

static void an_occupied_slot_takes_no_capability(void **state)
{
    (void)state;
    as(&client);
    send_cap(end, 0, 0);
    reply_cap(0, OWN_TABLE);
    send_cap(end, OWN_THREAD, 0);
    assert_false(got_cap(&server));
    assert_int_equal(slot_type(in(&server, OWN_TABLE)), OBJECT_CAPTABLE);
}

static void a_mapped_frame_arrives_unmapped(void **state)
{
    unsigned frame = make_sized(OBJECT_FRAME, 12), own;

    (void)state;
    must(make(OBJECT_PAGE_TABLE), PAGE_TABLE_MAP, INIT_SLOT_ADDRESS_SPACE, INIT_FREE_ADDRESS);
    must(make(OBJECT_PAGE_TABLE), PAGE_TABLE_MAP, INIT_SLOT_ADDRESS_SPACE, INIT_FREE_ADDRESS);
    must(frame, FRAME_MAP, INIT_SLOT_ADDRESS_SPACE, INIT_FREE_ADDRESS, RIGHT_READ, 0);
    own = give(&client, frame);
    assert_true(arrives(end, own));
    assert_int_equal(in(&server, ARRIVAL)->badge, 0);
}

static void the_receivers_table_may_be_gone(void **state)
{
    (void)state;
    as(&client);
    send_cap(end, 0, 0);
    reply_cap(0, ARRIVAL);
    as_init();
    assert_result(delete_slot(server.table), DONE);
    as(&client);
    send_cap(end, OWN_THREAD, 0);
    assert_true(runs(&server));
    assert_false(got_cap(&server));
}

int main(void)
{
    const struct CMUnitTest capability_tests[] = {
        cmocka_unit_test_setup(rights_only_shrink, boot),
        cmocka_unit_test_setup(a_badge_is_given_once, boot),
        cmocka_unit_test_setup(only_who_controls_a_table_takes_out_of_it, boot),
        cmocka_unit_test_setup(inspecting_tells_badges_and_nothing_of_the_kernels_own, boot),
        cmocka_unit_test_setup(some_capabilities_cannot_be_copied, boot),
        cmocka_unit_test_setup(a_move_keeps_children_and_depth, boot),
        cmocka_unit_test_setup(the_table_called_can_itself_be_moved, boot),
        cmocka_unit_test_setup(bad_slots_are_told_apart, boot),
        cmocka_unit_test_setup(a_derivation_that_is_too_deep_is_refused_everywhere, boot),
        cmocka_unit_test_setup(untyped_memory_that_is_too_deep_makes_nothing, boot),
        cmocka_unit_test_setup(a_capability_arrives_as_a_child_in_the_slot_named_before, boot),
        cmocka_unit_test_setup(without_the_right_to_grant_nothing_arrives, boot),
        cmocka_unit_test_setup(empty_slots_and_slots_that_do_not_exist_do_not_arrive, boot),
        cmocka_unit_test_setup(what_cannot_be_copied_does_not_arrive, boot),
        cmocka_unit_test_setup(an_occupied_slot_takes_no_capability, boot),
        cmocka_unit_test_setup(a_mapped_frame_arrives_unmapped, boot),
        cmocka_unit_test_setup(the_receivers_table_may_be_gone, boot),
    };

    return RUN_EACH(capability_tests);
}
