// jemalloc reads its options from a C variable of this name before its first allocation; see TUNING in jemalloc(3).
//
// narenas: one arena. Blocks are allocated by one thread and freed by another, and memory that is free in one arena is of no use
// to another. dirty_decay_ms, muzzy_decay_ms: freed pages are returned to the system after a tenth of a second, which is long
// enough for the pages of a codec context (half a megabyte) to be reused by the next read. lg_tcache_max: threads cache only
// objects of up to 8 KiB.
const char *malloc_conf = "narenas:1,dirty_decay_ms:100,muzzy_decay_ms:0,lg_tcache_max:13";

#ifdef ZARRWLR_FUZZ
#include <jemalloc/jemalloc.h>

// In place of jemalloc's, which is not linked then: there is no such thing to control.
int mallctl(const char *name, void *oldp, size_t *oldlenp, void *newp, size_t newlen) { return 1; }
#endif
