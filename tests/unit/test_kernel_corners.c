/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ways through the kernel that no ordinary test takes, found by measuring which
 * branches were left.
 */
#include "fixture.h"
#include "kernel/object/event_object.h"

static struct party client, middle, server; /* client: 10; the others are passive */
static unsigned to_middle, to_server;

static int boot(void **state)
{
    (void)state;
    boot_machine(SMALL_RAM);
    server = make_party(PASSIVE);
    middle = make_party(PASSIVE);
    client = make_awake(10);
    to_middle = give(&client, middle.endpoint);
    to_server = give(&middle, server.endpoint);
    return 0;
}

/* --- Receiving -------------------------------------------------------------------------- */

static void try_recv_takes_what_is_queued_and_abandons_what_is_owed(void **state)
{
    struct party other = make_awake(9);
    unsigned end = give(&other, middle.endpoint);

    (void)state;
    as(&client);
    call(to_middle, 0, 1);
    as_init();
    must(middle.cap, THREAD_SUSPEND);
    as(&other);
    call(end, 0, 2);
    as_init();
    must(middle.cap, THREAD_RESUME, 0);
    as(&middle);
    try_recv(OWN_ENDPOINT);
    assert_status(&client, ABANDONED);
    assert_int_equal(got_word(&middle, 0), 2);
    assert_ptr_equal(middle.thread->time, object_of(other.time));
}

static void a_queued_fault_with_time_ends_with_its_endpoint(void **state)
{
    unsigned end = make(OBJECT_ENDPOINT);
    struct party faulter = make_party_on(20, make(OBJECT_ENDPOINT), end);

    (void)state;
    wake(&faulter);
    as(&faulter);
    fault(FAULT_READ, 0);
    as_init();
    assert_int_equal(faulter.thread->sender.state, SENDER_QUEUED);
    assert_result(delete_slot(end), DONE);
    assert_state(&faulter, STOPPED);
}

static void a_queued_fault_without_time_ends_with_its_endpoint(void **state)
{
    unsigned end = make(OBJECT_ENDPOINT);
    struct party faulter = make_party_on(20, make(OBJECT_ENDPOINT), end);

    (void)state;
    wake(&faulter);
    as(&faulter);
    fault(FAULT_READ, 0);
    as_init();
    must(faulter.cap, THREAD_BIND_TIME, 0);
    assert_state(&faulter, CALLING);
    assert_result(delete_slot(end), DONE);
    assert_state(&faulter, STOPPED);
}

/* --- Lines and deadlines ----------------------------------------------------------------- */

static unsigned make_line(unsigned line, unsigned endpoint)
{
    unsigned slot = make(OBJECT_INTERRUPT);

    must(INIT_SLOT_IRQ_CONTROL, IRQ_CONTROL_ATTACH, slot, line, TRIGGER_EDGE);
    must(slot, INTERRUPT_BIND, endpoint, 0);
    return slot;
}

static void a_storm_of_lines_is_taken_in_parts(void **state)
{
    unsigned endpoint = make(OBJECT_ENDPOINT), taken = 0;

    (void)state;
    for (unsigned line = 40; line < 46; line++) {
        make_line(line, endpoint);
        sim_line_pulse(line);
    }
    interrupt();
    for (unsigned line = 40; line < 46; line++)
        taken += sim.line[line].active;
    assert_int_equal(taken, 4);
    interrupt();
    for (unsigned line = 40; line < 46; line++)
        assert_true(sim.line[line].active);
}

/* What has fired, and nobody was told of, goes with it. */
static void an_interrupt_that_is_queued_can_be_deleted(void **state)
{
    unsigned endpoint = make(OBJECT_ENDPOINT), interrupt_slot = make(OBJECT_INTERRUPT);

    (void)state;
    must(interrupt_slot, INTERRUPT_BIND, endpoint, 0);
    must(INIT_SLOT_IRQ_CONTROL, IRQ_CONTROL_ATTACH, interrupt_slot, 40, TRIGGER_EDGE);
    sim_line_pulse(40);
    interrupt();
    assert_int_equal(((struct interrupt *)object_of(interrupt_slot))->fired, 1);
    assert_result(delete_slot(interrupt_slot), DONE);
    assert_false(sim.line[40].enabled);
}

static void a_line_that_nobody_is_attached_to_is_switched_off(void **state)
{
    (void)state;
    sim.line[50].enabled = true;
    sim_line_pulse(50);
    interrupt();
    assert_false(sim.line[50].enabled || sim.line[50].active);
}

static void a_deadline_that_is_later_waits_for_its_own_interrupt(void **state)
{
    unsigned early = make(OBJECT_TIMER), late = make(OBJECT_TIMER);

    (void)state;
    must(early, TIMER_BIND, server.endpoint, make_time(20));
    must(late, TIMER_BIND, middle.endpoint, make_time(21));
    must(early, TIMER_ARM, sim.now + 5);
    must(late, TIMER_ARM, sim.now + 25);
    advance(5);
    assert_state(&server, READY);
    assert_state(&middle, RECEIVING);
    assert_int_equal(sim.timer, sim.now + 20);
    advance(20);
    assert_state(&middle, READY);
}

