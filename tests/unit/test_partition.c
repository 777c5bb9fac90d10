/* SPDX-License-Identifier: BSD-2-Clause */
/* The partition server against a disk of the test's: good tables and damaged ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_program.h"

int partition_main(void);
#define main partition_main
#include "servers/partition/main.c"
#undef main
#include <lib/crc.h>

#define SECTOR  512u
#define SECTORS 2048u
#define BUFFER  8192u

static uint8_t image[SECTORS * SECTOR];
static uint8_t disk_side[4096], buffer[2][BUFFER];
static struct startup_edge *client[2];
static uint64_t word[6], known[2];

/* The disk; each request but those refused is obeyed. */
static struct {
    uint64_t sectors, sector_bytes, flags, number;
    enum thole_status status;
    uint32_t result;
    uint64_t why;
    unsigned die, requests, flushes;
} disk;

struct answer program_request(const struct startup_edge *use, uint32_t operation, unsigned words,
                              const uint64_t *in)
{
    struct answer answer = {.status = disk.status, .result = disk.result, .word = {disk.why}};
    assert_ptr_equal(use, &fake.startup.edge[0]);
    assert_int_equal(words, 3);
    disk.requests++;
    if (disk.die > 0) {
        disk.die--;
        answer.status = STATUS_PEER_DIED;
    }
    if (answer.status != STATUS_OK || answer.result != SERVICE_OK)
        return answer;
    if (operation == BLOCK_INFO) {
        answer.word[0] = disk.sector_bytes;
        answer.word[1] = disk.sectors;
        answer.word[2] = disk.flags;
        answer.word[3] = disk.number;
        return answer;
    }
    if (in[2] != disk.number) {
        answer.result = SERVICE_FAILED;
        answer.word[0] = BLOCK_NO_MEDIUM;
        return answer;
    }
    if (operation == BLOCK_FLUSH) {
        disk.flushes++;
        return answer;
    }
    assert_true(in[1] > 0 && in[1] * disk.sector_bytes <= sizeof(disk_side));
    if (in[0] >= disk.sectors || in[1] > disk.sectors - in[0] ||
        (in[0] + in[1]) * disk.sector_bytes > sizeof(image)) {
        answer.result = SERVICE_BAD_ARGUMENT;
        return answer;
    }
    uint8_t *at = image + in[0] * disk.sector_bytes;
    if (operation == BLOCK_READ)
        memcpy(disk_side, at, in[1] * disk.sector_bytes);
    else
        memcpy(at, disk_side, in[1] * disk.sector_bytes);
    return answer;
}

static void put(uint64_t offset, uint64_t value, size_t bytes)
{
    memcpy(image + offset, &value, bytes);
}

static void sign(uint64_t sector)
{
    put(sector * SECTOR + 510, 0xaa55, 2);
}

static void entry(uint64_t sector, unsigned index, uint8_t type, uint32_t first, uint32_t sectors)
{
    uint64_t at = sector * SECTOR + 446 + 16 * index;
    put(at + 4, type, 1);
    put(at + 8, first, 4);
    put(at + 12, sectors, 4);
}

/* Three partitions, the third extended with two in it. */
static void write_mbr(void)
{
    sign(0);
    entry(0, 0, 0x0c, 100, 200);
    entry(0, 1, 0x83, 300, 700);
    entry(0, 3, 0x05, 1000, 1000);
    sign(1000);
    entry(1000, 0, 0x83, 10, 90);
    entry(1000, 1, 0x05, 200, 300);
    sign(1200);
    entry(1200, 0, 0x83, 1, 299);
}

static void sum_gpt_up(void)
{
    put(SECTOR + 88, crc32_add(0, image + 2 * SECTOR, 128 * 128), 4);
    put(SECTOR + 16, 0, 4);
    put(SECTOR + 16, crc32_add(0, image + SECTOR, 92), 4);
}

static void gpt_entry(unsigned index, uint64_t first, uint64_t last)
{
    uint64_t at = 2 * SECTOR + 128 * index;
    put(at, 0x1234567890abcdef, 8);
    put(at + 32, first, 8);
    put(at + 40, last, 8);
}

