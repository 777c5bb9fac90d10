/* SPDX-License-Identifier: BSD-2-Clause */
/* How the firmware is called, for psci.c and psci_start.c. */
#pragma once
#include "kernel/boot.h"

extern enum psci_method psci_method;
/* With PSCI_NONE it does nothing, and answers the function's number. */
int32_t psci_call(uint32_t function, uint64_t first, uint64_t second);
