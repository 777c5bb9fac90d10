/* SPDX-License-Identifier: BSD-2-Clause */
/* The virtio disk, transport, device and protocol, against the modelled device. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

int block_main(void);
#define main block_main
#include "drivers/block/virtio/main.c"
#undef main
#include "virtio_cases.h"

#define SECTOR  512u
#define SECTORS 1000u
#define BUFFER  65536u
#define BUS     UINT64_C(0x3c0000000)

#define F_SIZE_MAX (UINT64_C(1) << 1)
#define F_RO       (UINT64_C(1) << 5)
#define F_BLK_SIZE (UINT64_C(1) << 6)
#define F_FLUSH    (UINT64_C(1) << 9)

static uint8_t dma[40960] __attribute__((aligned(4096)));
static uint8_t image[SECTORS * SECTOR];
static uint8_t buffer[3][BUFFER];
static struct startup_edge *client[3];

static void put_config(unsigned offset, uint64_t value, size_t bytes)
{
    memcpy(virtio_model.config + offset, &value, bytes);
}

static int begin(void)
{
    memset(&block, 0, sizeof(block));
    return fake_start(block_main);
}

static void restart(void)
{
    assert_int_equal(begin(), -1);
    assert_true(virtio_model_runs());
}

static void with_device(uint64_t features)
{
    give_device(VIRTIO_BLOCK, features, dma, sizeof(dma), BUS);
    for (unsigned i = 0; i < 3; i++)
        client[i] = fake_edge(EDGE_PROVIDE, "client", buffer[i], BUFFER);
    memset(buffer, 0, sizeof(buffer));
    for (unsigned i = 0; i < sizeof(image); i++)
        image[i] = (uint8_t)(i / SECTOR * 7 + i);
    put_config(0, SECTORS, 8);
}

static int with_driver(void **state)
{
    (void)state;
    with_device(F_FLUSH);
    restart();
    return 0;
}

/* What the device does with a request, 5.2.6; how many bytes it wrote. */
static uint32_t obey(const struct virtio_model_request *request)
{
    unsigned last = request->parts - 1;
    uint32_t type;
    uint64_t sector;

    assert_int_equal(request->part[0].bytes, 16);
    assert_int_equal(request->part[last].bytes, 1);
    assert_true(request->part[last].writes && !request->part[0].writes);
    memcpy(&type, request->part[0].data, 4);
    memcpy(&sector, request->part[0].data + 8, 8);
    *request->part[last].data = 0;
    if (type == 4) {
        assert_int_equal(request->parts, 2);
        assert_int_equal(sector, 0);
        return 1;
    }
    assert_int_equal(request->parts, 3);
    assert_int_equal(request->part[1].bytes % SECTOR, 0);
    assert_true(sector * SECTOR + request->part[1].bytes <= sizeof(image));
    assert_int_equal(request->part[1].writes, type == 0);
    if (type == 1) {
        memcpy(image + sector * SECTOR, request->part[1].data, request->part[1].bytes);
        return 1;
    }
    assert_int_equal(type, 0);
    memcpy(request->part[1].data, image + sector * SECTOR, request->part[1].bytes);
    return request->part[1].bytes + 1;
}

/* The device does all that it was asked for. How many requests it were. */
static unsigned settle(void)
{
    struct virtio_model_request request;
    unsigned count = 0;

    while (virtio_model_next(&request)) {
        virtio_model_answer(request.head, obey(&request));
        count++;
        interrupt();
    }
    return count;
}

static uint32_t ask(unsigned who, uint32_t operation, uint64_t first, uint64_t count)
{
    memset(word, 0, sizeof(word));
    word[0] = first;
    word[1] = count;
    word[2] = block.disk.medium.number;
    return fake_request(client[who], operation, word);
}

static uint32_t last_result(void)
{
    assert_true(fake.answers > 0);
    return fake.answer[fake.answers - 1].result;
}

static uint32_t do_it(unsigned who, uint32_t operation, uint64_t first, uint64_t count)
{
    unsigned before = fake.answers;
    uint32_t result = ask(who, operation, first, count);

    if (result != SERVER_LATER)
        return result;
    settle();
    assert_int_equal(fake.answers, before + 1);
    return last_result();
}