static void write_gpt(void)
{
    sign(0);
    entry(0, 0, 0xee, 1, SECTORS - 1);
    memcpy(image + SECTOR, "EFI PART", 8);
    put(SECTOR + 8, 0x10000, 4);
    put(SECTOR + 12, 92, 4);
    put(SECTOR + 24, 1, 8);
    put(SECTOR + 32, SECTORS - 1, 8);
    put(SECTOR + 40, 34, 8);
    put(SECTOR + 48, SECTORS - 34, 8);
    put(SECTOR + 72, 2, 8);
    put(SECTOR + 80, 128, 4);
    put(SECTOR + 84, 128, 4);
    gpt_entry(0, 34, 133);
    gpt_entry(1, 134, SECTORS - 34);
    gpt_entry(127, 500, 100); /* ends before it begins: unused */
    sum_gpt_up();
}

static int begin(unsigned number)
{
    memset(known, 0, sizeof(known));
    fake.config[0].name = "partition";
    fake.config[0].value = number;
    memset(&state, 0, sizeof(state));
    return fake_start(partition_main);
}

static int with_disk(void **context)
{
    (void)context;
    fake_reset();
    fake_edge(EDGE_USE, "disk", disk_side, sizeof(disk_side));
    for (unsigned i = 0; i < 2; i++)
        client[i] = fake_edge(EDGE_PROVIDE, "client", buffer[i], BUFFER);
    memset(&disk, 0, sizeof(disk));
    disk.sectors = SECTORS;
    disk.sector_bytes = SECTOR;
    disk.number = 4711;
    memset(buffer, 0, sizeof(buffer));
    for (unsigned i = 0; i < sizeof(image); i++)
        image[i] = (uint8_t)(i / SECTOR * 5 + i);
    memset(image, 0, 34 * SECTOR);
    memset(image + 1000 * SECTOR, 0, SECTOR);
    memset(image + 1200 * SECTOR, 0, SECTOR);
    write_mbr();
    return 0;
}

/* Who has not asked what there is since the server began knows of it from before. */
static uint32_t ask(unsigned who, uint32_t operation, uint64_t first, uint64_t count)
{
    uint32_t result;

    memset(word, 0, sizeof(word));
    word[0] = first;
    word[1] = count;
    word[2] = known[who] != 0 ? known[who] : state.part.number;
    result = fake_request(client[who], operation, word);
    if (operation == BLOCK_INFO && result == SERVICE_OK)
        known[who] = word[3];
    return result;
}

static void expect_served(unsigned number, uint64_t first, uint64_t sectors)
{
    assert_int_equal(begin(number), -1);
    assert_int_equal(ask(0, BLOCK_INFO, 0, 0), SERVICE_OK);
    assert_int_equal(word[0], SECTOR);
    assert_int_equal(word[1], sectors);
    assert_int_equal(ask(0, BLOCK_READ, sectors - 1, 1), SERVICE_OK);
    assert_memory_equal(buffer[0], image + (first + sectors - 1) * SECTOR, SECTOR);
    assert_int_equal(ask(0, BLOCK_READ, sectors, 1), SERVICE_BAD_ARGUMENT);
    assert_int_equal(ask(0, BLOCK_READ, sectors - 1, 2), SERVICE_BAD_ARGUMENT);
    assert_int_equal(ask(0, BLOCK_READ, 0 - first, 1), SERVICE_BAD_ARGUMENT);
}

static void expect_refused(unsigned number, const char *why)
{
    char line[128];
    assert_int_equal(begin(number), -1);
    snprintf(line, sizeof(line), "partition %u is not served: %s", number, why);
    assert_string_equal(fake.log, line);
    assert_int_equal(ask(0, BLOCK_INFO, 0, 0), SERVICE_FAILED);
    assert_int_equal(word[0], BLOCK_NO_MEDIUM);
    assert_int_equal(ask(0, BLOCK_READ, 0, 1), SERVICE_FAILED);
    assert_int_equal(ask(0, BLOCK_WRITE, 0, 1), SERVICE_FAILED);
}

static void each_partition_of_a_pc_is_found(void **context)
{
    (void)context;
    expect_served(1, 100, 200);
    assert_string_equal(fake.log, "partition 1: 200 sectors from 100");
    expect_served(2, 300, 700);
    expect_served(5, 1010, 90);
    expect_served(6, 1201, 299);
    expect_refused(3, "there is no such partition");
    expect_refused(4, "it is an extended partition, which is only a place for others");
    expect_refused(7, "there is no such partition");
    expect_refused(0, "partitions are counted from 1");
    expect_refused(UINT32_MAX, "there is no such partition");
}