static void a_sharer_that_owes_nothing_can_go_while_another_does(void **state)
{
    unsigned first, second, third;

    (void)state;
    first = make_line(40, make(OBJECT_ENDPOINT));
    sim_line_pulse(40);
    interrupt();
    second = make_line(40, make(OBJECT_ENDPOINT)); /* did not fire */
    third = make_line(40, make(OBJECT_ENDPOINT));
    assert_result(delete_slot(second), DONE); /* in the middle of those that share */
    assert_true(sim.line[40].active);
    assert_result(delete_slot(first), DONE);
    assert_false(sim.line[40].active);
    assert_result(delete_slot(third), DONE);
    assert_false(sim.line[40].enabled);
}

static void an_event_bound_again_while_in_service_fires_when_that_ends(void **state)
{
    unsigned bell = make(OBJECT_NOTIFICATION), here = make(OBJECT_ENDPOINT);
    struct party active = make_party_on(20, mint(here, RIGHTS_ALL, 0), 0);

    (void)state;
    must(bell, NOTIFICATION_BIND, here, 0);
    must(bell, NOTIFICATION_SIGNAL);
    assert_state(&active, READY);
    must(bell, NOTIFICATION_SIGNAL);
    assert_result(delete_slot(here), DONE); /* its binding goes */
    must(bell, NOTIFICATION_BIND, server.endpoint, make_time(30));
    assert_state(&server, RECEIVING);
    assert_result(delete_slot(active.cap), DONE);
    assert_state(&server, READY);
    assert_int_equal(got_kind(&server), KIND_SIGNAL);
}

static void time_without_right_cannot_be_bound_to_an_event(void **state)
{
    unsigned bell = make(OBJECT_NOTIFICATION), time = make_time(5);
    unsigned weak = mint(time, RIGHTS_ALL & ~(unsigned)RIGHT_CONTROL, 0);

    (void)state;
    assert_result(invoke(bell, NOTIFICATION_BIND, server.endpoint, weak), NO_RIGHT);
    assert_result(invoke(bell, NOTIFICATION_BIND, server.endpoint, new_slot()), EMPTY);
    assert_result(invoke(bell, NOTIFICATION_BIND, server.endpoint, server.cap), BAD_SLOT);
    assert_result(invoke(bell, NOTIFICATION_BIND, server.endpoint, time), DONE);
}

/* --- Capabilities -------------------------------------------------------------------------- */

static void the_badge_of_a_notification_can_be_seen_and_no_others_affairs(void **state)
{
    unsigned bell = mint(make(OBJECT_NOTIFICATION), RIGHT_SEND, 0x30);
    unsigned frame = make_sized(OBJECT_FRAME, FRAME_BITS_4K);

    (void)state;
    must(INIT_SLOT_CAPTABLE, CAPTABLE_INSPECT, bell);
    assert_int_equal(answer[0], OBJECT_NOTIFICATION);
    assert_int_equal(answer[1], RIGHT_SEND);
    assert_int_equal(answer[2], 0x30);
    must(INIT_SLOT_CAPTABLE, CAPTABLE_INSPECT, frame);
    assert_int_equal(answer[2], 0);
    must(INIT_SLOT_CAPTABLE, CAPTABLE_INSPECT, INIT_SLOT_ADDRESS_SPACE);
    assert_int_equal(answer[2], 0);
}

static void only_the_original_of_a_space_that_nobody_uses_gets_an_asid(void **state)
{
    unsigned space = make(OBJECT_ADDRESS_SPACE), copy = mint(space, RIGHTS_ALL, 0);

    (void)state;
    assert_result(invoke(INIT_SLOT_ASID_CONTROL, ASID_CONTROL_ASSIGN, copy), BAD_ARGUMENT);
    assert_result(invoke(INIT_SLOT_ASID_CONTROL, ASID_CONTROL_ASSIGN, space), BAD_ARGUMENT);
    assert_result(delete_slot(copy), DONE);
    assert_result(invoke(INIT_SLOT_ASID_CONTROL, ASID_CONTROL_ASSIGN, space), DONE);
    assert_result(invoke(INIT_SLOT_ASID_CONTROL, ASID_CONTROL_ASSIGN, space), OCCUPIED);
}

static void a_page_table_is_mapped_once_and_where_it_can_be_reached(void **state)
{
    unsigned table = make(OBJECT_PAGE_TABLE), space = make_space();

    (void)state;
    assert_result(invoke(table, PAGE_TABLE_MAP, space, 1ULL << USER_ADDRESS_BITS), BAD_ARGUMENT);
    assert_result(invoke(table, PAGE_TABLE_MAP, space, 0x1000), BAD_ARGUMENT);
    assert_result(invoke(table, PAGE_TABLE_MAP, space, UINT64_MAX), BAD_ARGUMENT);
    assert_result(invoke(table, PAGE_TABLE_MAP, space, 0x40000000), DONE);
    assert_result(invoke(table, PAGE_TABLE_MAP, space, 0x80000000), OCCUPIED);
}

/* --- Time that is lent when its memory goes ------------------------------------------ */