static void it_says_how_large_the_disk_is(void **state)
{
    (void)state;
    assert_int_equal(ask(0, BLOCK_INFO, 0, 0), SERVICE_OK);
    assert_int_equal(word[0], SECTOR);
    assert_int_equal(word[1], SECTORS);
    assert_int_equal(word[2], 0);
    assert_true(word[3] != 0);
    assert_string_equal(fake.log, "1000 sectors of 512 bytes");
}

static void who_speaks_of_another_medium_is_refused(void **state)
{
    static const uint32_t operation[] = {BLOCK_READ, BLOCK_WRITE, BLOCK_FLUSH};
    (void)state;
    for (unsigned i = 0; i < COUNT_OF(operation); i++) {
        memset(word, 0, sizeof(word));
        word[1] = operation[i] != BLOCK_FLUSH;
        word[2] = block.disk.medium.number + 1;
        assert_int_equal(fake_request(client[0], operation[i], word), SERVICE_FAILED);
        assert_int_equal(word[0], BLOCK_NO_MEDIUM);
    }
    assert_int_equal(settle(), 0);
}

/* A restarted driver, and a disk that becomes shorter. */
static void the_disk_keeps_its_number(void **state)
{
    uint64_t number = block.disk.medium.number;
    (void)state;
    put_config(0, SECTORS / 2, 8);
    restart();
    assert_int_equal(ask(0, BLOCK_INFO, 0, 0), SERVICE_OK);
    assert_int_equal(word[1], SECTORS / 2);
    assert_int_equal(word[3], number);
}

static void what_is_read_is_what_the_disk_has(void **state)
{
    (void)state;
    assert_int_equal(do_it(0, BLOCK_READ, 3, 2), SERVICE_OK);
    assert_memory_equal(buffer[0], image + 3 * SECTOR, 2 * SECTOR);
    assert_int_equal(buffer[0][2 * SECTOR], 0);
    assert_int_equal(do_it(0, BLOCK_READ, SECTORS - 1, 1), SERVICE_OK);
    assert_memory_equal(buffer[0], image + (SECTORS - 1) * SECTOR, SECTOR);
}

static void what_is_written_is_on_the_disk_and_nowhere_else(void **state)
{
    static uint8_t expected[sizeof(image)];
    (void)state;
    memcpy(expected, image, sizeof(image));
    memset(buffer[1], 0x77, 3 * SECTOR);
    memset(expected + 10 * SECTOR, 0x77, 3 * SECTOR);
    assert_int_equal(do_it(1, BLOCK_WRITE, 10, 3), SERVICE_OK);
    assert_memory_equal(image, expected, sizeof(image));
}

/* More than fits into a slot of the DMA memory: 36 KiB for 4 slots are 18 sectors each. */
static void a_large_request_is_moved_in_pieces(void **state)
{
    (void)state;
    assert_int_equal(block.disk.piece_sectors, 18);
    assert_int_equal(ask(0, BLOCK_READ, 5, 128), SERVER_LATER);
    assert_int_equal(settle(), 8);
    assert_int_equal(last_result(), SERVICE_OK);
    assert_memory_equal(buffer[0], image + 5 * SECTOR, 128 * SECTOR);
    for (unsigned i = 0; i < BUFFER; i++)
        buffer[0][i] = (uint8_t)(i * 13 + i / 256);
    assert_int_equal(do_it(0, BLOCK_WRITE, 800, 128), SERVICE_OK);
    assert_memory_equal(buffer[0], image + 800 * SECTOR, 128 * SECTOR);
}

static void what_is_not_on_the_disk_or_not_in_the_buffer_is_refused(void **state)
{
    static const uint64_t bad[][2] = {{0, 0},           {SECTORS, 1},       {SECTORS - 1, 2},
                                      {0, 129},         {UINT64_MAX, 1},    {UINT64_MAX, 2},
                                      {1, UINT64_MAX},  {0, 1ull << 32},    {0, (1ull << 32) + 1},
                                      {1ull << 55, 1},  {0, 1ull << 55}};
    (void)state;
    for (unsigned i = 0; i < COUNT_OF(bad); i++) {
        assert_int_equal(ask(0, BLOCK_READ, bad[i][0], bad[i][1]), SERVICE_BAD_ARGUMENT);
        assert_int_equal(ask(0, BLOCK_WRITE, bad[i][0], bad[i][1]), SERVICE_BAD_ARGUMENT);
    }
    client[0]->buffer = 0;
    assert_int_equal(ask(0, BLOCK_READ, 0, 1), SERVICE_BAD_ARGUMENT);
    assert_int_equal(fake.answers, 0);
    assert_int_equal(virtio_model.notified, 0);
}

