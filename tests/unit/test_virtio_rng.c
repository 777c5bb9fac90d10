/* SPDX-License-Identifier: BSD-2-Clause */
/* The virtio generator, device and protocol, against the modelled device. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <service/result.h>

int rng_main(void);
#define main rng_main
#include "drivers/rng/virtio/main.c"
#undef main
#include "virtio_cases.h"

#define BUFFER 8192u
#define BUS    UINT64_C(0x40000000)

static uint8_t dma[8192] __attribute__((aligned(4096)));
static uint8_t buffer[2][BUFFER];
static struct startup_edge *client[2];
static uint8_t next;

static int begin(void)
{
    memset(&generator, 0, sizeof(generator));
    return fake_start(rng_main);
}

static int with_driver(void **state)
{
    (void)state;
    give_device(VIRTIO_ENTROPY, 0, dma, sizeof(dma), BUS);
    for (unsigned i = 0; i < 2; i++)
        client[i] = fake_edge(EDGE_PROVIDE, "client", buffer[i], BUFFER);
    memset(buffer, 0, sizeof(buffer));
    next = 1;
    assert_int_equal(begin(), -1);
    return 0;
}

static uint32_t ask(unsigned who, uint64_t bytes)
{
    memset(word, 0, sizeof(word));
    word[0] = bytes;
    return fake_request(client[who], RANDOM_READ, word);
}

/* The device fills `most` bytes of the next request: 1, 2, 3 and so on, so all are unlike. */
static bool fill(uint32_t most)
{
    struct virtio_model_request request;

    if (!virtio_model_next(&request))
        return false;
    assert_int_equal(request.parts, 1);
    assert_true(request.part[0].writes);
    if (most > request.part[0].bytes)
        most = request.part[0].bytes;
    for (uint32_t i = 0; i < most; i++)
        request.part[0].data[i] = next++;
    virtio_model_answer(request.head, most);
    interrupt();
    return true;
}

static void a_client_gets_as_many_bytes_as_the_device_gave(void **state)
{
    (void)state;
    assert_int_equal(ask(0, 5), SERVER_LATER);
    assert_true(fill(3));
    assert_int_equal(fake.answer[0].result, SERVICE_OK);
    assert_int_equal(fake.answer[0].word[0], 3);
    assert_memory_equal(buffer[0], "\1\2\3\0", 4);
    assert_int_equal(ask(0, BUFFER), SERVER_LATER);
    assert_true(fill(BUFFER));
    assert_int_equal(fake.answer[1].word[0], RANDOM_AT_ONCE);
    for (unsigned i = 0; i < RANDOM_AT_ONCE; i++)
        assert_int_equal(buffer[0][i], 4 + i);
}

static void what_is_left_is_for_who_comes_next(void **state)
{
    (void)state;
    assert_int_equal(ask(0, 4), SERVER_LATER);
    assert_true(fill(10));
    assert_int_equal(ask(1, 4), SERVICE_OK);
    assert_int_equal(word[0], 4);
    assert_memory_equal(buffer[0], "\1\2\3\4\0", 5);
    assert_memory_equal(buffer[1], "\5\6\7\10\0", 5);
    assert_int_equal(ask(1, 4), SERVICE_OK);
    assert_int_equal(word[0], 2);
    assert_int_equal(virtio_model.notified, 1);
}

static void clients_wait_in_line(void **state)
{
    (void)state;
    assert_int_equal(ask(0, 4), SERVER_LATER);
    assert_int_equal(ask(1, 4), SERVER_LATER);
    assert_int_equal(virtio_model.notified, 1);
    assert_true(fill(4));
    assert_true(fill(4));
    assert_memory_equal(buffer[0], "\1\2\3\4", 4);
    assert_memory_equal(buffer[1], "\5\6\7\10", 4);
}

