/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Deleting and revoking: in steps, through tables in tables and in circles,
 * and with time that others run on.
 */
#include "fixture.h"

static struct party server, client;
static unsigned memory; /* 256 KiB, to be taken back */

static int boot(void **state)
{
    (void)state;
    boot_machine(SMALL_RAM);
    server = make_party(PASSIVE);
    client = make_awake(10);
    memory = make_untyped(18);
    return 0;
}

static void revoke_takes_all_descendants_and_leaves_the_source(void **state)
{
    unsigned source = make(OBJECT_ENDPOINT), copies[30], at = source;

    (void)state;
    for (unsigned index = 0; index < 30; index++)
        copies[index] = at = mint(index % 3 == 0 ? source : at, RIGHTS_ALL, 0);
    assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_REVOKE, source), MORE);
    assert_result(revoke_slot(source), DONE);
    for (unsigned index = 0; index < 30; index++)
        assert_false(slot_in_use(copies[index]));
    assert_true(slot_in_use(source));
    assert_false(slot_has_children(&known.init_table[source]));
}

static void deleting_a_copy_takes_its_own_copies_only(void **state)
{
    unsigned source = make(OBJECT_ENDPOINT), one = mint(source, RIGHTS_ALL, 0);
    unsigned two = mint(one, RIGHTS_ALL, 0), other = mint(source, RIGHTS_ALL, 0);

    (void)state;
    assert_result(delete_slot(one), DONE);
    assert_false(slot_in_use(two));
    assert_true(slot_in_use(other));
    assert_true(slot_in_use(source));
}

static void tables_in_tables_are_emptied(void **state)
{
    unsigned outer = make_from(memory, OBJECT_CAPTABLE, 3), inner = outer;
    unsigned end = make_from(memory, OBJECT_ENDPOINT, 0);

    (void)state;
    for (unsigned depth = 0; depth < 40; depth++) {
        unsigned next = make_from(memory, OBJECT_CAPTABLE, 3);

        must(next, CAPTABLE_COPY, 2, INIT_SLOT_CAPTABLE, end, RIGHTS_ALL);
        if (depth > 0)
            must(inner, CAPTABLE_COPY, 3, INIT_SLOT_CAPTABLE, next, RIGHTS_ALL);
        must(next, CAPTABLE_MOVE, 1, INIT_SLOT_CAPTABLE, inner);
        inner = next;
    }
    assert_result(delete_slot(inner), DONE);
    assert_false(slot_has_children(&known.init_table[end]));
    assert_result(delete_slot(end), DONE);
    must(memory, UNTYPED_INFO);
    assert_int_equal(answer[2], 0);
}

static void a_table_that_holds_itself_goes_with_its_memory(void **state)
{
    unsigned table = make_from(memory, OBJECT_CAPTABLE, 4);

    (void)state;
    must(table, CAPTABLE_COPY, 2, INIT_SLOT_CAPTABLE, INIT_SLOT_ENDPOINT, RIGHTS_ALL);
    must(table, CAPTABLE_MOVE, 1, INIT_SLOT_CAPTABLE, table);
    assert_result(revoke_slot(memory), DONE);
    assert_false(slot_has_children(&known.init_table[INIT_SLOT_ENDPOINT]) &&
                 slot_holder(slot_next(&known.init_table[INIT_SLOT_ENDPOINT])) == HOLDER_TABLE);
}

static void two_tables_that_hold_each_other_go_with_their_memory(void **state)
{
    unsigned one = make_from(memory, OBJECT_CAPTABLE, 4);
    unsigned two = make_from(memory, OBJECT_CAPTABLE, 4);

    (void)state;
    must(one, CAPTABLE_COPY, 2, INIT_SLOT_CAPTABLE, two, RIGHTS_ALL);
    must(one, CAPTABLE_MOVE, 1, INIT_SLOT_CAPTABLE, two);
    must(one, CAPTABLE_COPY, 3, INIT_SLOT_CAPTABLE, one, RIGHTS_ALL);
    assert_result(revoke_slot(memory), DONE);
    assert_false(slot_in_use(one));
}

