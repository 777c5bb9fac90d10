/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capabilities in tables: copied, minted, moved, deleted, revoked, and named.
 */
#include "conformance.h"

#define TABLE INIT_SLOT_CAPTABLE

static enum thole_result copy_to(unsigned slot, unsigned source)
{
    return INVOKE(TABLE, CAPTABLE_COPY, slot, TABLE, source, RIGHTS_ALL);
}

static enum thole_result mint_to(unsigned slot, unsigned source, uint64_t badge)
{
    return INVOKE(TABLE, CAPTABLE_MINT, slot, TABLE, source, RIGHTS_ALL, badge);
}

static enum thole_result move_to(unsigned slot, unsigned source)
{
    return INVOKE(TABLE, CAPTABLE_MOVE, slot, TABLE, source);
}

/* type, rights, badge, depth */
static struct message inspect(unsigned slot)
{
    struct message message = {.tag = thole_tag(CAPTABLE_INSPECT, 1), .word = {slot}};

    CHECK_EQUAL(thole_call(TABLE, &message), STATUS_OK);
    CHECK_EQUAL(thole_tag_label(message.tag), RESULT_DONE);
    return message;
}

/* A Notification that is told at *endpoint. */
static unsigned told_make(unsigned *endpoint)
{
    *endpoint = make(OBJECT_ENDPOINT, 0);
    return signal_make(*endpoint, 0, 0);
}

static uint64_t bits_received(unsigned endpoint)
{
    struct message message = {0};

    CHECK_EQUAL(thole_try_recv(endpoint, &message), STATUS_OK);
    CHECK_EQUAL(thole_tag_kind(message.tag), KIND_SIGNAL);
    return message.word[0];
}

static void a_copy_is_the_same_object(void)
{
    unsigned endpoint, notification = told_make(&endpoint), slot = slot_take();

    CHECK_EQUAL(copy_to(slot, notification), RESULT_DONE);
    CHECK_EQUAL(slot_type(slot), OBJECT_NOTIFICATION);
    CHECK_EQUAL(slot_type(notification), OBJECT_NOTIFICATION);
    CHECK_EQUAL(ASK(slot, NOTIFICATION_SIGNAL), RESULT_DONE);
    bits_received(endpoint);
}

static void a_copy_needs_a_full_source_and_an_empty_target(void)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0), other = make(OBJECT_TIMER, 0);
    unsigned empty = slot_take();

    CHECK_EQUAL(copy_to(other, endpoint), RESULT_OCCUPIED);
    CHECK_EQUAL(slot_type(other), OBJECT_TIMER);
    CHECK_EQUAL(copy_to(slot_take(), empty), RESULT_EMPTY);
    CHECK_EQUAL(copy_to(0, endpoint), RESULT_BAD_SLOT);
    CHECK_EQUAL(copy_to(1u << boot->captable_bits, endpoint), RESULT_BAD_SLOT);
    CHECK_EQUAL(slot_type(empty), OBJECT_NULL);
}

static void some_capabilities_cannot_be_copied(void)
{
    unsigned untyped = make(OBJECT_UNTYPED, 12), table = make(OBJECT_PAGE_TABLE, 0);

    CHECK_EQUAL(copy_to(slot_take(), untyped), RESULT_NOT_COPYABLE);
    CHECK_EQUAL(copy_to(slot_take(), table), RESULT_NOT_COPYABLE);
}

static void a_full_and_an_empty_slot_can_be_deleted(void)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0), empty = slot_take();

    CHECK_EQUAL(delete(endpoint), RESULT_DONE);
    CHECK_EQUAL(slot_type(endpoint), OBJECT_NULL);
    CHECK_EQUAL(delete(empty), RESULT_DONE);
    CHECK_EQUAL(slot_type(empty), OBJECT_NULL);
    CHECK_EQUAL(delete(0), RESULT_BAD_SLOT);
}