static void requests_of_several_clients_are_under_way_together(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(ask(i, BLOCK_READ, 10 * i, 2), SERVER_LATER);
    assert_int_equal(virtio_model.notified, 3);
    assert_int_equal(settle(), 3);
    assert_int_equal(fake.answers, 3);
    for (unsigned i = 0; i < 3; i++)
        assert_memory_equal(buffer[i], image + 10 * i * SECTOR, 2 * SECTOR);
}

/* Answers in another order than the requests', as 2.7 allows. */
static void the_device_may_answer_in_any_order(void **state)
{
    struct virtio_model_request request[3];
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(ask(i, BLOCK_READ, 10 * i, 1), SERVER_LATER);
        assert_true(virtio_model_next(&request[i]));
    }
    for (unsigned i = 3; i-- > 0;)
        virtio_model_answer(request[i].head, obey(&request[i]));
    interrupt();
    assert_int_equal(fake.answers, 3);
    for (unsigned i = 0; i < 3; i++)
        assert_memory_equal(buffer[i], image + 10 * i * SECTOR, SECTOR);
}

/* A queue of one slot: requests wait for it, first come, first served. */
static void requests_wait_in_order_where_the_queue_is_short(void **state)
{
    (void)state;
    with_device(F_FLUSH);
    virtio_model.queue_max = 5;
    restart();
    assert_int_equal(block.disk.slots, 1);
    unsigned reply[3];
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(ask(i, BLOCK_READ, i, 1), SERVER_LATER);
        reply[i] = fake.reserved;
    }
    assert_int_equal(virtio_model.notified, 1);
    settle();
    assert_int_equal(fake.answers, 3);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(fake.answer[i].reply, reply[i]);
        assert_memory_equal(buffer[i], image + i * SECTOR, SECTOR);
    }
}

static void without_a_slot_for_its_reply_a_request_is_answered_busy(void **state)
{
    (void)state;
    fake.slots = 1;
    assert_int_equal(ask(0, BLOCK_READ, 0, 1), SERVER_LATER);
    assert_int_equal(ask(1, BLOCK_READ, 0, 1), SERVICE_BUSY);
    settle();
    assert_int_equal(do_it(1, BLOCK_READ, 7, 1), SERVICE_OK);
}

static void a_flush_reaches_the_device_if_it_has_a_cache(void **state)
{
    (void)state;
    assert_int_equal(ask(0, BLOCK_FLUSH, 77, 99), SERVER_LATER);
    assert_int_equal(settle(), 1);
    assert_int_equal(last_result(), SERVICE_OK);
    with_device(0);
    restart();
    assert_int_equal(ask(0, BLOCK_FLUSH, 0, 0), SERVICE_OK);
    assert_int_equal(virtio_model.notified, 0);
    who_speaks_of_another_medium_is_refused(state);
}

static void a_read_only_disk_is_not_written_to(void **state)
{
    (void)state;
    with_device(F_RO);
    restart();
    assert_int_equal(ask(0, BLOCK_INFO, 0, 0), SERVICE_OK);
    assert_int_equal(word[2], BLOCK_READ_ONLY);
    assert_int_equal(ask(0, BLOCK_WRITE, 0, 1), SERVICE_NOT_PERMITTED);
    assert_int_equal(do_it(0, BLOCK_READ, 0, 1), SERVICE_OK);
}

static void a_disk_with_large_sectors_is_served_in_those(void **state)
{
    (void)state;
    with_device(F_BLK_SIZE);
    put_config(20, 4096, 4);
    restart();
    assert_int_equal(ask(0, BLOCK_INFO, 0, 0), SERVICE_OK);
    assert_int_equal(word[0], 4096);
    assert_int_equal(word[1], SECTORS / 8);
    assert_int_equal(do_it(0, BLOCK_READ, 124, 1), SERVICE_OK);
    assert_memory_equal(buffer[0], image + 124 * 4096, 4096);
    assert_int_equal(ask(0, BLOCK_READ, 125, 1), SERVICE_BAD_ARGUMENT);
    assert_int_equal(ask(0, BLOCK_READ, 0, 17), SERVICE_BAD_ARGUMENT);
}

