/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The short ways beside the lock: a core that makes a call the short way takes its own
 * gate, and only that; who has the lock takes the gates of all other cores first. An
 * endpoint is touched by the short ways of its home alone, and its home is changed
 * under the lock. What a short way has just left, another core may destroy: the core
 * may walk the address space until it takes its next exception, and says so.
 *
 * Safety: nobody touches the endpoint beside another; no short way for a thread that
 * was taken away; no core walks an address space that is no more; the gates are as
 * the lock's last holder left them.
 */
#define CORES 2
#define NOBODY 255
#define SPACES 2        /* each core's program goes over from one to the other, and back */

mtype = { OPEN, CLOSED, TAKEN };
mtype gate[CORES] = CLOSED;

byte lock = NOBODY;
byte home = NOBODY;             /* of the endpoint */
bool taken[CORES];              /* the core's thread was taken away, and it does not know yet */

byte space[CORES], previous[CORES]; /* what a core says it has, and had until its last exception */
byte table[CORES];              /* TTBR0_EL1 */
bool gone[SPACES];              /* destroyed */

byte user = NOBODY;             /* ghost: who touches the endpoint */
byte walks[CORES];              /* ghost: what else than `table` the core may still walk */

inline touch()
{
    atomic { assert(user == NOBODY); user = self };
    user = NOBODY
}

inline walk()                   /* at any moment */
{
    assert(!gone[table[self]]);
    assert(walks[self] == NOBODY || !gone[walks[self]])
}

inline take_gate(which)
{
    atomic { gate[which] != TAKEN -> gate[which] = TAKEN }
}

inline go_over(to)
{
#ifdef BREAK_NAMED
    space[self] = to;
#else
    atomic { previous[self] = space[self]; space[self] = to };  /* one stp */
#endif
    atomic { walks[self] = table[self]; table[self] = to }
}

/* The exception that the core takes: nothing is walked any more but what TTBR0 has. */
inline take_exception()
{
    walks[self] = NOBODY
}

inline leave_gates()
{
    other = 0;
    do
    :: other < CORES ->
       if
#ifdef BREAK_CLOSED
       :: true -> gate[other] = OPEN
#else
       :: !taken[other] -> gate[other] = OPEN
       :: else -> gate[other] = CLOSED
#endif
       fi;
       other++
    :: else -> break
    od;
    other = 0
}

proctype core(byte self)
{
    byte other, to;

program:
    walk();
    if
    :: skip -> goto quick
    :: skip -> goto long
    :: skip -> goto end_program     /* never again */
    fi;

quick:
    take_exception();
#ifdef BREAK_ATOMIC
    if
    :: gate[self] == OPEN -> gate[self] = TAKEN
    :: else -> goto long
    fi;
#else
    atomic {
        if
        :: gate[self] == OPEN -> gate[self] = TAKEN
        :: else -> goto long
        fi
    };
#endif
    assert(!taken[self]);
#ifndef BREAK_HOME
    if
    :: home != self -> gate[self] = OPEN; goto long
    :: else
    fi;
#endif
#ifdef BREAK_EARLY
    gate[self] = OPEN;
#endif
    to = 1 - space[self];
    if
    :: gone[to] -> gate[self] = OPEN; goto long     /* no server there any more */
    :: else
    fi;
    touch();
    go_over(to);
    gate[self] = OPEN;
    goto program;

long:
    take_exception();
    atomic { lock == NOBODY -> lock = self };
    previous[self] = NOBODY;
    other = 0;
    do
    :: other < CORES ->
#ifndef BREAK_GATES
       if
       :: other != self -> take_gate(other)
       :: else
       fi;
#endif
       other++
    :: else -> break
    od;
    taken[self] = false;
    if
    :: touch(); home = self
    :: home = NOBODY
    :: other = 1 - self; taken[other] = true
    :: other = 1 - space[self];
       atomic {
           if
#ifdef BREAK_LEFT
           :: space[1 - self] != other -> gone[other] = true
#else
           :: space[1 - self] != other && previous[1 - self] != other -> gone[other] = true
#endif
           :: else      /* RESULT_MORE */
           fi
       }
    fi;
#ifdef BREAK_RELEASE
    lock = NOBODY;
    leave_gates();
#else
    leave_gates();
    lock = NOBODY;
#endif
    goto program;
end_program:
    false
}

/* Each core begins in a space of its own. */
init
{
    atomic {
        byte each;

        for (each : 0 .. CORES - 1) {
            space[each] = each;
            table[each] = each;
            previous[each] = NOBODY;
            walks[each] = NOBODY;
            run core(each)
        }
    }
}