/* Copy the table's capability inside, so that it can be moved into itself; its memory too. */
static void a_table_that_holds_its_own_memory_is_emptied(void **state)
{
    unsigned inner = make_from(memory, OBJECT_UNTYPED, 14);
    unsigned table = make_from(inner, OBJECT_CAPTABLE, 4);
    unsigned other = make_from(inner, OBJECT_CAPTABLE, 4);

    (void)state;
    must(other, CAPTABLE_COPY, 2, INIT_SLOT_CAPTABLE, table, RIGHTS_ALL);
    must(table, CAPTABLE_MOVE, 5, INIT_SLOT_CAPTABLE, inner);
    assert_result(delete_slot(table), DONE);
    assert_false(slot_in_use(table));
    assert_false(slot_in_use(other));
    must(memory, UNTYPED_INFO);
    assert_int_equal(answer[2], 0);
}

static void a_thread_that_deletes_the_table_it_runs_in_has_none(void **state)
{
    struct party mortal = make_awake(12);
    unsigned end = give(&mortal, server.endpoint);

    (void)state;
    as(&mortal);
    assert_result(invoke(OWN_TABLE, CAPTABLE_DELETE, end), DONE);
    as_init();
    assert_result(delete_slot(mortal.table), DONE);
    as(&mortal);
    call(end, 0, 0);
    assert_status(&mortal, BAD_CAPABILITY);
    call(OWN_TABLE, 0, 0);
    assert_status(&mortal, BAD_CAPABILITY);
    assert_int_equal(mortal.thread->table_last, 0);
    recv(OWN_ENDPOINT, 0);
    assert_status(&mortal, BAD_CAPABILITY);
    assert_true(runs(&mortal));
}

static void a_thread_deletes_its_own_table_from_inside(void **state)
{
    struct party mortal = make_awake(12);

    (void)state;
    must(mortal.table, CAPTABLE_MOVE, 40, INIT_SLOT_CAPTABLE, mortal.table);
    as(&mortal);
    system_call(SYSCALL_CALL, (struct registers){ .target = 40, .label = CAPTABLE_DELETE,
                                                  .words = 1, WORDS(40) });
    assert_status(&mortal, OK);
    call(OWN_TABLE, CAPTABLE_DELETE, 1);
    assert_status(&mortal, BAD_CAPABILITY);
    as_init();
    assert_result(delete_slot(new_slot()), DONE); /* an empty slot: what is left is worked off */
    assert_false(dying_any());
}

static void a_thread_deletes_itself(void **state)
{
    struct party mortal = make_awake(12);

    (void)state;
    must(mortal.table, CAPTABLE_MOVE, 40, INIT_SLOT_CAPTABLE, mortal.cap);
    as(&mortal);
    sim_use_fp(mortal.thread)->q[31][1] = 7;
    system_call(SYSCALL_CALL, (struct registers){ .target = OWN_TABLE, .label = CAPTABLE_DELETE,
                                                  .words = 1, WORDS(40) });
    assert_true(runs(&client));
    assert_false(sim.fp_open);
}

static void a_thread_deletes_the_time_it_runs_on(void **state)
{
    struct party mortal = make_awake(12);

    (void)state;
    must(mortal.table, CAPTABLE_MOVE, 40, INIT_SLOT_CAPTABLE, mortal.time);
    as(&mortal);
    system_call(SYSCALL_CALL, (struct registers){ .target = OWN_TABLE, .label = CAPTABLE_DELETE,
                                                  .words = 1, WORDS(40) });
    assert_true(runs(&client));
    assert_state(&mortal, STRANDED);
}

/* --- Time that is lent ------------------------------------------------------------- */