static void a_device_with_short_segments_gets_short_pieces(void **state)
{
    (void)state;
    with_device(F_SIZE_MAX);
    put_config(8, 1500, 4);
    restart();
    assert_int_equal(block.disk.piece_sectors, 2);
    assert_int_equal(do_it(0, BLOCK_READ, 0, 9), SERVICE_OK);
    assert_memory_equal(buffer[0], image, 9 * SECTOR);
}

static void a_disk_that_becomes_larger_or_smaller_is_as_large_at_once(void **state)
{
    (void)state;
    put_config(0, 500, 8);
    virtio_model_change();
    interrupt();
    assert_string_equal(fake.log, "500 sectors now");
    assert_int_equal(ask(0, BLOCK_READ, 500, 1), SERVICE_BAD_ARGUMENT);
    assert_int_equal(do_it(0, BLOCK_READ, 499, 1), SERVICE_OK);
}

/* As often as it may interrupt: the log has room for others' lines. */
static void a_disk_that_changes_nothing_all_the_time_is_not_worth_a_line(void **state)
{
    unsigned before = fake.logs;
    (void)state;
    for (unsigned i = 0; i < 100; i++) {
        virtio_model_change();
        interrupt();
    }
    assert_int_equal(fake.logs, before);
    assert_int_equal(do_it(0, BLOCK_READ, 999, 1), SERVICE_OK);
}

static void an_error_of_the_device_is_told_to_its_client_alone(void **state)
{
    struct virtio_model_request request;
    (void)state;
    for (uint8_t code = 1; code < 4; code++) {
        assert_int_equal(ask(0, BLOCK_READ, 4, 1), SERVER_LATER);
        assert_int_equal(ask(1, BLOCK_READ, 5, 1), SERVER_LATER);
        assert_true(virtio_model_next(&request));
        uint32_t wrote = obey(&request);
        *request.part[2].data = code;
        virtio_model_answer(request.head, wrote);
        interrupt();
        assert_int_equal(last_result(), SERVICE_FAILED);
        assert_int_equal(fake.answer[fake.answers - 1].word[0], BLOCK_IO);
        assert_string_equal(fake.log, "reading of 1 sectors at 4 failed");
        settle();
        assert_int_equal(last_result(), SERVICE_OK);
    }
    assert_int_equal(buffer[0][0], 0);
}

/* What it did not write may be what another client read before. */
static void a_read_that_is_said_to_be_short_is_an_error(void **state)
{
    struct virtio_model_request request;
    (void)state;
    assert_int_equal(ask(0, BLOCK_READ, 4, 2), SERVER_LATER);
    assert_true(virtio_model_next(&request));
    virtio_model_answer(request.head, obey(&request) - 1);
    interrupt();
    assert_int_equal(last_result(), SERVICE_FAILED);
    assert_int_equal(buffer[0][0], 0);
}

static void a_status_that_was_never_written_is_an_error(void **state)
{
    struct virtio_model_request request;
    (void)state;
    assert_int_equal(ask(0, BLOCK_WRITE, 4, 2), SERVER_LATER);
    assert_true(virtio_model_next(&request));
    virtio_model_answer(request.head, 1);
    interrupt();
    assert_int_equal(last_result(), SERVICE_FAILED);
}

static void expect_started_anew(unsigned answers)
{
    assert_int_equal(fake.answers, answers);
    for (unsigned i = 0; i < answers; i++)
        assert_int_equal(fake.answer[i].result, SERVICE_FAILED);
    assert_true(virtio_model_runs());
    assert_true(virtio_model.resets > 0);
    assert_int_equal(ask(2, BLOCK_READ, 9, 1), SERVER_LATER);
    assert_int_equal(settle(), 1);
    assert_int_equal(last_result(), SERVICE_OK);
    assert_memory_equal(buffer[2], image + 9 * SECTOR, SECTOR);
}

/* An answer that cannot be: nothing that it speaks of is touched, and the device begins anew. */
static void a_device_that_lies_is_started_anew(void **state)
{
    static const struct {
        uint32_t id, bytes;
        uint16_t step;
    } lie[] = {{1, 0, 1},
               {8, 1, 1},
               {32, 1, 1},
               {0x10000, 1, 1},
               {UINT32_MAX, 1, 1},
               {0, 2 * SECTOR, 1},
               {0, 3 * SECTOR, 1},
               {0, UINT32_MAX, 1},
               {0, 1, 3},
               {0, 1, 0x8000},
               {0, 1, UINT16_MAX}};
    (void)state;
    for (unsigned i = 0; i < COUNT_OF(lie); i++) {
        with_device(0);
        restart();
        virtio_model.resets = 0;
        assert_int_equal(ask(0, BLOCK_READ, 0, 1), SERVER_LATER);
        assert_int_equal(ask(1, BLOCK_WRITE, 0, 1), SERVER_LATER);
        virtio_model_lie(lie[i].id, lie[i].bytes, lie[i].step);
        interrupt();
        expect_started_anew(2);
    }
}

