/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where watcher.S has what: the device, and a page that it shares with main.
 */
#pragma once

#define WATCH_DEVICE 0x5fd000
#define WATCH_SHARED 0x5ff000

/* In the page, words of 64 bits. */
#define WATCH_COUNT 0   /* how often it woke */
#define WATCH_TICKS 8   /* how long the last time took, from setting the alarm */
#define WATCH_PAUSE 16  /* how long it waits before it sets the next */
#define WATCH_SET   24  /* when it set the one that comes */