static void lent_time_that_is_deleted_carries_its_chain_to_the_end(void **state)
{
    unsigned end = give(&client, server.endpoint);

    (void)state;
    as(&client);
    call(end, 0, 0);
    as_init();
    assert_result(delete_slot(client.time), DONE);
    as(&server);
    reply_recv(OWN_ENDPOINT, 5, 0);
    assert_true(init_runs());
    assert_status(&client, OK);
    assert_int_equal(got_label(&client), 5);
    assert_state(&client, STRANDED);
}

/* A party whose Thread, table, time and endpoint come from `memory`. */
static struct party make_mortal(unsigned priority)
{
    struct party party = { .next = OWN_FREE };

    party.endpoint = make_from(memory, OBJECT_ENDPOINT, 0);
    party.table = make_from(memory, OBJECT_CAPTABLE, PARTY_TABLE_BITS);
    party.cap = make_from(memory, OBJECT_THREAD, 0);
    party.thread = object_of(party.cap);
    if (priority < PRIORITY_COUNT) {
        party.time = make_from(memory, OBJECT_SCHED_CONTEXT, 0);
        must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, party.time, 0, priority, 9, 9);
    }
    must(party.table, CAPTABLE_COPY, OWN_TABLE, INIT_SLOT_CAPTABLE, party.table, RIGHTS_ALL);
    must(party.table, CAPTABLE_COPY, OWN_ENDPOINT, INIT_SLOT_CAPTABLE, party.endpoint, RIGHTS_ALL);
    must(party.cap, THREAD_CONFIGURE, party.table, INIT_SLOT_ADDRESS_SPACE, party.endpoint, 0,
         party.time);
    must(party.cap, THREAD_START, 1, 2, 3);
    return party;
}

static void memory_of_time_that_is_lent_outside_is_busy_until_it_comes_home(void **state)
{
    struct party mortal = make_mortal(20);
    unsigned end = give(&mortal, server.endpoint);

    (void)state;
    wake(&mortal);
    as(&mortal);
    call(end, 0, 0);
    assert_true(runs(&server));
    as_init();
    assert_result(revoke_slot(memory), BUSY);
    assert_false(slot_in_use(mortal.cap));
    assert_result(invoke(memory, UNTYPED_RETYPE, OBJECT_UNTYPED, 18, INIT_SLOT_CAPTABLE,
                         new_slot()), NO_MEMORY);
    as(&server);
    reply_recv(OWN_ENDPOINT, 0, 0);
    assert_true(runs(&client));
    as_init();
    assert_result(revoke_slot(memory), DONE);
    make_from(memory, OBJECT_UNTYPED, 18);
}

/* After every number of steps: what is left of it must not be built over. */
static void memory_that_is_half_deleted_is_not_used_again(void **state)
{
    (void)state;
    for (unsigned others = 0; others < 16; others++) {
        unsigned small = make_untyped(14), target = new_slot(), end;
        struct party mortal;
        enum thole_result result;

        memory = small;
        mortal = make_mortal(20);
        for (unsigned index = 0; index < others; index++)
            make_from(small, OBJECT_NOTIFICATION, 0);
        end = give(&mortal, server.endpoint);
        wake(&mortal);
        as(&mortal);
        call(end, 0, 0);
        as_init();
        while ((result = invoke(INIT_SLOT_CAPTABLE, CAPTABLE_DELETE, small)) == RESULT_MORE)
            assert_int_not_equal(invoke(small, UNTYPED_RETYPE, OBJECT_TIMER, 0, INIT_SLOT_CAPTABLE,
                                        target), RESULT_DONE);
        assert_result(result, DONE);
        as(&server);
        reply_recv(OWN_ENDPOINT, 0, 0);
        as_init();
    }
}