static void lie_once(void)
{
    assert_int_equal(ask(0, BLOCK_READ, 0, 1), SERVER_LATER);
    virtio_model_lie(5, 5, 1);
    interrupt();
    assert_int_equal(last_result(), SERVICE_FAILED);
}

/* Whoever asks is told each time; between the lies it does nothing as it should. */
static void a_device_that_does_nothing_but_lie_is_given_up(void **state)
{
    (void)state;
    for (unsigned i = 0; i < VIRTIO_FAILURES - 1; i++)
        lie_once();
    may_end = true;
    if (setjmp(ended) == 0) {
        lie_once();
        fail_msg("it goes on");
    }
    assert_string_equal(fake.log, "the disk cannot be started again: it is broken: it fails"
                                  " whenever it is started");
    assert_int_equal(last_result(), SERVICE_FAILED);
}

/* No client is needed for it: the index counts what was never offered. */
static void a_device_that_lies_before_it_is_asked_is_given_up(void **state)
{
    (void)state;
    may_end = true;
    if (setjmp(ended) == 0) {
        for (unsigned lies = 0; lies < 10 * VIRTIO_FAILURES; lies++) {
            virtio_model_lie(0, 1, 1);
            interrupt();
        }
        fail_msg("it goes on");
    }
    assert_int_equal(fake.answers, 0);
}

static void a_device_that_lies_now_and_then_is_kept(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 10 * VIRTIO_FAILURES; i++) {
        lie_once();
        if (i % 2)
            assert_int_equal(do_it(1, BLOCK_READ, 9, 1), SERVICE_OK);
        fake.answers = 0;
    }
}

/* One good answer, and an index that counts three: none of it is believed. */
static void an_index_that_ran_ahead_makes_all_answers_lies(void **state)
{
    struct virtio_model_request request;
    (void)state;
    assert_int_equal(ask(0, BLOCK_READ, 0, 1), SERVER_LATER);
    assert_true(virtio_model_next(&request));
    virtio_model_lie(request.head, obey(&request), 3);
    interrupt();
    expect_started_anew(1);
}

static void an_answer_given_twice_is_a_lie(void **state)
{
    struct virtio_model_request request;
    (void)state;
    assert_int_equal(ask(0, BLOCK_READ, 0, 1), SERVER_LATER);
    assert_int_equal(ask(1, BLOCK_READ, 0, 1), SERVER_LATER);
    assert_true(virtio_model_next(&request));
    virtio_model_answer(request.head, obey(&request));
    virtio_model_answer(request.head, 1);
    interrupt();
    assert_int_equal(fake.answers, 2);
    assert_int_equal(fake.answer[0].result, SERVICE_OK);
    assert_int_equal(fake.answer[1].result, SERVICE_FAILED);
    assert_true(virtio_model_runs());
}

static void a_device_that_asks_for_a_reset_gets_it(void **state)
{
    (void)state;
    assert_int_equal(ask(0, BLOCK_READ, 0, 1), SERVER_LATER);
    virtio_model_need_reset();
    interrupt();
    assert_int_equal(last_result(), SERVICE_FAILED);
    assert_int_equal(do_it(0, BLOCK_READ, 9, 1), SERVICE_OK);
}

static void a_device_that_never_answers_is_given_up_after_a_time(void **state)
{
    (void)state;
    assert_int_equal(ask(0, BLOCK_READ, 0, 1), SERVER_LATER);
    uint64_t first = fake.armed;
    assert_int_equal(first, fake.now + 30000000000ull);
    fake.now += 1000;
    assert_int_equal(ask(1, BLOCK_READ, 0, 1), SERVER_LATER);
    assert_int_equal(fake.armed, first);
    fake.now = first;
    fake.server->timer(first, fake.now);
    assert_int_equal(fake.answers, 2);
    assert_int_equal(fake.answer[0].word[0], BLOCK_TIMEOUT);
    assert_string_equal(fake.log, "the disk does not answer, and is started anew");
    assert_int_equal(do_it(2, BLOCK_READ, 9, 1), SERVICE_OK);
}