static void what_was_given_is_not_kept(void **state)
{
    (void)state;
    assert_int_equal(ask(0, 4), SERVER_LATER);
    assert_true(fill(4));
    for (unsigned i = VIRTIO_QUEUE_BYTES; i < sizeof(dma); i++)
        assert_int_equal(dma[i], 0);
    for (unsigned i = 0; i < sizeof(generator.pool); i++)
        assert_int_equal(generator.pool[i], 0);
}

static void a_device_that_lies_is_started_anew(void **state)
{
    static const struct {
        uint32_t id, bytes;
        uint16_t step;
    } lie[] = {{0, 0, 1}, {0, 65, 1}, {0, UINT32_MAX, 1}, {4, 1, 1}, {1, 1, 1}, {0, 1, 2}};
    for (unsigned i = 0; i < COUNT_OF(lie); i++) {
        with_driver(state);
        assert_int_equal(ask(0, 10), SERVER_LATER);
        assert_int_equal(ask(1, 10), SERVER_LATER);
        virtio_model_lie(lie[i].id, lie[i].bytes, lie[i].step);
        interrupt();
        assert_true(virtio_model.resets > 1);
        assert_int_equal(fake.answers, 0);
        assert_true(fill(20)); /* and asked again for those who wait */
        assert_int_equal(fake.answers, 2);
        assert_int_equal(fake.answer[0].result, SERVICE_OK);
        assert_memory_equal(buffer[0], "\1\2\3\4", 4);
    }
}

static void a_device_that_never_answers_is_given_up_after_a_time(void **state)
{
    (void)state;
    assert_int_equal(ask(0, 1), SERVER_LATER);
    uint64_t first = fake.armed;
    fake.now = first;
    fake.server->timer(first, first);
    assert_int_equal(fake.answer[0].result, SERVICE_FAILED);
    assert_string_equal(fake.log, "the generator is started anew: it does not answer");
    assert_int_equal(ask(0, 1), SERVER_LATER);
    assert_true(fill(1));
    assert_int_equal(fake.answer[1].result, SERVICE_OK);
}

static void a_device_that_cannot_be_reset_ends_the_driver(void **state)
{
    (void)state;
    assert_int_equal(ask(0, 1), SERVER_LATER);
    virtio_model_lie(5, 5, 1);
    virtio_model.stays_on = true;
    may_end = true;
    if (setjmp(ended) == 0) {
        interrupt();
        fail_msg("it goes on");
    }
    assert_string_equal(fake.log, "it cannot be started: its reset does not end");
}

static void a_new_incarnation_takes_the_device_over(void **state)
{
    struct virtio_model_request request;
    (void)state;
    assert_int_equal(ask(0, 100), SERVER_LATER);
    assert_int_equal(begin(), -1);
    assert_false(virtio_model_next(&request));
    assert_int_equal(ask(0, 4), SERVER_LATER);
    assert_true(fill(4));
    assert_int_equal(fake.answer[0].word[0], 4);
}

static void what_is_no_such_device_is_refused_in_words(void **state)
{
    (void)state;
    virtio_model.type = VIRTIO_BLOCK;
    assert_int_equal(begin(), PROGRAM_EXIT_FOR_GOOD);
    assert_string_equal(fake.log, "no generator: there is no such virtio device");
    virtio_model.type = VIRTIO_ENTROPY;
    fake.startup.dma.bytes = 1024;
    assert_int_equal(begin(), PROGRAM_EXIT_FOR_GOOD);
    assert_string_equal(fake.log,
                        "no generator: there is no memory for it, or too little: dma-kib");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, with_driver)
    const struct CMUnitTest tests[] = {
        TEST(a_client_gets_as_many_bytes_as_the_device_gave),
        TEST(what_is_left_is_for_who_comes_next),
        TEST(clients_wait_in_line),
        TEST(what_was_given_is_not_kept),
        TEST(a_device_that_lies_is_started_anew),
        TEST(a_device_that_never_answers_is_given_up_after_a_time),
        TEST(a_device_that_cannot_be_reset_ends_the_driver),
        TEST(a_new_incarnation_takes_the_device_over),
        TEST(what_is_no_such_device_is_refused_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
