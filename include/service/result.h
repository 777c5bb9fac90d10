/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a service answers, in the label of the answer's tag. The same few
 * results serve all protocols; each protocol says which it gives.
 */
#pragma once

#define SERVICE_RESULTS(X)                                             \
    X(0, OK, "done")                                                   \
    X(1, BAD_REQUEST, "no such operation")                             \
    X(2, BAD_ARGUMENT, "an argument is out of range or malformed")     \
    X(3, NOT_FOUND, "nothing has that name")                           \
    X(4, NO_MEMORY, "the quota is used up")                            \
    X(5, NOT_PERMITTED, "this client may not do that")                 \
    X(6, ALREADY, "it is in that state already")                       \
    X(7, FAILED, "it was tried and did not work; the log says why")    \
    X(8, BUSY, "too many requests are waiting")

#define SERVICE_X(number, NAME, text) SERVICE_##NAME = number,
enum service_result { SERVICE_RESULTS(SERVICE_X) };
#undef SERVICE_X