static void the_timer_waits_for_who_came_later(void **state)
{
    struct virtio_model_request request;
    (void)state;
    assert_int_equal(ask(0, BLOCK_READ, 0, 1), SERVER_LATER);
    uint64_t first = fake.armed;
    assert_true(virtio_model_next(&request));
    virtio_model_answer(request.head, obey(&request));
    interrupt();
    fake.now += 1000;
    assert_int_equal(ask(1, BLOCK_READ, 0, 1), SERVER_LATER);
    fake.now = first;
    fake.armed = 0;
    fake.server->timer(first, fake.now);
    assert_int_equal(fake.answers, 1);
    assert_int_equal(fake.armed, first + 1000);
    settle();
    fake.armed = 0;
    fake.server->timer(first + 1000, first + 1000);
    assert_int_equal(fake.armed, 0);
}

static void a_device_that_cannot_be_reset_ends_the_driver(void **state)
{
    (void)state;
    assert_int_equal(ask(0, BLOCK_READ, 0, 1), SERVER_LATER);
    virtio_model_lie(5, 5, 1);
    virtio_model.stays_on = true;
    may_end = true;
    if (setjmp(ended) == 0) {
        interrupt();
        fail_msg("it goes on");
    }
    assert_string_equal(fake.log, "the disk cannot be started again: its reset does not end");
    assert_int_equal(last_result(), SERVICE_FAILED);
}

/* The last driver died at any time: its requests are in the device, its interrupts pending. */
static void a_new_incarnation_takes_the_device_over(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(ask(i, BLOCK_WRITE, i, 100), SERVER_LATER);
    struct virtio_model_request request;
    assert_true(virtio_model_next(&request));
    virtio_model_answer(request.head, obey(&request));
    fake.answers = 0;
    restart();
    assert_false(virtio_model_interrupt());
    assert_false(virtio_model_next(&request));
    assert_int_equal(do_it(0, BLOCK_READ, 9, 1), SERVICE_OK);
    assert_memory_equal(buffer[0], image + 9 * SECTOR, SECTOR);
}

/* A read of the last incarnation is still in the device: its data comes nowhere. */
static void what_a_dead_client_asked_for_does_not_reach_its_successor(void **state)
{
    struct virtio_model_request request;
    (void)state;
    assert_int_equal(ask(0, BLOCK_READ, 3, 100), SERVER_LATER);
    assert_int_equal(ask(0, BLOCK_INFO, 0, 0), SERVICE_OK);
    memset(buffer[0], 0x11, SECTOR);
    assert_int_equal(ask(0, BLOCK_WRITE, 3, 1), SERVER_LATER);
    assert_int_equal(virtio_model.notified, 1); /* one of a client at a time */
    assert_true(virtio_model_next(&request));
    virtio_model_answer(request.head, obey(&request));
    interrupt();
    assert_int_equal(buffer[0][0], 0x11);
    assert_int_equal(settle(), 1); /* the other pieces of the read are not asked for */
    assert_int_equal(image[3 * SECTOR], 0x11);
    assert_int_equal(last_result(), SERVICE_OK);
    assert_int_equal(fake.answers, 2); /* the dead client's reply is not kept */
    assert_int_equal(fake.slots, 16);
}

/* The new client has not asked for anything yet when the data comes. */
static void who_asks_for_the_size_gets_no_data_of_before(void **state)
{
    (void)state;
    assert_int_equal(ask(0, BLOCK_READ, 3, 4), SERVER_LATER);
    assert_int_equal(ask(0, BLOCK_INFO, 0, 0), SERVICE_OK);
    memset(buffer[0], 0x11, SECTOR);
    assert_int_equal(settle(), 1);
    assert_int_equal(buffer[0][0], 0x11);
    assert_int_equal(buffer[0][1], 0x11);
}

static void expect_no_disk(const char *line)
{
    assert_int_equal(begin(), PROGRAM_EXIT_FOR_GOOD);
    assert_string_equal(fake.log, line);
}

