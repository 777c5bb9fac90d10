/* SPDX-License-Identifier: BSD-2-Clause */
/* Nothing is recorded: MACHINE_TRACE is no operation. */
#pragma once
#define OPTION_TRACE 0