static void memory_that_is_busy_leaves_its_elder_sibling_alone(void **state)
{
    unsigned elder = memory, inside = make_from(elder, OBJECT_NOTIFICATION, 0), end;
    struct party mortal;

    (void)state;
    memory = make_untyped(18); /* stands before its sibling in the list */
    mortal = make_mortal(20);
    end = give(&mortal, server.endpoint);
    wake(&mortal);
    as(&mortal);
    call(end, 0, 0);
    as_init();
    assert_result(revoke_slot(memory), BUSY);
    assert_true(slot_in_use(elder));
    assert_true(slot_in_use(inside));
}

static void many_that_lend_to_stuck_servers_of_the_same_memory_all_go(void **state)
{
    struct party lender[20], stuck[20];

    (void)state;
    for (unsigned index = 0; index < 20; index++) {
        stuck[index] = make_mortal(PASSIVE);
        lender[index] = make_mortal(20);
        give(&lender[index], stuck[index].endpoint);
        wake(&lender[index]);
    }
    as(&lender[0]);
    for (unsigned index = 0; index < 20; index++) {
        call(OWN_FREE, 0, 0);
        assert_true(runs(&stuck[index]));
        yield();
    }
    as_init();
    assert_result(revoke_slot(memory), DONE);
    must(memory, UNTYPED_INFO);
    assert_int_equal(answer[2], 0);
    as(&client);
}

/* The first round of revoking gathers them; then they come home in any order. */
static void much_lent_time_comes_home_in_any_order(void **state)
{
    struct party lender[6], holder[6];
    const unsigned order[6] = { 2, 0, 5, 1, 4, 3 };

    (void)state;
    for (unsigned index = 0; index < 6; index++) {
        unsigned end;

        holder[index] = make_party(PASSIVE);
        lender[index] = make_mortal(20 + index);
        end = give(&lender[index], holder[index].endpoint);
        wake(&lender[index]);
        as(&lender[index]);
        call(end, 0, 0);
        assert_true(runs(&holder[index]));
        as_init();
        must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CEILING, lender[index].cap, 0, 0);
    }
    assert_result(revoke_slot(memory), BUSY);
    for (unsigned index = 0; index < 6; index++) {
        assert_result(delete_slot(holder[order[index]].cap), DONE);
        assert_int_equal(revoke_slot(memory), index < 5 ? RESULT_BUSY : RESULT_DONE);
    }
}

/* Deleting the memory itself hands what is still lent to the memory around it. */
static void deleting_memory_leaves_lent_time_to_the_memory_it_came_from(void **state)
{
    unsigned around = memory, end;
    struct party mortal;

    (void)state;
    memory = make_from(around, OBJECT_UNTYPED, 16);
    mortal = make_mortal(20);
    end = give(&mortal, server.endpoint);
    wake(&mortal);
    as(&mortal);
    call(end, 0, 0);
    as_init();
    assert_result(delete_slot(memory), DONE);
    assert_false(slot_in_use(memory));
    assert_result(revoke_slot(around), BUSY);
    as(&server);
    reply_recv(OWN_ENDPOINT, 0, 0);
    as_init();
    assert_result(revoke_slot(around), DONE);
}

static void lent_time_in_a_table_that_dies_holds_up_nobody(void **state)
{
    struct party mortal = make_mortal(20);
    unsigned end = give(&mortal, server.endpoint), other = make(OBJECT_ENDPOINT);

    (void)state;
    must(mortal.table, CAPTABLE_MOVE, 20, INIT_SLOT_CAPTABLE, mortal.time);
    wake(&mortal);
    as(&mortal);
    call(end, 0, 0);
    as_init();
    assert_result(delete_slot(mortal.table), DONE);
    assert_false(dying_any());
    assert_result(delete_slot(other), DONE);
    assert_result(revoke_slot(memory), BUSY);
    assert_result(delete_slot(server.cap), DONE);
    assert_result(revoke_slot(memory), DONE);
}

/* Its time, with so many copies, is the newest of `memory`, and is lent to whom this answers. */
static struct party lend_new_time(struct party *lender, unsigned priority, unsigned copies)
{
    struct party holder = make_party(PASSIVE);