static void each_partition_of_a_gpt_is_found(void **context)
{
    (void)context;
    write_gpt();
    expect_served(1, 34, 100);
    expect_served(2, 134, SECTORS - 34 - 134 + 1);
    expect_refused(3, "there is no such partition");
    expect_refused(128, "there is no such partition");
    expect_refused(129, "there is no such partition");
}

static void data_is_moved_within_the_partition_alone(void **context)
{
    static uint8_t expected[sizeof(image)];
    (void)context;
    assert_int_equal(begin(2), -1);
    memset(buffer[0], 0x77, BUFFER);
    memcpy(expected, image, sizeof(image));
    memset(expected + 310 * SECTOR, 0x77, 16 * SECTOR);
    assert_int_equal(ask(0, BLOCK_WRITE, 10, 16), SERVICE_OK); /* in two pieces */
    assert_memory_equal(image, expected, sizeof(image));
    assert_int_equal(ask(1, BLOCK_READ, 5, 16), SERVICE_OK);
    assert_memory_equal(buffer[1], image + 305 * SECTOR, 16 * SECTOR);
    assert_int_equal(ask(1, BLOCK_READ, 5, 17), SERVICE_BAD_ARGUMENT);
    assert_int_equal(ask(1, BLOCK_READ, UINT64_MAX - 299, 1), SERVICE_BAD_ARGUMENT);
}

static void a_flush_and_flags_are_the_disks(void **context)
{
    (void)context;
    disk.flags = BLOCK_READ_ONLY | BLOCK_REMOVABLE;
    assert_int_equal(begin(1), -1);
    assert_int_equal(ask(0, BLOCK_INFO, 0, 0), SERVICE_OK);
    assert_int_equal(word[2], BLOCK_READ_ONLY | BLOCK_REMOVABLE);
    assert_int_equal(ask(0, BLOCK_WRITE, 0, 1), SERVICE_NOT_PERMITTED);
    assert_int_equal(ask(0, BLOCK_FLUSH, 0, 0), SERVICE_OK);
    assert_int_equal(disk.flushes, 1);
}

static void a_damaged_pc_table_is_refused_in_words(void **context)
{
    put(510, 0xaa54, 2);
    expect_refused(1, "the disk has no partition table");
    with_disk(context);
    entry(0, 0, 0x0c, 100, 201);
    expect_refused(1, "it overlaps another");
    expect_refused(2, "it overlaps another");
    with_disk(context);
    entry(0, 2, 0x0c, 1500, 1);
    expect_refused(5, "it overlaps another");
    with_disk(context);
    entry(0, 1, 0x83, 2000, 49);
    expect_refused(2, "it ends behind the end of the disk, or begins with the table");
    entry(0, 1, 0x83, 2000, UINT32_MAX);
    expect_refused(2, "it ends behind the end of the disk, or begins with the table");
    entry(0, 1, 0x83, UINT32_MAX, UINT32_MAX);
    expect_refused(2, "it ends behind the end of the disk, or begins with the table");
    entry(0, 1, 0x83, 0, 50);
    expect_refused(2, "it ends behind the end of the disk, or begins with the table");
    with_disk(context);
    entry(0, 1, 0x83, 500, 0);
    expect_refused(2, "there is no such partition");
}

static void damaged_extended_partitions_are_refused_in_words(void **context)
{
    static const char circle[] =
        "the tables of the extended partition go in a circle, or out of it";
    static const char outside[] = "a partition is not inside of the extended partition";
    static const struct {
        uint32_t first, sectors;
        const char *why;
    } link[] = {{200, 1, circle}, {0, 1, circle}, {100, 1, circle}, {1000, 1, circle},
                {UINT32_MAX, 1, circle}};
    for (unsigned i = 0; i < COUNT_OF(link); i++) {
        with_disk(context);
        entry(1200, 1, 0x05, link[i].first, link[i].sectors);
        expect_refused(6, link[i].why);
        expect_refused(7, link[i].why);
        expect_served(5, 1010, 90);
    }
    with_disk(context);
    entry(1200, 0, 0x83, 0, 10);
    expect_refused(6, outside);
    entry(1200, 0, 0x83, 1, 800);
    expect_refused(6, outside);
    entry(1200, 0, 0x83, UINT32_MAX, 1);
    expect_refused(6, outside);
    with_disk(context);
    entry(1000, 0, 0x83, 10, 191);
    expect_refused(5, "a partition overlaps another");
    with_disk(context);
    put(1200 * SECTOR + 510, 0, 2);
    expect_refused(6, "a table of the extended partition is damaged");
}