static void a_minted_capability_carries_its_badge(void)
{
    unsigned endpoint, notification = told_make(&endpoint), slot = slot_take();

    CHECK_EQUAL(mint_to(slot, notification, 0x20), RESULT_DONE);
    CHECK_EQUAL(inspect(slot).word[2], 0x20);
    CHECK_EQUAL(ASK(slot, NOTIFICATION_SIGNAL), RESULT_DONE);
    CHECK_EQUAL(bits_received(endpoint), 0x20);
    CHECK_EQUAL(mint_to(slot, notification, 1), RESULT_OCCUPIED);
    CHECK_EQUAL(mint_to(slot_take(), slot_take(), 1), RESULT_EMPTY);
    CHECK_EQUAL(mint_to(slot_take(), slot, 1), RESULT_BAD_ARGUMENT);
    CHECK_EQUAL(mint_to(slot_take(), INIT_SLOT_THREAD, 1), RESULT_BAD_ARGUMENT);
}

static void a_move_empties_its_source(void)
{
    unsigned endpoint, notification = told_make(&endpoint), slot = slot_take();

    CHECK_EQUAL(move_to(slot, notification), RESULT_DONE);
    CHECK_EQUAL(slot_type(notification), OBJECT_NULL);
    CHECK_EQUAL(ASK(slot, NOTIFICATION_SIGNAL), RESULT_DONE);
    bits_received(endpoint);
    CHECK_EQUAL(move_to(slot_take(), notification), RESULT_EMPTY);
}

static void a_move_to_a_full_slot_leaves_both(void)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0), timer = make(OBJECT_TIMER, 0);

    CHECK_EQUAL(move_to(timer, endpoint), RESULT_OCCUPIED);
    CHECK_EQUAL(slot_type(endpoint), OBJECT_ENDPOINT);
    CHECK_EQUAL(slot_type(timer), OBJECT_TIMER);
}

static void a_move_keeps_badge_rights_and_descent(void)
{
    unsigned source = make(OBJECT_ENDPOINT, 0), slot = slot_take(), moved = slot_take();
    struct message before, after;

    CHECK_EQUAL(INVOKE(TABLE, CAPTABLE_MINT, slot, TABLE, source, RIGHT_SEND, 77), RESULT_DONE);
    before = inspect(slot);
    CHECK_EQUAL(move_to(moved, slot), RESULT_DONE);
    after = inspect(moved);
    for (unsigned i = 0; i < 4; i++)
        CHECK_EQUAL(after.word[i], before.word[i]);
    CHECK_EQUAL(revoke(source), RESULT_DONE);
    CHECK_EQUAL(slot_type(moved), OBJECT_NULL);
}

static void rights_of_copies_only_shrink(void)
{
    unsigned source = make(OBJECT_ENDPOINT, 0);

    for (unsigned rights = 0; rights <= RIGHTS_ALL; rights++) {
        unsigned slot = copy(source, rights), second = copy(slot, RIGHTS_ALL);

        CHECK_EQUAL(inspect(slot).word[1], rights);
        CHECK_EQUAL(inspect(second).word[1], rights);
    }
}

static void a_revoked_capability_stays_and_its_copies_go(void)
{
    unsigned endpoint, notification = told_make(&endpoint);
    unsigned child = copy(notification, RIGHTS_ALL), grandchild = mint(child, RIGHTS_ALL, 4);

    CHECK_EQUAL(revoke(notification), RESULT_DONE);
    CHECK_EQUAL(slot_type(child), OBJECT_NULL);
    CHECK_EQUAL(slot_type(grandchild), OBJECT_NULL);
    CHECK_EQUAL(ASK(notification, NOTIFICATION_SIGNAL), RESULT_DONE);
    bits_received(endpoint);
    CHECK_EQUAL(revoke(child), RESULT_DONE);
}

static uint64_t call_with_five(void *argument, struct message *first)
{
    uint64_t answer;

    (void)first;
    CHECK_EQUAL(call_word((unsigned)(uintptr_t)argument, 5, &answer), STATUS_OK);
    return answer;
}