    lender->time = make_from(memory, OBJECT_SCHED_CONTEXT, 0);
    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, lender->time, 0, priority, 9, 9);
    for (unsigned count = 0; count < copies; count++)
        mint(lender->time, RIGHTS_ALL, 0);
    must(lender->cap, THREAD_BIND_TIME, lender->time);
    give(lender, holder.endpoint);
    wake(lender);
    as(lender);
    call(OWN_FREE, 0, 0);
    assert_true(runs(&holder));
    as_init();
    return holder;
}

static enum thole_result revoke_once(void)
{
    return invoke(INIT_SLOT_CAPTABLE, CAPTABLE_REVOKE, memory);
}

/*
 * So many copies that a call of REVOKE ends when the older time is to be gathered. Who comes
 * in between and deletes something else leaves it where it is.
 */
static void a_step_that_was_to_gather_time_is_left_to_who_began_it(void **state)
{
    unsigned other = mint(server.endpoint, RIGHTS_ALL, 0);
    struct party one = make_mortal(PASSIVE), two = make_mortal(PASSIVE);
    struct party older = lend_new_time(&one, 20, 2), newer = lend_new_time(&two, 21, 0);
    const struct slot *first, *second;

    (void)state;
    for (unsigned count = 0; count < 4; count++)
        assert_result(revoke_once(), MORE);
    first = slot_next(&known.init_table[memory]);
    second = slot_next(first);
    assert_true(sched_context_dying(first) != NULL && sched_context_dying(second) != NULL);
    assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_DELETE, other), DONE);
    assert_ptr_equal(slot_next(first), second);
    assert_int_equal(slot_depth(second), slot_depth(first));
    assert_result(revoke_slot(memory), BUSY);
    assert_false(slot_next(first) == second);
    assert_result(delete_slot(older.cap), DONE);
    assert_result(revoke_slot(memory), BUSY);
    assert_result(delete_slot(newer.cap), DONE);
    assert_result(revoke_slot(memory), DONE);
}

static void objects_that_are_dying_are_emptied_before_memory_is_used_again(void **state)
{
    unsigned table = make_from(memory, OBJECT_CAPTABLE, 9), slot = new_slot();
    enum thole_result result;

    (void)state;
    for (unsigned index = 1; index < 200; index++)
        must(table, CAPTABLE_COPY, index, INIT_SLOT_CAPTABLE, server.endpoint, RIGHTS_ALL);
    assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_DELETE, table), MORE);
    assert_false(slot_in_use(table));
    make(OBJECT_ENDPOINT); /* of memory that is used for the first time */
    assert_true(dying_any());
    do {
        result = invoke(memory, UNTYPED_RETYPE, OBJECT_FRAME, 12, INIT_SLOT_CAPTABLE, slot);
    } while (result == RESULT_MORE);
    assert_result(result, DONE);
    assert_false(dying_any());
}

#define DEEP 200 /* further down than one call goes */

static void a_step_that_is_too_deep_for_a_call_is_done_by_whoever_deletes(void **state)
{
    unsigned end = make(OBJECT_ENDPOINT), other = mint(end, RIGHTS_ALL, 0);
    unsigned top = mint(end, RIGHTS_ALL, 0), deepest = top, calls = 0;
    enum thole_result result;

    (void)state;
    for (unsigned depth = 0; depth < DEEP; depth++)
        deepest = mint(deepest, RIGHTS_ALL, 0);
    assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_DELETE, top), MORE);
    assert_true(slot_in_use(deepest));
    do {
        result = invoke(INIT_SLOT_CAPTABLE, CAPTABLE_DELETE, other);
        calls++;
    } while (result == RESULT_MORE);
    assert_result(result, DONE);
    assert_in_range(calls, 2, 5);
    assert_false(slot_in_use(deepest));
    assert_true(slot_in_use(top));
    assert_result(delete_slot(top), DONE);
    assert_false(slot_has_children(&known.init_table[end]));
}