/* Each table names the next: reading ends. */
static void a_chain_without_end_is_given_up(void **context)
{
    (void)context;
    for (uint32_t i = 0; i < 999; i++) {
        sign(1000 + i);
        entry(1000 + i, 0, 0, 0, 0);
        entry(1000 + i, 1, 0x05, i + 1, 1);
    }
    expect_refused(900, "there are too many partitions");
    assert_true(disk.requests < 300);
}

static void a_damaged_gpt_is_refused_in_words(void **context)
{
    static const struct {
        unsigned at, bytes;
        uint64_t value;
        const char *why;
    } bad[] = {
        {0, 1, 'X', "the partition table's header is damaged"},
        {12, 4, 91, "the partition table's header is damaged"},
        {12, 4, 513, "the partition table's header is damaged"},
        {12, 4, UINT32_MAX, "the partition table's header is damaged"},
        {24, 8, 2, "the partition table's header is damaged"},
        {40, 8, 33, "the partition table is not where it should be"},
        {40, 8, UINT64_MAX, "the partition table is of a larger disk"},
        {48, 8, SECTORS, "the partition table is of a larger disk"},
        {48, 8, UINT64_MAX, "the partition table is of a larger disk"},
        {72, 8, 1, "the partition table is not where it should be"},
        {72, 8, 3, "the partition table is not where it should be"},
        {72, 8, UINT64_MAX, "the partition table is not where it should be"},
        {80, 4, 0, "the partition table has entries of an unknown form"},
        {80, 4, 1025, "the partition table has entries of an unknown form"},
        {80, 4, UINT32_MAX, "the partition table has entries of an unknown form"},
        {84, 4, 64, "the partition table has entries of an unknown form"},
        {84, 4, 192, "the partition table has entries of an unknown form"},
        {84, 4, 1024, "the partition table has entries of an unknown form"},
        {80, 4, 127, "the partition table's entries are damaged"},
    };
    for (unsigned i = 0; i < COUNT_OF(bad); i++) {
        with_disk(context);
        write_gpt();
        put(SECTOR + bad[i].at, bad[i].value, bad[i].bytes);
        put(SECTOR + 16, 0, 4);
        put(SECTOR + 16, crc32_add(0, image + SECTOR, 92), 4);
        expect_refused(1, bad[i].why);
    }
    with_disk(context);
    write_gpt();
    image[SECTOR + 60] ^= 1;
    expect_refused(1, "the partition table's header is damaged");
    write_gpt();
    image[2 * SECTOR + 128 * 100] ^= 1;
    expect_refused(1, "the partition table's entries are damaged");
}

static void a_gpt_entry_that_cannot_be_is_refused(void **context)
{
    static const struct {
        uint64_t first, last;
        const char *why;
    } bad[] = {
        {33, 40, "it is not inside of what may be used"},
        {100, SECTORS - 33, "it is not inside of what may be used"},
        {100, UINT64_MAX, "it is not inside of what may be used"},
        {0, UINT64_MAX, "it is not inside of what may be used"},
        {UINT64_MAX, UINT64_MAX, "it is not inside of what may be used"},
        {200, 300, "it overlaps another"},
        {40, 134, "it overlaps another"},
        {101, 100, "there is no such partition"},
    };
    for (unsigned i = 0; i < COUNT_OF(bad); i++) {
        with_disk(context);
        write_gpt();
        gpt_entry(0, bad[i].first, bad[i].last);
        sum_gpt_up();
        expect_refused(1, bad[i].why);
    }
}