static void a_message_is_set_aside_in_an_empty_slot_only(void)
{
    unsigned endpoint = make(OBJECT_ENDPOINT, 0), reply = slot_take();
    unsigned full = make(OBJECT_TIMER, 0);
    void *argument = (void *)(uintptr_t)endpoint;
    struct helper *one = HELPER_GO(call_with_five, argument, PRIORITY_HIGH);
    struct helper *two = HELPER_GO(call_with_five, argument, PRIORITY_HIGH);
    struct message message = {0};

    CHECK_EQUAL(thole_recv(endpoint, &message), STATUS_OK);
    message.badge = THOLE_SLOTS(full, 0);
    CHECK_EQUAL(thole_recv(endpoint, &message), STATUS_BAD_CAPABILITY);
    CHECK_EQUAL(slot_type(full), OBJECT_TIMER);
    message.badge = THOLE_SLOTS(reply, 0);
    CHECK_EQUAL(thole_recv(endpoint, &message), STATUS_OK);
    CHECK_EQUAL(slot_type(reply), OBJECT_REPLY);
    CHECK_EQUAL(call_word(reply, 6, NULL), STATUS_OK);
    CHECK_EQUAL(slot_type(reply), OBJECT_NULL);
    message = (struct message){.tag = thole_tag(0, 1), .word = {7}};
    CHECK_EQUAL(thole_reply_recv(one->watch, &message), STATUS_OK);
    CHECK_EQUAL(message.word[0], FAULT_EXIT);
    CHECK_EQUAL(message.word[1], 6);
    CHECK_EQUAL(helper_join(two), 7);
}

/* --- Names ------------------------------------------------------------------------ */

struct naming {
    unsigned right;
    unsigned reached;   /* calls that found something */
    unsigned missed;
};

/* In a table where `right` alone is full: the slots whose numbers differ in one bit are not. */
static uint64_t try_neighbours(void *argument, struct message *first)
{
    struct naming *naming = argument;

    (void)first;
    for (unsigned bit = 0; bit < 64; bit++) {
        struct message message = {.tag = thole_tag(NOTIFICATION_SIGNAL, 0)};
        register uint64_t x0 __asm__("x0") = naming->right ^ 1ULL << bit;
        register uint64_t x1 __asm__("x1") = message.tag;

        __asm__ volatile("svc #1" : "+r"(x0), "+r"(x1) :: "x2", "x3", "x4", "x5", "x6", "x7", "x8",
                         "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18",
                         "memory", "cc");
        naming->missed += x0 == STATUS_BAD_CAPABILITY;
    }
    naming->reached = ASK(naming->right, NOTIFICATION_SIGNAL) == RESULT_DONE;
    return 0;
}

static void naming_try(unsigned bits, unsigned right)
{
    unsigned endpoint, notification = told_make(&endpoint);
    unsigned table = make(OBJECT_CAPTABLE, bits);
    struct naming naming = {.right = right};
    struct helper *helper;

    CHECK_EQUAL(INVOKE(table, CAPTABLE_MINT, right, TABLE, notification, RIGHT_SEND, 2),
                RESULT_DONE);
    helper = HELPER(try_neighbours, &naming, PRIORITY_HIGH, .table = table);
    helper_go(helper);
    helper_join(helper);
    CHECK_EQUAL(naming.missed, 64);
    CHECK_EQUAL(naming.reached, 1);
    CHECK_EQUAL(bits_received(endpoint), 2);
}

static void one_number_names_a_slot_and_no_other_does(void)
{
    naming_try(CAPTABLE_MIN_BITS, 1);
    naming_try(6, 1);
    naming_try(6, 0x2a);
    naming_try(6, 0x3f);
    naming_try(12, 0xaaa);
    naming_try(CAPTABLE_MAX_BITS, 0xffff);
}

/* --- Calls of one badge ----------------------------------------------------------- */

#define CALLERS 32

static enum thole_result cancel_badge(unsigned endpoint, uint64_t badge)
{
    return INVOKE(TABLE, CAPTABLE_CANCEL_BADGE, endpoint, badge);
}

struct caller {
    unsigned slot;
    enum thole_status status;
    bool ended;
};

static uint64_t call_once(void *argument, struct message *first)
{
    struct caller *caller = argument;

    (void)first;
    caller->status = call_word(caller->slot, 0, NULL);
    caller->ended = true;
    return 0;
}

