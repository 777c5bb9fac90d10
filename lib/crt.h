/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The steps between _start and main. Internal to lib/.
 */
#pragma once
#include <thole/abi.h>

/* By crt0.S, with the status of the receive that the thread entered by. */
_Noreturn void program_enter(enum thole_status status);

/* How the program ends when main returns; NULL in programs without the C library. */
_Noreturn void program_end(int code) __attribute__((weak));

/* Fills the only thread's copy of the thread-local data and points TPIDR_EL0 to it. */
void tls_install(void);

/* Chooses the value that the stack protector looks for. */
void guard_install(void);