/* One that says to go on behind the end of all numbers covers the others, too. */
static void a_gpt_entry_without_end_overlaps_all_behind_it(void **context)
{
    static const uint64_t first[] = {0, 1, 20, 33, 133};
    for (unsigned i = 0; i < COUNT_OF(first); i++) {
        with_disk(context);
        write_gpt();
        gpt_entry(1, first[i], UINT64_MAX);
        sum_gpt_up();
        expect_refused(1, "it overlaps another");
    }
    with_disk(context);
    write_gpt();
    gpt_entry(1, 134, UINT64_MAX);
    sum_gpt_up();
    expect_served(1, 34, 100);
}

/* Whatever is on the disk: nothing outside is read, and it ends. */
static void random_tables_harm_nobody(void **context)
{
    srand(4713);
    for (unsigned i = 0; i < 3000; i++) {
        with_disk(context);
        if (i % 2)
            write_gpt();
        for (int n = rand() % 8; n >= 0; n--) {
            uint64_t sector = (uint64_t[]){0, 1, 2, 1000, 1200}[rand() % 5];
            image[sector * SECTOR + (unsigned)rand() % SECTOR] = (uint8_t)rand();
        }
        if (i % 2 && rand() % 4)
            sum_gpt_up();
        disk.requests = 0;
        assert_int_equal(begin(1 + (unsigned)rand() % 8), -1);
        if (ask(0, BLOCK_INFO, 0, 0) == SERVICE_OK) {
            assert_true(word[1] > 0 && word[1] < SECTORS);
            uint64_t last = word[1] - 1;
            assert_int_equal(ask(0, BLOCK_READ, last, 1), SERVICE_OK);
            assert_int_equal(ask(0, BLOCK_READ, last + 1, 1), SERVICE_BAD_ARGUMENT);
        }
        assert_true(disk.requests < 500);
    }
}

static void a_disk_whose_driver_dies_is_asked_again(void **context)
{
    (void)context;
    assert_int_equal(begin(1), -1);
    disk.die = 3;
    assert_int_equal(ask(0, BLOCK_READ, 7, 1), SERVICE_OK);
    assert_memory_equal(buffer[0], image + 107 * SECTOR, SECTOR);
    disk.die = 100;
    assert_int_equal(ask(0, BLOCK_READ, 7, 1), SERVICE_FAILED);
    assert_int_equal(word[0], BLOCK_IO);
}

static void errors_of_the_disk_are_passed_on(void **context)
{
    (void)context;
    assert_int_equal(begin(1), -1);
    disk.result = SERVICE_FAILED;
    disk.why = BLOCK_TIMEOUT;
    assert_int_equal(ask(0, BLOCK_READ, 7, 1), SERVICE_FAILED);
    assert_int_equal(word[0], BLOCK_TIMEOUT);
    disk.result = SERVICE_BUSY;
    assert_int_equal(ask(0, BLOCK_FLUSH, 7, 1), SERVICE_BUSY);
    disk.result = SERVICE_BAD_ARGUMENT;
    assert_int_equal(ask(0, BLOCK_READ, 7, 1), SERVICE_FAILED);
    assert_int_equal(word[0], BLOCK_IO);
    disk.result = SERVICE_OK;
    assert_int_equal(ask(0, BLOCK_READ, 7, 1), SERVICE_OK);
    disk.status = STATUS_PEER_STOPPED;
    assert_int_equal(ask(0, BLOCK_READ, 7, 1), SERVICE_FAILED);
    assert_int_equal(word[0], BLOCK_NO_DRIVER);
    assert_int_equal(ask(0, BLOCK_INFO, 0, 0), SERVICE_FAILED);
    assert_int_equal(word[0], BLOCK_NO_DRIVER);
}

/* A driver that is away for a while is not a medium that is. */
static void a_disk_whose_driver_comes_back_is_the_same(void **context)
{
    (void)context;
    assert_int_equal(begin(1), -1);
    assert_int_equal(ask(0, BLOCK_INFO, 0, 0), SERVICE_OK);
    disk.status = STATUS_PEER_STOPPED;
    assert_int_equal(ask(0, BLOCK_WRITE, 7, 1), SERVICE_FAILED);
    assert_int_equal(word[0], BLOCK_NO_DRIVER);
    assert_int_equal(ask(1, BLOCK_INFO, 0, 0), SERVICE_FAILED);
    disk.status = STATUS_OK;
    assert_int_equal(ask(1, BLOCK_INFO, 0, 0), SERVICE_OK);
    assert_int_equal(ask(0, BLOCK_WRITE, 7, 1), SERVICE_OK);
}

