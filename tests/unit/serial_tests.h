/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tests that all serial drivers share: a driver's own test has its main.c as
 * driver_main, links its device's model (model_devices/uart_model.h), and takes
 * SERIAL_TESTS into its list.
 */
#pragma once
#include <stddef.h>

int driver_main(void);

/* Before each test: a device as the firmware leaves it, a client, and the driver started. */
int serial_setup(void **state);
/* Death and start of the driver: the device and the rings stay. */
void serial_restart(void);
/* All interrupts that the device raises are handled. */
void serial_settle(void);
/* The text comes down the line, and then nothing for a while. */
void serial_arrive(const char *text);
/* The client takes what it was sent; up to `count` bytes and a zero byte. */
size_t serial_take(char *to, size_t count);
/* The client has something to send. */
void serial_send(const char *text, size_t count);

#define SERIAL_TEST(name) cmocka_unit_test_setup(name, serial_setup)
#define SERIAL_TESTS                                                                               \
    SERIAL_TEST(received_bytes_reach_the_client_and_it_is_told),                                   \
    SERIAL_TEST(bytes_to_send_leave_in_order_by_interrupts),                                       \
    SERIAL_TEST(a_client_that_found_the_ring_full_is_told_of_room),                                \
    SERIAL_TEST(a_full_ring_holds_bytes_in_the_device_until_the_client_takes_some),                \
    SERIAL_TEST(a_restart_loses_nothing_in_rings_and_fifos),                                       \
    SERIAL_TEST(a_death_before_the_signal_is_made_good_at_the_start),                              \
    SERIAL_TEST(a_device_that_firmware_left_off_is_set_up),                                        \
    SERIAL_TEST(an_overrun_is_counted_once),                                                       \
    SERIAL_TEST(a_client_with_impossible_counters_harms_nobody),                                   \
    SERIAL_TEST(random_traffic_arrives_whole),                                                     \
    SERIAL_TEST(without_registers_it_says_so_and_ends),                                            \
    SERIAL_TEST(without_a_client_it_leaves_the_device_quiet)

void received_bytes_reach_the_client_and_it_is_told(void **state);
void bytes_to_send_leave_in_order_by_interrupts(void **state);
void a_client_that_found_the_ring_full_is_told_of_room(void **state);
void a_full_ring_holds_bytes_in_the_device_until_the_client_takes_some(void **state);
void a_restart_loses_nothing_in_rings_and_fifos(void **state);
void a_death_before_the_signal_is_made_good_at_the_start(void **state);
void a_device_that_firmware_left_off_is_set_up(void **state);
void an_overrun_is_counted_once(void **state);
void a_client_with_impossible_counters_harms_nobody(void **state);
void random_traffic_arrives_whole(void **state);
void without_registers_it_says_so_and_ends(void **state);
void without_a_client_it_leaves_the_device_quiet(void **state);