static void what_is_no_such_device_is_refused_in_words(void **state)
{
    static const char refused[] =
        "no disk: it does not offer virtio 1.0, or refuses the features that it offered";
    (void)state;
    virtio_model.version = 1;
    expect_no_disk("no disk: its interface is that from before virtio 1.0, which is not supported");
    with_device(0);
    virtio_model.version = 3;
    expect_no_disk("no disk: there is no such virtio device");
    with_device(0);
    virtio_model.magic = 0;
    expect_no_disk("no disk: there is no such virtio device");
    with_device(0);
    virtio_model.type = 0;
    expect_no_disk("no disk: there is no such virtio device");
    with_device(0);
    fake.registers = 0x100;
    expect_no_disk("no disk: there is no such virtio device");
    with_device(0);
    virtio_model.stays_on = true;
    assert_int_equal(begin(), -1); /* it was off */
    expect_no_disk("no disk: its reset does not end");
    with_device(0);
    virtio_model.offers = F_FLUSH;
    expect_no_disk(refused);
    with_device(0);
    virtio_model.refuses = true;
    expect_no_disk(refused);
    with_device(0);
    virtio_model.queue_max = 3;
    expect_no_disk("no disk: it has no queue");
    with_device(0);
    virtio_model.queue_max = 0;
    expect_no_disk("no disk: it has no queue");
    with_device(0);
    virtio_model.queue_in_use = true;
    expect_no_disk("no disk: it has no queue");
}

static void too_little_memory_is_said(void **state)
{
    (void)state;
    with_device(0);
    fake.startup.dma.address = 0;
    fake.startup.dma.bytes = 0;
    expect_no_disk("no disk: there is no memory for it, or too little: dma-kib");
    with_device(0);
    fake.startup.dma.bytes = 4096;
    expect_no_disk("no disk: there is no memory for it, or too little: dma-kib");
    with_device(0);
    fake.startup.dma.bytes = 4096 + 2 * SECTOR;
    restart();
    assert_int_equal(block.disk.slots, 2);
    assert_int_equal(do_it(0, BLOCK_READ, 0, 5), SERVICE_OK);
    assert_memory_equal(buffer[0], image, 5 * SECTOR);
}

static void a_shape_that_cannot_be_is_refused(void **state)
{
    static const uint32_t bad_size[] = {0, 1, 511, 513, 3072, 131072, UINT32_MAX};
    (void)state;
    for (unsigned i = 0; i < COUNT_OF(bad_size); i++) {
        with_device(F_BLK_SIZE);
        put_config(20, bad_size[i], 4);
        expect_no_disk("no disk: what it says of itself cannot be");
    }
    with_device(F_SIZE_MAX);
    put_config(8, 511, 4);
    expect_no_disk("no disk: what it says of itself cannot be");
    with_device(F_BLK_SIZE);
    put_config(20, SECTOR, 4);
    virtio_model.restless = true;
    expect_no_disk("no disk: what it says of itself cannot be");
}

/* A size that overflows when it is counted in bytes makes no request too large. */
static void a_disk_of_all_the_sectors_that_there_can_be_is_served(void **state)
{
    (void)state;
    put_config(0, UINT64_MAX, 8);
    restart();
    assert_int_equal(ask(0, BLOCK_READ, UINT64_MAX - 1, 2), SERVICE_BAD_ARGUMENT);
    assert_int_equal(do_it(0, BLOCK_READ, 0, 1), SERVICE_OK);
}

static void it_agrees_on_what_it_understands_and_no_more(void **state)
{
    (void)state;
    with_device(UINT64_MAX & ~F_BLK_SIZE & ~F_SIZE_MAX);
    restart();
    assert_int_equal(virtio_model_agreed(), VIRTIO_F_VERSION_1 | VIRTIO_F_ACCESS_PLATFORM |
                                                VIRTIO_F_ORDER_PLATFORM | F_RO | F_FLUSH);
}