/* Nobody but who writes is there to ask for the medium again, and it knows its number. */
static void who_was_away_when_it_was_looked_at_is_looked_at_again(void **context)
{
    uint64_t before;
    (void)context;
    assert_int_equal(begin(1), -1);
    assert_int_equal(ask(0, BLOCK_INFO, 0, 0), SERVICE_OK);
    before = known[0];
    disk.status = STATUS_PEER_STOPPED;
    assert_int_equal(begin(1), -1);
    known[0] = before;
    assert_int_equal(ask(0, BLOCK_WRITE, 7, 1), SERVICE_FAILED);
    assert_int_equal(word[0], BLOCK_NO_DRIVER);
    assert_int_equal(ask(0, BLOCK_FLUSH, 0, 0), SERVICE_FAILED);
    assert_int_equal(word[0], BLOCK_NO_DRIVER);
    disk.status = STATUS_OK;
    assert_int_equal(ask(0, BLOCK_WRITE, 7, 1), SERVICE_OK);
    assert_int_equal(ask(0, BLOCK_FLUSH, 0, 0), SERVICE_OK);
    assert_int_equal(disk.flushes, 1);
}

/* A client that lives on while the disk, its driver and this server are all new. */
static void a_new_incarnation_knows_by_the_number_what_its_clients_know(void **context)
{
    uint64_t before;
    (void)context;
    assert_int_equal(begin(1), -1);
    assert_int_equal(ask(0, BLOCK_INFO, 0, 0), SERVICE_OK);
    before = known[0];
    assert_true(before != 0 && before != disk.number);
    assert_int_equal(begin(1), -1);
    known[0] = before;
    assert_int_equal(ask(0, BLOCK_WRITE, 7, 1), SERVICE_OK);
    disk.number++;
    assert_int_equal(begin(1), -1);
    known[0] = before;
    assert_int_equal(ask(0, BLOCK_WRITE, 7, 1), SERVICE_FAILED);
    assert_int_equal(word[0], BLOCK_NO_MEDIUM);
    assert_int_equal(ask(0, BLOCK_FLUSH, 0, 0), SERVICE_FAILED);
    assert_int_equal(disk.flushes, 0);
    assert_int_equal(ask(0, BLOCK_INFO, 0, 0), SERVICE_OK);
    assert_int_equal(ask(0, BLOCK_WRITE, 7, 1), SERVICE_OK);
}

/* Another place on the disk, or another size, is another medium. */
static void a_disk_that_was_partitioned_anew_has_other_partitions(void **context)
{
    static const uint32_t place[][2] = {{101, 199}, {100, 199}};
    (void)context;
    for (unsigned i = 0; i < COUNT_OF(place); i++) {
        with_disk(context);
        assert_int_equal(begin(1), -1);
        assert_int_equal(ask(0, BLOCK_INFO, 0, 0), SERVICE_OK);
        entry(0, 0, 0x0c, place[i][0], place[i][1]);
        assert_int_equal(ask(1, BLOCK_INFO, 0, 0), SERVICE_OK);
        assert_int_equal(ask(0, BLOCK_WRITE, 7, 1), SERVICE_FAILED);
        assert_int_equal(word[0], BLOCK_NO_MEDIUM);
        assert_int_equal(ask(1, BLOCK_WRITE, 7, 1), SERVICE_OK);
    }
}

