/* SPDX-License-Identifier: BSD-2-Clause */
/* Who holds the Machine can have events recorded. */
#pragma once
#define OPTION_TRACE 1