static void what_is_too_deep_for_a_call_is_revoked_in_several(void **state)
{
    unsigned end = make(OBJECT_ENDPOINT), deepest = end;

    (void)state;
    for (unsigned depth = 0; depth < DEEP; depth++)
        deepest = mint(deepest, RIGHTS_ALL, 0);
    assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_REVOKE, end), MORE);
    assert_true(slot_in_use(deepest));
    assert_result(revoke_slot(end), DONE);
    assert_false(slot_has_children(&known.init_table[end]));
}

/* In its table's slot 2 is the first of many generations. */
static unsigned make_deep_table(void)
{
    unsigned table = make_from(memory, OBJECT_CAPTABLE, 4), end = make(OBJECT_ENDPOINT);
    unsigned next = new_slot();

    must(table, CAPTABLE_MINT, 2, INIT_SLOT_CAPTABLE, end, RIGHTS_ALL, 0);
    must(INIT_SLOT_CAPTABLE, CAPTABLE_MINT, next, table, 2, RIGHTS_ALL, 0);
    for (unsigned depth = 0; depth < DEEP; depth++)
        next = mint(next, RIGHTS_ALL, 0);
    return table;
}

static void memory_of_a_table_that_dies_waits_for_the_deepest_step_of_it(void **state)
{
    unsigned table = make_deep_table(), slot = new_slot(), calls = 0;
    enum thole_result result;

    (void)state;
    assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_DELETE, table), MORE);
    assert_true(dying_any());
    do {
        result = invoke(memory, UNTYPED_RETYPE, OBJECT_ENDPOINT, 0, INIT_SLOT_CAPTABLE, slot);
        calls++;
    } while (result == RESULT_MORE);
    assert_result(result, DONE);
    assert_false(dying_any());
    assert_true(calls > 3);
}

/* What they weigh leaves a rest that is too little for a look into the table. */
static void a_table_of_heavy_objects_is_emptied_to_the_last(void **state)
{
    unsigned table = make_from(memory, OBJECT_CAPTABLE, 4), others = make_untyped(14);

    (void)state;
    for (unsigned slot = 1; slot < 16; slot++)
        must(others, UNTYPED_RETYPE, OBJECT_NOTIFICATION, 0, table, slot);
    assert_result(delete_slot(table), DONE);
    assert_false(dying_any());
    must(others, UNTYPED_INFO);
    assert_int_equal(answer[2], 0);
}

/* A step was to take from a thread what it is bound with; it gives it back itself. */
static void a_way_ends_where_its_capability_goes_by_itself(void **state)
{
    struct party bound = make_party(PASSIVE);
    unsigned time = make_time(20), other = mint(server.endpoint, RIGHTS_ALL, 0);

    (void)state;
    must(bound.cap, THREAD_BIND_TIME, time);
    mint(time, RIGHTS_ALL, 0);
    mint(time, RIGHTS_ALL, 0);
    assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_REVOKE, time), MORE);
    assert_true(slot_has_children(&known.init_table[time]));
    must(bound.cap, THREAD_BIND_TIME, 0);
    assert_false(slot_has_children(&known.init_table[time]));
    assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_DELETE, other), DONE);
    assert_result(revoke_slot(time), DONE);
}

static void a_way_follows_a_capability_that_is_moved(void **state)
{
    unsigned end = make(OBJECT_ENDPOINT), at[DEEP + 1], moved;

    (void)state;
    at[0] = mint(end, RIGHTS_ALL, 0);
    for (unsigned depth = 0; depth < DEEP; depth++)
        at[depth + 1] = mint(at[depth], RIGHTS_ALL, 0);
    assert_result(invoke(INIT_SLOT_CAPTABLE, CAPTABLE_DELETE, at[0]), MORE);
    for (unsigned depth = 0; depth <= DEEP; depth++) {
        moved = new_slot();
        must(INIT_SLOT_CAPTABLE, CAPTABLE_MOVE, moved, INIT_SLOT_CAPTABLE, at[depth]);
        at[depth] = moved;
    }
    assert_result(delete_slot(at[0]), DONE);
    for (unsigned depth = 0; depth <= DEEP; depth++)
        assert_false(slot_in_use(at[depth]));
}