/* Clients, answers in any order, restarts of clients: each gets its own data. */
static void random_traffic_arrives_whole(void **state)
{
    static uint8_t expected[3][100][SECTOR]; /* each client has sectors of its own */
    struct virtio_model_request waiting[32];
    unsigned count = 0, asked[3] = {0}, first[3], size[3], done = 0;
    (void)state;
    srand(4712);
    for (unsigned i = 0; i < 3; i++)
        memcpy(expected[i], image + i * 100 * SECTOR, sizeof(expected[i]));
    for (unsigned i = 0; i < 20000; i++) {
        unsigned who = (unsigned)rand() % 3;
        while (count < 32 && virtio_model_next(&waiting[count]))
            count++;
        if (rand() % 2 == 0 && asked[who] == 0) {
            asked[who] = rand() % 2 ? BLOCK_READ : BLOCK_WRITE;
            first[who] = (unsigned)rand() % 60;
            size[who] = 1 + (unsigned)rand() % 40;
            for (unsigned n = 0; n < size[who] * SECTOR; n++)
                buffer[who][n] = (uint8_t)(asked[who] == BLOCK_READ ? 0 : i + n * 3);
            if (asked[who] == BLOCK_WRITE)
                memcpy(expected[who][first[who]], buffer[who], size[who] * SECTOR);
            assert_int_equal(ask(who, asked[who], who * 100 + first[who], size[who]), SERVER_LATER);
            asked[who] |= fake.reserved << 8;
        } else if (count > 0) {
            unsigned which = (unsigned)rand() % count;
            virtio_model_answer(waiting[which].head, obey(&waiting[which]));
            waiting[which] = waiting[--count];
            if (rand() % 3 > 0)
                interrupt();
        } else {
            interrupt();
        }
        for (unsigned n = 0; n < fake.answers; n++) {
            for (who = 0; asked[who] >> 8 != fake.answer[n].reply; who++)
                assert_true(who < 3);
            assert_int_equal(fake.answer[n].result, SERVICE_OK);
            assert_memory_equal(buffer[who], expected[who][first[who]], size[who] * SECTOR);
            asked[who] = 0;
            done++;
        }
        fake.answers = 0;
    }
    for (unsigned i = 0; i < 3; i++) {
        if (asked[i] == 0)
            assert_memory_equal(image + i * 100 * SECTOR, expected[i], sizeof(expected[i]));
    }
    assert_true(done > 1000);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, with_driver)
    const struct CMUnitTest tests[] = {
        TEST(it_says_how_large_the_disk_is),
        TEST(who_speaks_of_another_medium_is_refused),
        TEST(the_disk_keeps_its_number),
        TEST(what_is_read_is_what_the_disk_has),
        TEST(what_is_written_is_on_the_disk_and_nowhere_else),
        TEST(a_large_request_is_moved_in_pieces),
        TEST(what_is_not_on_the_disk_or_not_in_the_buffer_is_refused),
        TEST(requests_of_several_clients_are_under_way_together),
        TEST(the_device_may_answer_in_any_order),
        TEST(requests_wait_in_order_where_the_queue_is_short),
        TEST(without_a_slot_for_its_reply_a_request_is_answered_busy),
        TEST(a_flush_reaches_the_device_if_it_has_a_cache),
        TEST(a_read_only_disk_is_not_written_to),
        TEST(a_disk_with_large_sectors_is_served_in_those),
        TEST(a_device_with_short_segments_gets_short_pieces),
        TEST(a_disk_that_becomes_larger_or_smaller_is_as_large_at_once),
        TEST(a_disk_that_changes_nothing_all_the_time_is_not_worth_a_line),
        TEST(an_error_of_the_device_is_told_to_its_client_alone),
        TEST(a_read_that_is_said_to_be_short_is_an_error),
        TEST(a_status_that_was_never_written_is_an_error),
        TEST(a_device_that_lies_is_started_anew),
        TEST(a_device_that_lies_now_and_then_is_kept),
        TEST(a_device_that_lies_before_it_is_asked_is_given_up),
        TEST(a_device_that_does_nothing_but_lie_is_given_up),
        TEST(an_index_that_ran_ahead_makes_all_answers_lies),
        TEST(an_answer_given_twice_is_a_lie),
        TEST(a_device_that_asks_for_a_reset_gets_it),
        TEST(a_device_that_never_answers_is_given_up_after_a_time),
        TEST(the_timer_waits_for_who_came_later),
        TEST(a_device_that_cannot_be_reset_ends_the_driver),
        TEST(a_new_incarnation_takes_the_device_over),
        TEST(what_a_dead_client_asked_for_does_not_reach_its_successor),
        TEST(who_asks_for_the_size_gets_no_data_of_before),
        TEST(what_is_no_such_device_is_refused_in_words),
        TEST(too_little_memory_is_said),
        TEST(a_shape_that_cannot_be_is_refused),
        TEST(a_disk_of_all_the_sectors_that_there_can_be_is_served),
        TEST(it_agrees_on_what_it_understands_and_no_more),
        TEST(random_traffic_arrives_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
