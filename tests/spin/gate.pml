/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The short ways beside the lock: a core that makes a call the short way takes its own
 * gate, and only that; who has the lock closes the gates of all other cores first, each
 * whether it is taken or not, and waits until nobody is in. An endpoint is touched by the short ways of its home alone, and its home is changed
 * under the lock. What a short way has just left, another core may destroy: the core
 * may walk the address space until it takes its next exception, and says so.
 *
 * Safety: nobody touches the endpoint beside another; no short way for a thread that
 * was taken away; no core walks an address space that is no more; the gates are as
 * the lock's last holder left them.
 * Live: who has the lock gets all gates, if each core goes on (-f), however often the
 * other cores' programs take them.
 */
#define CORES 2
#define NOBODY 255
#define SPACES 2        /* each core's program goes over from one to the other, and back */

bool inside[CORES];             /* a core's gate: half a word that its short ways write, */
bool closed[CORES] = true;      /* and half a word that the lock's holder writes */

byte lock = NOBODY;
byte home = NOBODY;             /* of the endpoint */
bool taken[CORES];              /* the core's thread was taken away, and it does not know yet */

byte space[CORES], previous[CORES]; /* what a core says it has, and had until its last exception */
byte table[CORES];              /* TTBR0_EL1 */
bool gone[SPACES];              /* destroyed */

byte user = NOBODY;             /* ghost: who touches the endpoint */
bool waits[CORES];              /* ghost: has the lock, and not all gates yet */
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
#ifdef BREAK_FAIR               /* only one that is free can be closed */
    atomic { !inside[which] -> closed[which] = true };
#else
    closed[which] = true;
#ifndef BREAK_WAIT
    !inside[which];
#endif
#endif
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
       :: true -> closed[other] = false
#else
       :: !taken[other] -> closed[other] = false
       :: else -> closed[other] = true
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
    :: !inside[self] && !closed[self] -> inside[self] = true
    :: else -> goto long
    fi;
#else
    atomic {
        if
        :: !inside[self] && !closed[self] -> inside[self] = true
        :: else -> goto long
        fi
    };
#endif
    assert(!taken[self]);
#ifndef BREAK_HOME
    if
    :: home != self -> inside[self] = false; goto long
    :: else
    fi;
#endif
#ifdef BREAK_EARLY
    inside[self] = false;
#endif
    to = 1 - space[self];
    if
    :: gone[to] -> inside[self] = false; goto long     /* no server there any more */
    :: else
    fi;
    touch();
    go_over(to);
    inside[self] = false;
    goto program;

long:
    take_exception();
    atomic { lock == NOBODY -> lock = self };
    previous[self] = NOBODY;
    waits[self] = true;
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
    waits[self] = false;
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

ltl live { [] (waits[0] -> <> !waits[0]) }