/* The client runs on time made of `memory` from here on. */
static unsigned lend_time_of(unsigned memory)
{
    unsigned time = make_from(memory, OBJECT_SCHED_CONTEXT, 0);

    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, time, 0, 10, 9, 9);
    must(client.cap, THREAD_BIND_TIME, 0);
    must(client.cap, THREAD_BIND_TIME, time);
    as(&client);
    call(to_middle, 0, 0);
    assert_true(runs(&middle));
    return time;
}

static void lent_time_that_dies_goes_home_link_by_link(void **state)
{
    unsigned memory = make_untyped(12), time = lend_time_of(memory);

    (void)state;
    as(&middle);
    call(to_server, 0, 0);
    as_init();
    assert_result(delete_slot(time), DONE);
    assert_result(revoke_slot(memory), BUSY);
    as(&server);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_true(runs(&middle)); /* still lent, and still there */
    as_init();
    assert_result(revoke_slot(memory), BUSY);
    as(&middle);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_state(&client, STRANDED);
    as_init();
    assert_result(revoke_slot(memory), DONE);
}

static void lent_time_deep_in_memory_that_is_revoked_is_gathered(void **state)
{
    unsigned around = make_untyped(13), memory = make_from(around, OBJECT_UNTYPED, 12);

    (void)state;
    lend_time_of(memory);
    as_init();
    assert_result(revoke_slot(around), BUSY);
    assert_false(slot_in_use(memory));
    as(&middle);
    reply_recv(OWN_ENDPOINT, 0, 0);
    as_init();
    assert_result(revoke_slot(around), DONE);
    assert_false(slot_has_children(&known.init_table[around]));
}

static void memory_beside_busy_memory_is_not_touched(void **state)
{
    unsigned around = make_untyped(13), beside = make_from(around, OBJECT_UNTYPED, 12);
    unsigned memory = make_from(around, OBJECT_UNTYPED, 12);

    (void)state;
    lend_time_of(memory);
    as_init();
    assert_result(revoke_slot(memory), BUSY);
    assert_result(revoke_slot(memory), BUSY);
    assert_true(slot_in_use(beside) && slot_in_use(memory));
}

/* A root that nothing was made of: the largest is the last that the fixture would take. */
static unsigned unused_root(void)
{
    unsigned found = 0;

    for (unsigned slot = INIT_SLOT_FIRST_UNTYPED; slot_in_use(slot); slot++) {
        const struct slot *root = &known.init_table[slot];

        if (slot_type(root) == OBJECT_UNTYPED && slot_prev(root) == NULL &&
            !slot_has_children(root) && slot_size_bits(root) >= 12 &&
            sim_is_ram(slot_physical(root).value, 1))
            found = slot;
    }
    assert_int_not_equal(found, 0);
    return found;
}

static void lent_time_outlives_the_last_capability_of_its_memory(void **state)
{
    unsigned root = unused_root();
    struct sched_context *time = object_of(lend_time_of(root));

    (void)state;
    as_init();
    assert_result(delete_slot(root), DONE);
    assert_false(slot_in_use(root));
    assert_true(list_linked(&time->dying_ring));
    as(&middle);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_state(&client, STRANDED);
    assert_false(list_linked(&time->dying_ring));
}

int main(void)
{
    const struct CMUnitTest corner_tests[] = {
        cmocka_unit_test_setup(try_recv_takes_what_is_queued_and_abandons_what_is_owed, boot),
        cmocka_unit_test_setup(a_queued_fault_with_time_ends_with_its_endpoint, boot),
        cmocka_unit_test_setup(a_queued_fault_without_time_ends_with_its_endpoint, boot),
        cmocka_unit_test_setup(a_storm_of_lines_is_taken_in_parts, boot),
        cmocka_unit_test_setup(an_interrupt_that_is_queued_can_be_deleted, boot),
        cmocka_unit_test_setup(a_line_that_nobody_is_attached_to_is_switched_off, boot),
        cmocka_unit_test_setup(a_deadline_that_is_later_waits_for_its_own_interrupt, boot),
        cmocka_unit_test_setup(a_sharer_that_owes_nothing_can_go_while_another_does, boot),
        cmocka_unit_test_setup(an_event_bound_again_while_in_service_fires_when_that_ends, boot),
        cmocka_unit_test_setup(time_without_right_cannot_be_bound_to_an_event, boot),
        cmocka_unit_test_setup(the_badge_of_a_notification_can_be_seen_and_no_others_affairs, boot),
        cmocka_unit_test_setup(only_the_original_of_a_space_that_nobody_uses_gets_an_asid, boot),
        cmocka_unit_test_setup(a_page_table_is_mapped_once_and_where_it_can_be_reached, boot),
        cmocka_unit_test_setup(lent_time_that_dies_goes_home_link_by_link, boot),
        cmocka_unit_test_setup(lent_time_deep_in_memory_that_is_revoked_is_gathered, boot),
        cmocka_unit_test_setup(memory_beside_busy_memory_is_not_touched, boot),
        cmocka_unit_test_setup(lent_time_outlives_the_last_capability_of_its_memory, boot),
    };

    return RUN_EACH(corner_tests);
}
