// What jemalloc is told before its first allocation, and takes from a C variable of this name only; see TUNING in jemalloc(3).
//
// One arena: blocks made in one thread are dropped in another, and what is free in one arena is of no use to another. Freed pages
// go back after a tenth of a second: a codec context of half a megabyte finds its pages again at the next read, and what is no
// longer needed does not count as ours. Threads keep only small things for themselves.
const char *malloc_conf = "narenas:1,dirty_decay_ms:100,muzzy_decay_ms:0,lg_tcache_max:13";