static void callers_make(struct caller *caller, unsigned count, unsigned endpoint)
{
    for (unsigned i = 0; i < count; i++) {
        caller[i] = (struct caller){.slot = mint(endpoint, RIGHT_SEND, 1 + i)};
        HELPER_GO(call_once, &caller[i], PRIORITY_HIGH);
    }
}

static unsigned ended(const struct caller *caller, unsigned count)
{
    unsigned sum = 0;

    for (unsigned i = 0; i < count; i++)
        sum += caller[i].ended;
    return sum;
}

static void cancelling_a_badge_ends_its_calls_and_no_others(void)
{
    static struct caller caller[CALLERS];
    unsigned endpoint = make(OBJECT_ENDPOINT, 0);

    callers_make(caller, CALLERS, endpoint);
    for (unsigned i = 0; i < CALLERS; i++) {
        unsigned chosen = (i * 7 + 3) % CALLERS; /* each once, in another order than they queue */

        CHECK_EQUAL(ended(caller, CALLERS), i);
        CHECK(!caller[chosen].ended);
        CHECK_EQUAL(revoke(caller[chosen].slot), RESULT_DONE);
        CHECK_EQUAL(cancel_badge(endpoint, 1 + chosen), RESULT_DONE);
        CHECK(caller[chosen].ended);
        CHECK_EQUAL(caller[chosen].status, STATUS_CANCELLED);
    }
    CHECK_EQUAL(ended(caller, CALLERS), CALLERS);
}

static void cancelling_a_badge_keeps_the_capability(void)
{
    static struct caller caller[2];
    unsigned endpoint = make(OBJECT_ENDPOINT, 0), empty = slot_take();
    unsigned weak = copy(endpoint, RIGHT_SEND | RIGHT_RECV);

    callers_make(caller, 2, endpoint);
    CHECK_EQUAL(cancel_badge(endpoint, 99), RESULT_DONE);
    CHECK_EQUAL(ended(caller, 2), 0);
    CHECK_EQUAL(cancel_badge(weak, 1), RESULT_NO_RIGHT);
    CHECK_EQUAL(cancel_badge(empty, 1), RESULT_BAD_SLOT);
    CHECK_EQUAL(cancel_badge(INIT_SLOT_THREAD, 1), RESULT_BAD_SLOT);
    CHECK_EQUAL(slot_type(endpoint), OBJECT_ENDPOINT);
    CHECK_EQUAL(ended(caller, 2), 0);
    CHECK_EQUAL(cancel_badge(endpoint, 2), RESULT_DONE);
    CHECK(caller[1].ended && !caller[0].ended);
}

static const struct test tests[] = {
    TEST(a_copy_is_the_same_object, "CNODEOP0001", 0),
    TEST(a_copy_needs_a_full_source_and_an_empty_target, "CNODEOP0001", 0),
    TEST(some_capabilities_cannot_be_copied, "", 0),
    TEST(a_full_and_an_empty_slot_can_be_deleted, "CNODEOP0002", 0),
    TEST(a_minted_capability_carries_its_badge, "CNODEOP0003", 0),
    TEST(a_move_empties_its_source, "CNODEOP0004", 0),
    TEST(a_move_to_a_full_slot_leaves_both, "CNODEOP0004", 0),
    TEST(a_move_keeps_badge_rights_and_descent, "CNODEOP0005", 0),
    TEST(rights_of_copies_only_shrink, "CNODEOP0001", 0),
    TEST(a_revoked_capability_stays_and_its_copies_go, "CNODEOP0007", 0),
    TEST(a_message_is_set_aside_in_an_empty_slot_only, "CNODEOP0009", 0),
    TEST(one_number_names_a_slot_and_no_other_does, "CSPACE0001", 0),
    TEST(cancelling_a_badge_ends_its_calls_and_no_others, "CANCEL_BADGED_SENDS_0001", 0),
    TEST(cancelling_a_badge_keeps_the_capability, "CNODEOP0006", 0),
};

const struct test_group captable_group = TEST_GROUP(tests);