static void a_large_empty_table_is_gone_after_few_calls(void **state)
{
    unsigned table = make_from(memory, OBJECT_CAPTABLE, 12), calls = 0;
    enum thole_result result;

    (void)state;
    must(table, CAPTABLE_COPY, 4095, INIT_SLOT_CAPTABLE, server.endpoint, RIGHTS_ALL);
    do {
        result = invoke(INIT_SLOT_CAPTABLE, CAPTABLE_DELETE, table);
        calls++;
    } while (result == RESULT_MORE);
    assert_result(result, DONE);
    assert_in_range(calls, 2, 40);
}

int main(void)
{
    const struct CMUnitTest delete_tests[] = {
        cmocka_unit_test_setup(revoke_takes_all_descendants_and_leaves_the_source, boot),
        cmocka_unit_test_setup(deleting_a_copy_takes_its_own_copies_only, boot),
        cmocka_unit_test_setup(tables_in_tables_are_emptied, boot),
        cmocka_unit_test_setup(a_table_that_holds_itself_goes_with_its_memory, boot),
        cmocka_unit_test_setup(two_tables_that_hold_each_other_go_with_their_memory, boot),
        cmocka_unit_test_setup(a_table_that_holds_its_own_memory_is_emptied, boot),
        cmocka_unit_test_setup(a_thread_that_deletes_the_table_it_runs_in_has_none, boot),
        cmocka_unit_test_setup(a_thread_deletes_its_own_table_from_inside, boot),
        cmocka_unit_test_setup(a_thread_deletes_itself, boot),
        cmocka_unit_test_setup(a_thread_deletes_the_time_it_runs_on, boot),
        cmocka_unit_test_setup(lent_time_that_is_deleted_carries_its_chain_to_the_end, boot),
        cmocka_unit_test_setup(memory_of_time_that_is_lent_outside_is_busy_until_it_comes_home,
                               boot),
        cmocka_unit_test_setup(memory_that_is_busy_leaves_its_elder_sibling_alone, boot),
        cmocka_unit_test_setup(many_that_lend_to_stuck_servers_of_the_same_memory_all_go, boot),
        cmocka_unit_test_setup(much_lent_time_comes_home_in_any_order, boot),
        cmocka_unit_test_setup(deleting_memory_leaves_lent_time_to_the_memory_it_came_from, boot),
        cmocka_unit_test_setup(lent_time_in_a_table_that_dies_holds_up_nobody, boot),
        cmocka_unit_test_setup(memory_that_is_half_deleted_is_not_used_again, boot),
        cmocka_unit_test_setup(a_large_empty_table_is_gone_after_few_calls, boot),
        cmocka_unit_test_setup(a_step_that_is_too_deep_for_a_call_is_done_by_whoever_deletes,
                               boot),
        cmocka_unit_test_setup(what_is_too_deep_for_a_call_is_revoked_in_several, boot),
        cmocka_unit_test_setup(memory_of_a_table_that_dies_waits_for_the_deepest_step_of_it, boot),
        cmocka_unit_test_setup(a_table_of_heavy_objects_is_emptied_to_the_last, boot),
        cmocka_unit_test_setup(a_way_ends_where_its_capability_goes_by_itself, boot),
        cmocka_unit_test_setup(a_way_follows_a_capability_that_is_moved, boot),
        cmocka_unit_test_setup(a_step_that_was_to_gather_time_is_left_to_who_began_it, boot),
        cmocka_unit_test_setup(objects_that_are_dying_are_emptied_before_memory_is_used_again,
                               boot),
    };

    return RUN_EACH(delete_tests);
}