/* A card was changed: nobody writes by the table of the one before. */
static void another_disk_is_looked_at_anew(void **context)
{
    (void)context;
    assert_int_equal(begin(1), -1);
    assert_int_equal(ask(0, BLOCK_INFO, 0, 0), SERVICE_OK);
    assert_int_equal(ask(1, BLOCK_INFO, 0, 0), SERVICE_OK);
    disk.result = SERVICE_FAILED;
    disk.why = BLOCK_NO_MEDIUM;
    assert_int_equal(ask(0, BLOCK_READ, 7, 1), SERVICE_FAILED);
    disk.result = SERVICE_OK;
    entry(0, 0, 0x0c, 150, 50);
    assert_int_equal(ask(0, BLOCK_WRITE, 7, 1), SERVICE_FAILED);
    assert_int_equal(word[0], BLOCK_NO_MEDIUM);
    assert_int_equal(ask(0, BLOCK_INFO, 0, 0), SERVICE_OK);
    assert_int_equal(word[1], 50);
    assert_int_equal(ask(1, BLOCK_WRITE, 7, 1), SERVICE_FAILED);
    assert_int_equal(ask(0, BLOCK_READ, 7, 1), SERVICE_OK);
    assert_memory_equal(buffer[0], image + 157 * SECTOR, SECTOR);
}

/* Cards that were written from one image: the table does not tell one from the other. */
static void another_disk_with_the_same_table_is_another(void **context)
{
    (void)context;
    assert_int_equal(begin(1), -1);
    assert_int_equal(ask(0, BLOCK_INFO, 0, 0), SERVICE_OK);
    disk.number++;
    assert_int_equal(ask(1, BLOCK_INFO, 0, 0), SERVICE_OK);
    assert_int_equal(ask(0, BLOCK_WRITE, 7, 1), SERVICE_FAILED);
    assert_int_equal(word[0], BLOCK_NO_MEDIUM);
    assert_int_equal(ask(1, BLOCK_WRITE, 7, 1), SERVICE_OK);
    assert_int_equal(ask(0, BLOCK_INFO, 0, 0), SERVICE_OK);
    assert_int_equal(ask(0, BLOCK_WRITE, 7, 1), SERVICE_OK);
    assert_int_equal(ask(1, BLOCK_WRITE, 7, 1), SERVICE_OK);
}

static void a_disk_that_cannot_be_is_refused(void **context)
{
    static const uint64_t bad[] = {0, 1, 256, 511, 513, 8192, UINT64_MAX, (1ull << 32) + 512};
    for (unsigned i = 0; i < COUNT_OF(bad); i++) {
        with_disk(context);
        disk.sector_bytes = bad[i];
        expect_refused(1, "its disk has sectors of an unknown size");
    }
    with_disk(context);
    disk.sectors = 1;
    expect_refused(1, "the disk has no partition table");
    with_disk(context);
    disk.result = SERVICE_FAILED;
    expect_refused(1, "there is no disk");
}

/* The image ends before its table says so. */
static void a_short_disk_is_refused(void **context)
{
    (void)context;
    disk.sectors = 1100;
    expect_served(1, 100, 200);
    expect_refused(5, "it ends behind the end of the disk, or begins with the table");
}

static void without_a_disk_it_ends(void **context)
{
    (void)context;
    fake.startup.edge[0].kind = EDGE_PROVIDE;
    assert_int_equal(begin(1), PROGRAM_EXIT_FOR_GOOD);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, with_disk)
    const struct CMUnitTest tests[] = {
        TEST(each_partition_of_a_pc_is_found),
        TEST(each_partition_of_a_gpt_is_found),
        TEST(data_is_moved_within_the_partition_alone),
        TEST(a_flush_and_flags_are_the_disks),
        TEST(a_damaged_pc_table_is_refused_in_words),
        TEST(damaged_extended_partitions_are_refused_in_words),
        TEST(a_chain_without_end_is_given_up),
        TEST(a_damaged_gpt_is_refused_in_words),
        TEST(a_gpt_entry_that_cannot_be_is_refused),
        TEST(a_gpt_entry_without_end_overlaps_all_behind_it),
        TEST(random_tables_harm_nobody),
        TEST(a_disk_whose_driver_dies_is_asked_again),
        TEST(errors_of_the_disk_are_passed_on),
        TEST(a_disk_whose_driver_comes_back_is_the_same),
        TEST(who_was_away_when_it_was_looked_at_is_looked_at_again),
        TEST(a_new_incarnation_knows_by_the_number_what_its_clients_know),
        TEST(a_disk_that_was_partitioned_anew_has_other_partitions),
        TEST(another_disk_is_looked_at_anew),
        TEST(another_disk_with_the_same_table_is_another),
        TEST(a_disk_that_cannot_be_is_refused),
        TEST(a_short_disk_is_refused),
        TEST(without_a_disk_it_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
